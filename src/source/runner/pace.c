/* SPDX-License-Identifier: MIT */
#include "source/runner/pace.h"

#include "base/clock.h"

void sc_pace_init(struct sc_pace *pace, double rate_hz)
{
    pace->interval_ns = rate_hz > 0 ? (uint64_t)((double)SC_NS_PER_S / rate_hz) : 0;
    pace->due_ns = 0;
}

void sc_pace_step(struct sc_pace *pace, uint64_t now_ns)
{
    if (now_ns > pace->due_ns + pace->interval_ns)
        pace->due_ns = now_ns;
    pace->due_ns += pace->interval_ns;
}
