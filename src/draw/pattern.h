/* SPDX-License-Identifier: MIT */
/* The moving test pattern. A ball that runs evenly and a hand that turns once a second show how
 * smooth a stream is, a clock and a frame number how late and how complete, bars and marks whether
 * colours and edges are right (card.h). What stands still is drawn once. */
#pragma once

#include "draw/canvas.h"

struct sc_pattern;

/**
 * detail  the line below the clock: "640 x 360 · 25 fps".
 *
 * Returns: as sc_canvas_create.
 */
int sc_pattern_create(uint32_t width_px, uint32_t height_px, const char *detail,
                      struct sc_pattern **out_pattern);
void sc_pattern_destroy(struct sc_pattern **pattern);

/**
 * Draws one frame.
 *
 * number   what is shown as the frame's number.
 * unix_us  what the clock (local time), hand and ball show: microseconds since 1970.
 *
 * Returns: 0; as sc_canvas_end.
 * Thread:  owner.
 */
int sc_pattern_draw(struct sc_pattern *pattern, uint64_t number, uint64_t unix_us);

/** Returns: what was drawn last, borrowed. */
struct sc_canvas *sc_pattern_canvas(struct sc_pattern *pattern);
