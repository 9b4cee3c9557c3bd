/* SPDX-License-Identifier: MIT */
/* Which failures were logged already, so that each is told once: a broken picture that comes round
 * every ten seconds is one line, and so are a thousand different ones in a second. */
#pragma once

#include "stillcast/log.h"

#include <stddef.h>
#include <stdint.h>

#define SC_TOLD_MAX 64

/* Zero it to begin. Thread: its owner. */
struct sc_told {
    uint64_t hashes[SC_TOLD_MAX]; /* of the last sentences; 0: none */
    size_t next;
    struct sc_log_limit limit;
};

/**
 * Returns: -1 when the sentence should be swallowed, else how many others were swallowed for
 *          coming within a second of another.
 */
int sc_told_pass(struct sc_told *told, const char *sentence);

/** All may be told again. */
void sc_told_forget(struct sc_told *told);
