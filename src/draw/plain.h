/* SPDX-License-Identifier: MIT */
/* Names that came from outside, made fit to be shown: whatever would steer the text around it, or
 * hide, is spelled out. */
#pragma once

#include <stddef.h>

/**
 * Copies raw as valid UTF-8 of one line. Control characters become \x1b, those that turn the
 * direction of writing or have no width \u202e, bytes that are no UTF-8 U+FFFD. What does not fit
 * is left out and an ellipsis tells it.
 *
 * out_bytes  at least 16.
 */
void sc_plain_text(const char *raw, char *out, size_t out_bytes);
