/* SPDX-License-Identifier: MIT */
#include "draw/chart/kinds.h"
#include "draw/chart/time.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/own.h"
#include "draw/shape.h"

/* In pixels of the look. */
#define CELL_WIDTH   7
#define CELL_HEIGHT  9
#define KEY_WIDTH    120
#define COLUMN_PARTS 8
#define FAINTEST     0.08 /* so that what came once differs from what never came */

struct cells {
    int64_t from_us, step_us;
    size_t n_across, n_up;
    double *sums;
    double *counts;
    double most;  /* count */
    bool is_rows; /* one for each series, from above */
};

static void fini(struct cells *cells)
{
    free(cells->sums);
    free(cells->counts);
}

static int init(struct cells *cells, const struct sc_chart *chart, const struct sc_chart_data *data)
{
    const int64_t span_us = data->window.to_us - data->window.from_us;
    const double n_most = fmax(chart->plot.width / (CELL_WIDTH * chart->u), 1);
    cells->step_us = sc_chart_time_step_us((int64_t)((double)span_us / n_most) + 1);
    cells->from_us = sc_chart_time_floor_us(data->window.from_us, cells->step_us);
    cells->n_across = (size_t)((data->window.to_us - cells->from_us - 1) / cells->step_us) + 1;
    cells->is_rows = data->n > 1;
    cells->n_up = cells->is_rows
                      ? data->n
                      : (size_t)fmax(floor(chart->plot.height / (CELL_HEIGHT * chart->u)), 1);
    cells->sums = calloc(cells->n_across * cells->n_up, sizeof *cells->sums);
    cells->counts = calloc(cells->n_across * cells->n_up, sizeof *cells->counts);
    return cells->sums && cells->counts ? 0 : -ENOMEM;
}

static void put(const struct sc_chart *chart, struct cells *cells, size_t row, int64_t at_us,
                double value, double n)
{
    const double height = sc_chart_axis_at(&chart->axis, value);
    if (!isfinite(value) || at_us < cells->from_us)
        return;
    const size_t x = (size_t)((at_us - cells->from_us) / cells->step_us);
    if (!cells->is_rows && !(height >= 0 && height <= 1))
        return;
    const double up = fmin(height * (double)cells->n_up, (double)cells->n_up - 1);
    const size_t y = cells->is_rows ? row : (size_t)up;
    if (x >= cells->n_across)
        return;
    cells->sums[y * cells->n_across + x] += value * n;
    cells->counts[y * cells->n_across + x] += n;
    cells->most = fmax(cells->most, cells->counts[y * cells->n_across + x]);
}

static void put_series(const struct sc_chart *chart, struct cells *cells,
                       const struct sc_chart_data *data, size_t i)
{
    const struct sc_chart_series *series = &data->series[i];
    const double column_us = (double)(data->window.to_us - data->window.from_us) /
                             (double)(series->n_columns ? series->n_columns : 1);
    for (size_t k = 0; k < series->n_points; k++)
        put(chart, cells, i, series->points[k].unix_us, series->points[k].value, 1);
    for (size_t k = 0; series->n_points == 0 && k < series->n_columns; k++) {
        const struct sc_series_column *column = &series->columns[k];
        const int64_t at_us = data->window.from_us + (int64_t)(((double)k + 0.5) * column_us);
        const double width = (double)column->most - (double)column->least;
        const int parts = column->n == 0 ? 0 : cells->is_rows || width <= 0 ? 1 : COLUMN_PARTS;
        for (int part = 0; part < parts; part++) {
            const double value = parts == 1 ? column->sum / (double)column->n
                                            : (double)column->least + width * (part + 0.5) / parts;
            put(chart, cells, i, at_us, value, (double)column->n / parts);
        }
    }
}

static double share(const struct sc_chart *chart, const struct cells *cells, size_t at)
{
    if (cells->is_rows)
        return sc_chart_axis_at(&chart->axis, cells->sums[at] / cells->counts[at]);
    return FAINTEST + (1 - FAINTEST) * sqrt(cells->counts[at] / cells->most);
}

