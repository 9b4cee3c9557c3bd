/* SPDX-License-Identifier: MIT */
/* Timers: a binary heap by due time. Not thread-safe. Moving a deadline on is cheap when done
 * lazily: let the timer fire, look whether the time has really come, and start it again. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sc_timers;

/* Embedded in its owner; zeroed to begin. */
struct sc_timer {
    uint64_t due_ns;
    size_t place; /* in the heap, from 1; 0: not started */
    void (*fire)(struct sc_timer *timer);
};

/** Returns: 0; -ENOMEM. */
int sc_timers_create(struct sc_timers **out_timers);
void sc_timers_destroy(struct sc_timers **timers);

/**
 * Starts or moves a timer.
 *
 * due_ns  CLOCK_MONOTONIC.
 *
 * Returns: 0; -ENOMEM (a new timer only).
 */
int sc_timer_start(struct sc_timers *timers, struct sc_timer *timer, uint64_t due_ns);

/** Harmless on one that is not started. */
void sc_timer_stop(struct sc_timers *timers, struct sc_timer *timer);

static inline bool sc_timer_is_started(const struct sc_timer *timer)
{
    return timer->place != 0;
}

/** Returns: when the first one is due; UINT64_MAX: never. */
uint64_t sc_timers_next_ns(const struct sc_timers *timers);

/** Fires all that are due; each is stopped before it is called. */
void sc_timers_fire(struct sc_timers *timers, uint64_t now_ns);
