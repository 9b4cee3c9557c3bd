/* SPDX-License-Identifier: MIT */
/* So many pictures a second, without drift: each is due one interval after the last one was due.
 * After a delay of more than an interval it begins anew and makes up for nothing. */
#pragma once

#include <stdint.h>

struct sc_pace {
    uint64_t interval_ns; /* 0: as fast as they come */
    uint64_t due_ns;      /* when the next one is due; the past: now */
};

/** rate_hz  0: as fast as they come. The first is due at once. */
void sc_pace_init(struct sc_pace *pace, double rate_hz);

/** A picture was shown at now_ns: when is the next one due? */
void sc_pace_step(struct sc_pace *pace, uint64_t now_ns);
