/* SPDX-License-Identifier: MIT */
/* What a command writes to its standard error: lines for our log, no more than twenty at once and
 * one a second after that, without passwords of URLs; and the last one, for the sentence that tells
 * how it ended. What is overwritten again and again by "\r" is progress, and not told. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SC_SAID_LINE_BYTES 300
#define SC_SAID_LAST_BYTES 120

/* Zero it to begin. Thread: its owner. */
struct sc_said {
    const char *stream, *program; /* who, for the log */
    char line[SC_SAID_LINE_BYTES];
    size_t len_bytes;
    bool has_returned; /* "\r": the next one may be "\n" */
    char last[SC_SAID_LAST_BYTES];
    uint64_t full_ns; /* when twenty lines may be told again */
    unsigned n_swallowed;
};

void sc_said_add(struct sc_said *said, const char *text, size_t len_bytes);

/** No more will come: a line without its end is one, too. */
void sc_said_end(struct sc_said *said);
