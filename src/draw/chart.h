/* SPDX-License-Identifier: MIT */
/* A chart of series over time (or of their values now), drawn again and again as they grow. It
 * keeps between frames what stays: background, grid, labels, the range of its axis; so that a frame
 * costs little more than its lines and its compression.
 *
 * Life: create -> (n_columns, window -> draw), as often as wanted -> destroy. One thread at a
 * time. */
#pragma once

#include "draw/canvas.h"
#include "series/column.h"
#include "stillcast/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SC_CHART_SERIES_MAX 64 /* more are not drawn */
#define SC_CHART_LEVELS_MAX 8
#define SC_CHART_COLORS_MAX 16
#define SC_CHART_AUTO_COLOR 0xffffffff

enum sc_chart_kind {
    SC_CHART_LINE,
    SC_CHART_AREA,
    SC_CHART_BAR,
    SC_CHART_STEP,
    SC_CHART_SCATTER,
    SC_CHART_GAUGE,     /* the latest values as dials and large numbers, the past behind them */
    SC_CHART_HISTOGRAM, /* how often which value came */
    SC_CHART_HEATMAP,   /* over time: of one series how often which value came; of several one row
                           each, by its value */
};

/* In the order of sc_chart_kind and sc_chart_theme, ending with NULL: for options. */
extern const char *const sc_chart_kind_names[];
extern const char *const sc_chart_theme_names[];

enum sc_chart_theme {
    SC_CHART_DARK,
    SC_CHART_LIGHT,
};

/* A threshold (from and to are the same: a line) or a band. */
struct sc_chart_level {
    double from, to;
    uint32_t rgb; /* 0xRRGGBB or SC_CHART_AUTO_COLOR */
};

/* What it looks like. Start from sc_chart_defaults. Texts are borrowed until destroy; any bytes
 * may be in them. */
struct sc_chart_config {
    enum sc_chart_kind kind;
    enum sc_chart_theme theme;
    uint32_t width_px, height_px; /* before pixel_ratio */
    unsigned pixel_ratio;         /* 1 to 3 */
    struct sc_canvas_format format;
    const char *title; /* NULL: none */
    /* "B", "B/s" (and "bytes"): with binary prefixes; "s", "ms", "us", "ns": durations; "%": of
     * 100; "ratio": of 1, shown as %; any other text: SI prefixes in front of it; NULL: the same
     * without text. */
    const char *unit;
    double least, most; /* of the value axis; NAN: automatic */
    bool is_log;        /* decades; values of 0 and below are gaps */
    bool is_stacked;    /* lines (as areas), areas, bars */
    bool has_legend;
    int64_t gap_us; /* lines break where nothing came for longer; 0: 3 times the usual distance */
    struct sc_chart_level levels[SC_CHART_LEVELS_MAX];
    size_t n_levels;
    uint32_t colors[SC_CHART_COLORS_MAX]; /* of the series; those that are missing: the theme's */
    size_t n_colors;
};

/* One series in a window. */
struct sc_chart_series {
    const char *name; /* any bytes, any length */
    /* Either sc_chart_n_columns of them, in the order of time; what came at x of the window is in
     * column floor(n_columns * (x - from) / (to - from)) ... */
    const struct sc_series_column *columns;
    size_t n_columns;
    /* ... or, best where there are fewer points than columns, the points themselves in the order
     * of time, and one before and one behind the window where there is one. A NAN is a gap. Where
     * both are given the points are drawn. */
    const struct sc_series_point *points;
    size_t n_points;
    double latest; /* for legend and gauge; NAN: none */
};

/* What is at the left and at the right end of the plot, in microseconds since 1970. */
struct sc_chart_window {
    int64_t from_us, to_us;
};

struct sc_chart;

/** A dark line chart of 640x360 at ratio 1, PNG, everything automatic, with legend. */
void sc_chart_defaults(struct sc_chart_config *out_config);

/**
 * config  copied.
 *
 * Returns: 0; -EINVAL with a sentence: a size, ratio, range or number of levels or colours that
 *          cannot be; -ENOMEM.
 */
int sc_chart_create(const struct sc_chart_config *config, struct sc_chart **out_chart,
                    struct sc_err *err);
void sc_chart_destroy(struct sc_chart **chart);

/** Returns: how many columns of pixels the plot has; it never changes. */
size_t sc_chart_n_columns(const struct sc_chart *chart);

/**
 * The window of that length that holds now_us in its last column and begins at a multiple of a
 * column's time. In such windows a point stays in its column and the picture moves by whole pixels:
 * nothing trembles.
 *
 * span_us  brought up to 1 us for each column.
 */
struct sc_chart_window sc_chart_window_at(const struct sc_chart *chart, int64_t now_us,
                                          int64_t span_us);

/**
 * Draws one frame into a new draft.
 *
 * n  0: an empty chart that says so.
 *
 * Returns: 0; as sc_canvas_to_draft.
 */
int sc_chart_draw(struct sc_chart *chart, const struct sc_chart_window *window,
                  const struct sc_chart_series *series, size_t n, struct sc_pool *pool,
                  struct sc_draft **out_draft);
