/* SPDX-License-Identifier: MIT */
/* Where published pictures go first when somebody works on them before they are shown: one place,
 * where the newest wins. Part of a stream, under its lock. */
#pragma once

#include "stillcast/frame.h"

#include <stdbool.h>

struct sc_detour {
    int bell_fd; /* an eventfd, of our own; -1: there is no detour. Set before the stream is served
                  */
    const struct sc_frame *waiting; /* NULL: none */
    bool is_at_work;                /* on the last one taken */
};

void sc_detour_init(struct sc_detour *detour);
void sc_detour_fini(struct sc_detour *detour);

/** Opens it. bell_fd is duplicated. */
void sc_detour_open(struct sc_detour *detour, int bell_fd);

/** Whether the frame has to take it: placeholders and SVGs do not. */
bool sc_detour_is_for(const struct sc_detour *detour, const struct sc_frame *frame);

/** Puts a frame there; *frame becomes the one that waited until now, or NULL. */
void sc_detour_put(struct sc_detour *detour, const struct sc_frame **frame);

/** Tells whoever works on them. No lock is needed. */
void sc_detour_ring(const struct sc_detour *detour);

/** The one before is done with. Returns: the frame that waits, given; NULL: none. */
const struct sc_frame *sc_detour_take(struct sc_detour *detour);

/** Whether a frame waits, or is worked on. */
bool sc_detour_is_busy(const struct sc_detour *detour);
