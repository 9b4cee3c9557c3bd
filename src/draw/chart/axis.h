/* SPDX-License-Identifier: MIT */
/* The value axis: which range it shows, where its round values are, and where a value stands. An
 * automatic range grows at once and shrinks late, so that it does not tremble with the data. */
#pragma once

#include "draw/chart/unit.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SC_CHART_TICKS_MAX 64

struct sc_chart_axis {
    struct sc_chart_unit unit;
    double fixed_least, fixed_most; /* NAN: automatic */
    bool is_log, has_zero;          /* bars and areas stand on zero */
    /* What sc_chart_axis_fit finds. */
    double least, most;     /* of the values shown; most is above least */
    double step;            /* between ticks; of a log axis: decades */
    int64_t roomy_since_us; /* the data could do with much less since then; 0: it could not */
    bool is_known;
};

/**
 * Makes the axis hold what lies between least and most; NAN: nothing is there, what was shown
 * before stays.
 *
 * n_ticks  about as many labels as there is room for.
 * now_us   time of the newest data; hold_us  how long there must be too much room before the
 *          range shrinks.
 *
 * Returns: whether it has changed.
 */
bool sc_chart_axis_fit(struct sc_chart_axis *axis, double least, double most, int n_ticks,
                       int64_t now_us, int64_t hold_us);

/** Returns: 0 at the bottom to 1 at the top, more outside; NAN for what has no place. */
double sc_chart_axis_at(const struct sc_chart_axis *axis, double value);

/** Returns: how many round values there are, from below. */
size_t sc_chart_axis_ticks(const struct sc_chart_axis *axis, double out_ticks[SC_CHART_TICKS_MAX]);
