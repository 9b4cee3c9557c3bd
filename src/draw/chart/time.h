/* SPDX-License-Identifier: MIT */
/* Round moments of a time axis and how they are called: in local time, from tenths of a second to
 * years. A new day is called by its date. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define SC_CHART_MOMENTS_MAX 64

struct sc_chart_moment {
    int64_t unix_us;
    char text[24];
};

/**
 * n_labels  about as many as there is room for.
 *
 * Returns: how many there are from from_us to to_us, both included, in order.
 */
size_t sc_chart_moments(int64_t from_us, int64_t to_us, int n_labels,
                        struct sc_chart_moment out_moments[SC_CHART_MOMENTS_MAX]);

/** Returns: the least round length of time that is at least that long. */
int64_t sc_chart_time_step_us(int64_t least_us);

/** Returns: the last multiple of step_us, in local time, that is not behind unix_us. */
int64_t sc_chart_time_floor_us(int64_t unix_us, int64_t step_us);
