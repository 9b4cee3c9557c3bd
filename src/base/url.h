/* SPDX-License-Identifier: MIT */
/* Percent-encoding and queries of request targets (RFC 3986). */
#pragma once

#include <stddef.h>
#include <stdint.h>

/**
 * Decodes a path once, so that decoding it again changes nothing. Refuses what a file system or a
 * proxy could read differently: a path that does not begin with '/', a malformed escape, a control
 * character, a byte above 0x7e, a backslash, an escaped '/' or '%', an empty level (a single '/' at
 * the end is all right), and a level whose dot at the beginning is not followed by a letter, a
 * digit or '_' (".", "..", "...", "..;x").
 *
 * Returns: length of out_path (NUL-terminated); -EINVAL; -EMSGSIZE when it does not fit. What
 *          out_path holds after a failure is not defined.
 */
int sc_url_decode_path(const char *path, size_t len_bytes, char *out_path, size_t path_bytes);

/**
 * Finds a parameter of a query ("a=1&b=2") and decodes its value ('+' is a blank). The first of
 * that name counts. A bare name has an empty value. Names are compared as they were sent.
 *
 * query  may be NULL when there is none.
 *
 * Returns: length of out_value (NUL-terminated); -ENOENT; -EINVAL malformed escape or control
 *          character; -EMSGSIZE when it does not fit. What out_value holds after a failure is not
 *          defined.
 */
int sc_url_query(const char *query, size_t len_bytes, const char *name, char *out_value,
                 size_t value_bytes);

/**
 * A parameter as a whole number.
 *
 * Returns: 0; -ENOENT; -EINVAL not a number or above most.
 */
int sc_url_query_number(const char *query, size_t len_bytes, const char *name, uint64_t most,
                        uint64_t *out_number);

/**
 * Copies a text for people to see: user and password in URLs ("http://USER:PASSWORD@HOST") become
 * "***". What does not fit is cut.
 */
void sc_url_redact(const char *text, char *out_text, size_t text_bytes);
