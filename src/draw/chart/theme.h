/* SPDX-License-Identifier: MIT */
/* The colours of charts. Those of the series are told apart by people who see no red, no green or
 * no blue, too, on their ground (tested). */
#pragma once

#include "draw/chart.h"

#define SC_CHART_N_COLORS 8

struct sc_chart_palette {
    uint32_t ground, edge, grid, zero, label, value, title;
    uint32_t alarm, band;
    uint32_t series[SC_CHART_N_COLORS];
};

const struct sc_chart_palette *sc_chart_palette(enum sc_chart_theme theme);

/** Returns: the colour of series i. */
uint32_t sc_chart_color(const struct sc_chart_config *config, size_t i);

/** Returns: the colour of a share from 0 to 1, of rising lightness on dark ground and of falling
 * lightness on light ground. */
uint32_t sc_chart_heat(enum sc_chart_theme theme, double share);
