/* SPDX-License-Identifier: MIT */
/* A text that is filled in again and again: strftime's %F and %T, then {cam.viewers} and the like.
 * What may stand behind the dot: name, state, viewers, fps, age, size, note; in front of it a
 * stream, or the word "stream" for the one that shows the text. {{ is a brace. */
#pragma once

#include "stillcast/err.h"
#include "stillcast/registry.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SC_WORDS_BYTES 1024

/* Where the values come from. */
struct sc_words_ctx {
    struct sc_registry *registry; /* NULL: there are no values */
    const char *stream;           /* the one that shows the text */
};

/** Returns: 0; -EINVAL with a sentence that tells what is wrong in a brace. */
int sc_words_check(const char *text, struct sc_err *err);

/** Fills it in; what is too long is cut, what there is not (a stream that does not exist) is a
 * dash. */
void sc_words_fill(const char *text, const struct sc_words_ctx *ctx, uint64_t unix_us,
                   char out[SC_WORDS_BYTES]);

/** Returns: microseconds from now until it may change: until the next second for a time, half a
 * second for values, UINT64_MAX for anything else. */
uint64_t sc_words_lasts_us(const char *text, uint64_t unix_us);
