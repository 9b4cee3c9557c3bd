/* SPDX-License-Identifier: MIT */
/* From frame to frame most of a chart's plot only moves to the left by whole pixels. So it is
 * moved, and drawn are the strips in which it differs: where points came, where the first ones
 * left.
 *
 * Life of a frame: nothing -> (begin -> line for each series) -> end -> draw the strips -> keep. */
#pragma once

#include "draw/raster.h"
#include "series/column.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sc_chart;
struct sc_chart_data;

#define SC_CHART_STRIPS 2

/* Columns of pixels, right excluded. */
struct sc_chart_strip {
    int left, right;
};

/* One series as the canvas shows it. */
struct sc_chart_line {
    struct sc_raster_point *points;
    size_t n, max;
};

struct sc_chart_move {
    struct sc_chart_strip strips[SC_CHART_STRIPS]; /* to be drawn, from left to right */

    /* Its own. */
    struct sc_chart_line *lines;
    uint64_t key; /* of what stayed then; 0: nothing is shown that could be moved */
    int64_t from_us, to_us;
    int by_px; /* -1: everything is drawn */
    bool is_kept;
};

/** Returns: 0; -ENOMEM. */
int sc_chart_move_init(struct sc_chart_move *move);
void sc_chart_move_fini(struct sc_chart_move *move);

/** Nothing of the last frame can stay, nor of this one in the next. */
void sc_chart_move_nothing(struct sc_chart *chart);

/** All that the window still holds can stay, as long as lines do not differ. */
void sc_chart_move_begin(struct sc_chart *chart, const struct sc_chart_data *data);

/** Takes n points of chart->points as the line of series i. Where it differs from the one that is
 * shown, by more than having moved, is a strip. Returns: 0; -ENOMEM. */
int sc_chart_move_line(struct sc_chart *chart, size_t i, size_t n);

/** Returns: the place behind the last of n points that is no gap. */
size_t sc_chart_behind_last(const struct sc_raster_point *points, size_t n);

/** Makes the canvas show what can stay; in its strips and around the plot what stays always. */
void sc_chart_move_end(struct sc_chart *chart);

/** What was drawn can be moved in the next frame. */
void sc_chart_move_keep(struct sc_chart *chart, const struct sc_chart_data *data);

/** Returns: where the dots at the newest points end, right of the plot. */
int sc_chart_move_right_px(const struct sc_chart *chart);
