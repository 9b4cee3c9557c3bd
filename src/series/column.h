/* SPDX-License-Identifier: MIT */
/* What a picture of a series is drawn from: its points, or, where there are more of them than
 * pixels, what each column of pixels holds of them. */
#pragma once

#include <stdint.h>

/* What one pixel column of a window holds of one series; n 0: a gap. */
struct sc_series_column {
    float least, most, first, last;
    double sum;
    uint32_t n;
};

struct sc_series_point {
    int64_t unix_us;
    double value;
};
