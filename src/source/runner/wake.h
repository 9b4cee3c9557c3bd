/* SPDX-License-Identifier: MIT */
/* What wakes a source's thread besides its source: a bell that any thread rings and a timer of its
 * own, behind one descriptor that stays readable until they were heard. */
#pragma once

#include <stdint.h>

struct sc_wake {
    int fd; /* to wait on */
    int bell_fd, timer_fd;
};

/** Returns: 0; a negative errno, nothing is open then. */
int sc_wake_init(struct sc_wake *wake);
void sc_wake_fini(struct sc_wake *wake);

/** Thread: any. */
void sc_wake_ring(struct sc_wake *wake);

/** at_ns  CLOCK_MONOTONIC, above 0; UINT64_MAX: never. Thread: owner. */
void sc_wake_set_timer(struct sc_wake *wake, uint64_t at_ns);

/** Makes the descriptor quiet again. Thread: owner. */
void sc_wake_hear(struct sc_wake *wake);