static void paint_cell(struct sc_chart *chart, const struct cells *cells,
                       const struct sc_chart_window *window, size_t x, size_t y,
                       const struct sc_raster *raster)
{
    const int64_t at_us = cells->from_us + (int64_t)x * cells->step_us;
    const size_t at = y * cells->n_across + x;
    const double height = chart->plot.height / (double)cells->n_up;
    const double gap = round(fmax(chart->u, 1));
    const double from = cells->is_rows ? (double)y : (double)(cells->n_up - 1 - y);
    if (cells->counts[at] <= 0)
        return;
    const double left = round(sc_chart_x(chart, window, at_us));
    const double right = round(sc_chart_x(chart, window, at_us + cells->step_us));
    const double top = round(chart->plot.y + from * height);
    const double bottom = round(chart->plot.y + (from + 1) * height);
    const struct sc_box box = {left, top, fmax(right - left - gap, 1), fmax(bottom - top - gap, 1)};
    sc_raster_box(raster, &box, sc_chart_heat(chart->look.theme, share(chart, cells, at)), 1);
}

/* --- words --- */

static void draw_names(struct sc_chart *chart, cairo_t *cr, const struct sc_chart_data *data)
{
    struct sc_label_style style = sc_chart_letters(chart, 1, chart->colors->label);
    const double row = chart->plot.height / (double)data->n, u = chart->u;
    const double height = sc_labels_height_px(chart->labels, &style);
    double free_from = 0;
    style.most_px = floor(chart->plot.x - 16 * u);
    for (size_t i = 0; chart->has_values && i < data->n; i++) {
        const double y = chart->plot.y + row * ((double)i + 0.5) - height / 2;
        if (y < free_from)
            continue;
        free_from = y + height;
        const double width = sc_labels_width_px(chart->labels, &style, data->series[i].name);
        (void)sc_labels_draw(chart->labels, cr, &style, chart->plot.x - 8 * u - width, y,
                             data->series[i].name);
    }
}

static void draw_strip(struct sc_chart *chart, cairo_t *cr, const struct sc_box *strip)
{
    for (double i = 0; i < strip->width; i++) {
        const struct sc_box line = {strip->x + i, strip->y, 1, strip->height};
        sc_shape_color(cr, sc_chart_heat(chart->look.theme, i / strip->width), 1);
        sc_shape_box(cr, &line);
        cairo_fill(cr);
    }
}

/* Least value, the colours between, largest value. */
static void draw_key(struct sc_chart *chart, cairo_t *cr, const struct cells *cells)
{
    const struct sc_label_style style = sc_chart_letters(chart, 1, chart->colors->label);
    const double u = chart->u, height = sc_labels_height_px(chart->labels, &style);
    const double y = chart->legend_y;
    char least[SC_CHART_VALUE_BYTES] = "1", most[SC_CHART_VALUE_BYTES];
    if (cells->is_rows)
        sc_chart_unit_print(&chart->unit, chart->axis.least, chart->axis.step, least, sizeof least);
    if (cells->is_rows)
        sc_chart_unit_print(&chart->unit, chart->axis.most, chart->axis.step, most, sizeof most);
    else
        (void)snprintf(most, sizeof most, "%.0f", fmax(cells->most, 1));
    double x = chart->plot.x;
    x += sc_labels_draw(chart->labels, cr, &style, x, y, least) + 8 * u;
    const struct sc_box strip = {round(x), round(y + height / 2 - 4 * u), KEY_WIDTH * u, 8 * u};
    draw_strip(chart, cr, &strip);
    (void)sc_labels_draw(chart->labels, cr, &style, x + strip.width + 8 * u, y, most);
}

int sc_chart_heat_paint(struct sc_chart *chart, const struct sc_chart_data *data)
{
    SC_AUTO(fini) struct cells cells = {0};
    int rc = init(&cells, chart, data);
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < data->n; i++)
        put_series(chart, &cells, data, i);
    const struct sc_raster raster = sc_chart_raster(chart);
    for (size_t y = 0; y < cells.n_up; y++)
        for (size_t x = 0; x < cells.n_across; x++)
            paint_cell(chart, &cells, &data->window, x, y, &raster);
    cairo_t *cr = sc_canvas_begin(chart->canvas);
    if (cells.is_rows)
        draw_names(chart, cr, data);
    if (chart->has_legend && data->n > 0)
        draw_key(chart, cr, &cells);
    return sc_canvas_end(chart->canvas);
}
