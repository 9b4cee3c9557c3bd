/* SPDX-License-Identifier: MIT */
/* Values from left to right in chart->across, how often each came on the value axis. */
#include "draw/chart/kinds.h"

#include <math.h>

#include "draw/shape.h"

#define BIN_LEAST    13 /* in pixels of the look */
#define LABEL_APART  90
#define COLUMN_PARTS 8 /* a column's values, of which only the ends are known, are spread over */

struct bins {
    double from, step; /* of a log axis: in decades */
    size_t n;
};

static double place(const struct sc_chart *chart, double value)
{
    return chart->across.is_log ? log10(value) : value;
}

static struct bins make_bins(const struct sc_chart *chart)
{
    const struct sc_chart_axis *axis = &chart->across;
    const double n_most = fmax(chart->plot.width / (BIN_LEAST * chart->u), 1);
    const double from = place(chart, axis->least), to = place(chart, axis->most);
    struct bins bins = {.from = from};
    bins.step = axis->is_log ? (to - from) / ceil(n_most)
                             : sc_chart_unit_step(&axis->unit, (to - from) / n_most);
    bins.n = (size_t)fmin(fmax(ceil((to - from) / bins.step - 1e-9), 1),
                          (double)sc_chart_n_columns(chart));
    return bins;
}

static void count(struct sc_chart *chart, const struct bins *bins, double value, double n)
{
    const double at = (place(chart, value) - bins->from) / bins->step;
    if (at >= 0 && at <= (double)bins->n) /* false for a NAN */
        chart->values[at < (double)bins->n ? (size_t)at : bins->n - 1] += n;
}

static void fill(struct sc_chart *chart, const struct sc_chart_data *data, const struct bins *bins,
                 size_t i)
{
    const struct sc_chart_series *series = &data->series[i];
    for (size_t k = 0; k < bins->n; k++)
        chart->values[k] = 0;
    for (size_t k = 0; k < series->n_points; k++)
        if (series->points[k].unix_us >= data->window.from_us &&
            series->points[k].unix_us <= data->window.to_us)
            count(chart, bins, series->points[k].value, 1);
    for (size_t k = 0; series->n_points == 0 && k < series->n_columns; k++) {
        const struct sc_series_column *column = &series->columns[k];
        const double width = (double)column->most - (double)column->least;
        const int parts = column->n == 0 ? 0 : width > 0 ? COLUMN_PARTS : 1;
        for (int part = 0; part < parts; part++)
            count(chart, bins, (double)column->least + width * (part + 0.5) / parts,
                  (double)column->n / parts);
    }
}

void sc_chart_histogram_measure(struct sc_chart *chart, const struct sc_chart_data *data,
                                double *out_least, double *out_most)
{
    const int n_labels = (int)(chart->plot.width / (LABEL_APART * chart->u));
    double least, most, highest = NAN;
    sc_chart_range(chart, data, &least, &most);
    (void)sc_chart_axis_fit(&chart->across, least, most, n_labels, data->window.to_us,
                            (data->window.to_us - data->window.from_us) / 10);
    const struct bins bins = make_bins(chart);
    for (size_t i = 0; i < data->n; i++) {
        fill(chart, data, &bins, i);
        for (size_t k = 0; k < bins.n; k++)
            if (chart->values[k] > 0)
                highest = fmax(highest, chart->values[k]);
    }
    *out_least = isnan(highest) ? NAN : 0;
    *out_most = highest;
}

static double x_of(const struct sc_chart *chart, double value)
{
    return chart->plot.x + chart->plot.width * sc_chart_axis_at(&chart->across, value);
}

static void draw_labels(struct sc_chart *chart, cairo_t *cr)
{
    const struct sc_label_style style = sc_chart_letters(chart, 1, chart->colors->label);
    const double u = chart->u, bottom = chart->plot.y + chart->plot.height;
    double ticks[SC_CHART_TICKS_MAX], free_from = 0;
    const size_t n = sc_chart_axis_ticks(&chart->across, ticks);
    for (size_t i = 0; chart->has_times && i < n; i++) {
        char text[SC_CHART_VALUE_BYTES];
        sc_chart_unit_print(&chart->unit, ticks[i],
                            chart->across.is_log ? ticks[i] : chart->across.step, text,
                            sizeof text);
        const double width = sc_labels_width_px(chart->labels, &style, text);
        const double x = x_of(chart, ticks[i]), left = x - width / 2;
        if (left < free_from || left + width > chart->look.width_px * u)
            continue;
        free_from = left + width + 8 * u;
        (void)sc_labels_draw(chart->labels, cr, &style, left, bottom + 6 * u, text);
    }
}

static void paint_series(struct sc_chart *chart, const struct bins *bins, size_t i, size_t n,
                         const struct sc_raster *raster)
{
    const uint32_t rgb = sc_chart_color(&chart->look, i);
    const double width = chart->plot.width / (double)bins->n;
    const double bottom = chart->plot.y + chart->plot.height;
    for (size_t k = 0; k < bins->n; k++) {
        const double y = (double)sc_chart_y(chart, chart->values[k]);
        if (isnan(y) || chart->values[k] <= 0)
            continue;
        const double x0 = round(chart->plot.x + width * (double)k) + round(chart->u) / 2;
        const double x1 = round(chart->plot.x + width * (double)(k + 1)) - round(chart->u) / 2;
        const struct sc_box bar = {floor(x0 + 0.5), y, floor(x1) - floor(x0 + 0.5), bottom - y};
        const struct sc_box top = {bar.x, y, bar.width, 2 * chart->u};
        sc_raster_box(raster, &bar, rgb, n > 1 ? 0.5f : 0.85f);
        sc_raster_box(raster, &top, rgb, 0.95f);
    }
}

int sc_chart_histogram_paint(struct sc_chart *chart, const struct sc_chart_data *data)
{
    const struct bins bins = make_bins(chart);
    draw_labels(chart, sc_canvas_begin(chart->canvas));
    const int rc = sc_canvas_end(chart->canvas);
    if (rc < 0)
        return rc;
    const struct sc_raster raster = sc_chart_raster(chart);
    for (size_t i = 0; i < data->n; i++) {
        fill(chart, data, &bins, i);
        paint_series(chart, &bins, i, data->n, &raster);
    }
    return 0;
}
