/* SPDX-License-Identifier: MIT */
/* A stream's viewers as others see them, one seat each, for /api. A viewer writes its own seat,
 * relaxed; the list has a lock of its own, a leaf. */
#pragma once

#include "base/list.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

/* Embedded in the viewer. */
struct sc_seat {
    struct sc_list link;
    uint64_t id, since_ns;
    const char *form; /* what it is sent: "parts", "continued", "raw" */
    _Atomic uint64_t n_frames, n_skipped;
    _Atomic uint64_t age_us; /* of the last frame when its last byte was handed to the kernel */
};

/* Embedded in the stream. */
struct sc_seats {
    pthread_mutex_t lock; /* guards the list */
    struct sc_list list;
};

struct sc_seat_view {
    uint64_t id, since_ns, n_frames, n_skipped, age_us;
    const char *form;
};

void sc_seats_init(struct sc_seats *seats);
void sc_seats_fini(struct sc_seats *seats);

/** id, since_ns and form are set. */
void sc_seats_add(struct sc_seats *seats, struct sc_seat *seat);
void sc_seats_remove(struct sc_seats *seats, struct sc_seat *seat);

/** Returns: how many were copied, max at the most. Thread: any. */
size_t sc_seats_look(struct sc_seats *seats, struct sc_seat_view *out_views, size_t max);
