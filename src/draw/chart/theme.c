/* SPDX-License-Identifier: MIT */
#include "draw/chart/theme.h"

#include <math.h>

const char *const sc_chart_kind_names[] = {"line",  "area",      "bar",     "step", "scatter",
                                           "gauge", "histogram", "heatmap", NULL};
const char *const sc_chart_theme_names[] = {"dark", "light", NULL};

/* The series' colours began as those of Okabe and Ito and were moved until the test was content. */
static const struct sc_chart_palette palettes[] = {
    [SC_CHART_DARK] = {.ground = 0x12161d,
                       .edge = 0x2a3240,
                       .grid = 0x232a36,
                       .zero = 0x4a5568,
                       .label = 0x98a4b8,
                       .value = 0xe6ebf4,
                       .title = 0xe6ebf4,
                       .alarm = 0xff6b6b,
                       .band = 0xff6b6b,
                       .series = {0x6e9cff, 0xe4900f, 0x07d77a, 0xdd98c8, 0xe7d144, 0xdf4e2b,
                                  0x8c91d9, 0xb6d9c5}},
    [SC_CHART_LIGHT] = {.ground = 0xffffff,
                        .edge = 0xd5dae2,
                        .grid = 0xe8ebf0,
                        .zero = 0xa7b0be,
                        .label = 0x5a6678,
                        .value = 0x1b2330,
                        .title = 0x1b2330,
                        .alarm = 0xd02a2a,
                        .band = 0xd02a2a,
                        .series = {0x065eb1, 0xf08f09, 0x08b66c, 0xb775a0, 0x6c9cff, 0xbe2d01,
                                   0x3728a5, 0x2a343b}},
};

const struct sc_chart_palette *sc_chart_palette(enum sc_chart_theme theme)
{
    return &palettes[theme];
}

uint32_t sc_chart_color(const struct sc_chart_config *config, size_t i)
{
    if (i < config->n_colors && config->colors[i] != SC_CHART_AUTO_COLOR)
        return config->colors[i];
    return palettes[config->theme].series[i % SC_CHART_N_COLORS];
}

/* Blue to yellow through colours whose lightness rises evenly, so that it reads without colour. */
uint32_t sc_chart_heat(enum sc_chart_theme theme, double share)
{
    static const uint32_t stops[][6] = {
        [SC_CHART_DARK] = {0x1a2233, 0x27407a, 0x2b6f96, 0x35a083, 0x9ac94a, 0xfdf06f},
        [SC_CHART_LIGHT] = {0xeef3f8, 0xb5d8e8, 0x74b4cf, 0x3f86b8, 0x34509a, 0x2b1a5e},
    };
    const double at = fmin(fmax(share, 0), 1) * 5;
    const int i = at >= 5 ? 4 : (int)at;
    const double part = at - i;
    uint32_t rgb = 0;
    for (int shift = 0; shift <= 16; shift += 8) {
        const double a = stops[theme][i] >> shift & 255, b = stops[theme][i + 1] >> shift & 255;
        rgb |= (uint32_t)lround(a + (b - a) * part) << shift;
    }
    return rgb;
}
