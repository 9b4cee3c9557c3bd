/* SPDX-License-Identifier: MIT */
/* `stillcast demo`: sources that need no camera and no file, made on the spot. */
#pragma once

#include <limits.h>
#include <stddef.h>

#define SC_DEMO_SOURCES 4

struct sc_demo {
    char directory[PATH_MAX]; /* private, of the slides; "" when there is none */
    char slides[PATH_MAX + 64];
    char *sources[SC_DEMO_SOURCES];
    size_t n_sources;
};

/** The stream that waits for a publisher. */
#define SC_DEMO_PUSHED "yours"

/**
 * Draws the slides and names the sources. What this build or system lacks is logged and left out.
 *
 * Thread: control.
 */
void sc_demo_init(struct sc_demo *demo);

/** Removes the slides. */
void sc_demo_fini(struct sc_demo *demo);
