/* SPDX-License-Identifier: MIT */
/* Percent-encoding and queries of request targets (RFC 3986). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Decodes a path once. Refuses what a file system or a proxy could read differently: a malformed
 * escape, a control character, a backslash, a byte above 0x7e, an escaped '/', a "." or ".." level.
 *
 * Returns: length of out_path (NUL-terminated); -EINVAL; -EMSGSIZE when it does not fit.
 */
int sc_url_decode_path(const char *path, size_t len_bytes, char *out_path, size_t path_bytes);

/**
 * Finds a parameter of a query ("a=1&b=2") and decodes its value ('+' is a blank). The first of
 * that name counts. A bare name has an empty value.
 *
 * Returns: length of out_value (NUL-terminated); -ENOENT; -EINVAL malformed; -EMSGSIZE.
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
