/* SPDX-License-Identifier: MIT */
/* What the files of a chart share. chart.c owns it; chart/still.c draws what stays from frame to
 * frame, one file for each family of kinds draws the data, chart/trace.c makes lines of it. */
#pragma once

#include "draw/chart.h"
#include "draw/chart/axis.h"
#include "draw/chart/move.h"
#include "draw/chart/theme.h"
#include "draw/label.h"
#include "draw/raster.h"

/* One frame's data. */
struct sc_chart_data {
    struct sc_chart_window window;
    const struct sc_chart_series *series;
    size_t n;
};

struct sc_chart_slot {
    double x, y; /* where the value goes */
};

struct sc_chart {
    struct sc_chart_config look;
    const struct sc_chart_palette *colors;
    double u; /* one pixel of the look, in pixels of the picture */
    struct sc_canvas *canvas, *still;
    struct sc_labels *labels;
    struct sc_chart_unit unit;              /* of the values */
    struct sc_chart_axis axis;              /* from below to above */
    struct sc_chart_axis across;            /* of a histogram's values, from left to right */
    struct sc_box plot;                     /* whole pixels; x and width never change */
    bool has_values, has_times, has_legend; /* there is room for them */

    /* What the still canvas shows. */
    uint64_t still_key; /* of names and axis; 0: nothing yet */
    struct sc_chart_slot slots[SC_CHART_SERIES_MAX];
    size_t n_slots;
    double legend_y; /* where it begins */

    struct sc_chart_move move;

    /* Room for one series, and for sums over several. */
    float *cover;
    struct sc_raster_point *points;
    size_t points_max;
    float *upper, *lower;
    double *values, *sums;
};

/* How the kinds draw. */
struct sc_chart_painter {
    bool has_time_axis, has_value_axis;
    bool has_across; /* its own labels below the plot */
    bool has_names;  /* in the legend */
    /* The range of the data on the value axis; NAN: there is none. */
    void (*measure)(struct sc_chart *chart, const struct sc_chart_data *data, double *out_least,
                    double *out_most);
    /* Finds out what of the last frame can stay (chart/move.h); NULL: nothing. Returns: 0; -ENOMEM.
     */
    int (*prepare)(struct sc_chart *chart, const struct sc_chart_data *data);
    /* Draws into the plot, in the strips that are to be drawn. All may use the chart's room. */
    int (*paint)(struct sc_chart *chart, const struct sc_chart_data *data);
};

extern const struct sc_chart_painter sc_chart_painters[];

/* --- chart/still.c --- */

/** Finds the places that do not depend on the data. */
void sc_chart_lay(struct sc_chart *chart);

/** Fits the axis, and draws what stays anew when it is no longer right. Returns: as sc_canvas_end.
 */
int sc_chart_still(struct sc_chart *chart, const struct sc_chart_data *data);

/** Draws the moments of the window below the plot, and as lines in its strips. */
void sc_chart_times(struct sc_chart *chart, cairo_t *cr, const struct sc_chart_window *window);

/** Draws thresholds and the legend's values, which stand above the data. */
void sc_chart_values(struct sc_chart *chart, cairo_t *cr, const struct sc_chart_data *data);

/** Returns: letters of the chart's common size, factor times as large. */
struct sc_label_style sc_chart_letters(const struct sc_chart *chart, double factor, uint32_t rgb);

/* --- chart/trace.c --- */

/** Returns: where a moment or column stands, in pixels. */
double sc_chart_x(const struct sc_chart *chart, const struct sc_chart_window *window,
                  int64_t unix_us);

/** Returns: where a value stands, in pixels; NAN: nowhere. */
float sc_chart_y(const struct sc_chart *chart, double value);

/** The range of the values in the window, and of those above zero only where the axis needs it. */
void sc_chart_range(struct sc_chart *chart, const struct sc_chart_data *data, double *out_least,
                    double *out_most);

/**
 * Makes a line of a series, in chart->points: through its points, or through what is least and most
 * in its columns. There is room for it (sc_chart_make_room).
 *
 * Returns: how many points.
 */
size_t sc_chart_trace(struct sc_chart *chart, const struct sc_chart_window *window,
                      const struct sc_chart_series *series);

/** Fills out_values (one for each column) with the means of a series, straight lines between them;
 * NAN in gaps. */
void sc_chart_means(struct sc_chart *chart, const struct sc_chart_window *window,
                    const struct sc_chart_series *series, double *out_values);

/** Returns: 0; -ENOMEM. */
int sc_chart_make_room(struct sc_chart *chart, const struct sc_chart_data *data);

/** Returns: pixels of the canvas, cut to the plot and a line's width around it. */
struct sc_raster sc_chart_raster(struct sc_chart *chart);
