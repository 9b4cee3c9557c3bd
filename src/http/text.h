/* SPDX-License-Identifier: MIT */
/* Text inside somebody else's bytes, not terminated, and how header fields compare it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* data is NULL when absent. */
struct sc_text {
    const char *data;
    size_t len_bytes;
};

/** Returns: the terminated text, borrowed. */
struct sc_text sc_text_of(const char *terminated);

/** Whether two texts are equal, ASCII letters compared without case. */
bool sc_text_is(struct sc_text text, const char *lower);
bool sc_text_equals(struct sc_text a, struct sc_text b);

/** Whether text begins so, without case. */
bool sc_text_begins(struct sc_text text, const char *lower);

/** Whether the comma-separated list has the token, without case: Connection, TE. */
bool sc_text_has_token(struct sc_text list, const char *lower);

/**
 * Takes the next element off a comma-separated list, without the blanks around it; empty ones are
 * skipped.
 *
 * Returns: the element; data NULL at the end.
 */
struct sc_text sc_text_next(struct sc_text *list);

/** Returns: text without blanks and tabs at both ends. */
struct sc_text sc_text_trim(struct sc_text text);

/** Whether the byte may be part of a token: a method, a field name (RFC 9110 section 5.6.2). */
bool sc_text_is_token_byte(char byte);

/** Whether the byte may be part of a field's value: no control character but the tab. */
bool sc_text_is_value_byte(char byte);
