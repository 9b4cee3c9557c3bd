/* SPDX-License-Identifier: MIT */
/* Delays between attempts to get something back that was lost: they double up to a limit, and
 * chance moves each by up to a fifth, so that many who lost the same do not return at one moment.
 */
#pragma once

#include <stdint.h>

struct sc_backoff {
    uint64_t first_ns, most_ns;
    unsigned n; /* attempts since the last success */
};

/**
 * Returns: the next delay, the first one near first_ns. Thread: owner.
 */
uint64_t sc_backoff_next_ns(struct sc_backoff *backoff);

/** It is back: the next delay is the first again. */
void sc_backoff_reset(struct sc_backoff *backoff);
