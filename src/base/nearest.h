/* SPDX-License-Identifier: MIT */
/* "Did you mean …?": which known word a mistyped one was probably meant to be. */
#pragma once

#include <stddef.h>

/* Zero it to begin, then offer the known words one by one. */
struct sc_nearest {
    const char *word; /* NULL while nothing is near; borrowed from the offers */
    size_t distance;
};

/**
 * Keeps known when it is nearer to typed than what was offered before. Near means: at most a third
 * of its letters (one at least) inserted, dropped, replaced or swapped with their neighbour, or
 * typed being its beginning (three letters at least).
 *
 * Words above 32 bytes are never near. Thread: any.
 */
void sc_nearest_offer(struct sc_nearest *nearest, const char *typed, const char *known);
