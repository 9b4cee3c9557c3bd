/* SPDX-License-Identifier: MIT */
#include "draw/chart/kinds.h"
#include "draw/chart/time.h"

#include <math.h>

#define BAR_LEAST 9    /* in pixels of the look */
#define BAR_GAP   0.18 /* of a bar's time */

/* The bars of one frame. */
struct bars {
    int64_t from_us, step_us;
    size_t n;
};

static bool is_stack(const struct sc_chart *chart)
{
    return chart->look.is_stacked;
}

static struct bars make_bars(const struct sc_chart *chart, const struct sc_chart_data *data)
{
    const int64_t span_us = data->window.to_us - data->window.from_us;
    const double side_by_side = is_stack(chart) || data->n < 2 ? 1 : (double)data->n * 0.7;
    const double n_most = chart->plot.width / (BAR_LEAST * chart->u * side_by_side);
    struct bars bars = {
        .step_us = sc_chart_time_step_us((int64_t)((double)span_us / fmax(n_most, 1)) + 1)};
    bars.from_us = sc_chart_time_floor_us(data->window.from_us, bars.step_us);
    bars.n = (size_t)((data->window.to_us - bars.from_us - 1) / bars.step_us) + 1;
    if (bars.n > sc_chart_n_columns(chart))
        bars.n = sc_chart_n_columns(chart);
    return bars;
}

/* chart->values holds sums, chart->upper counts. */
static void add(struct sc_chart *chart, const struct bars *bars, int64_t at_us, double sum,
                uint32_t n)
{
    if (!isfinite(sum) || at_us < bars->from_us)
        return;
    const size_t i = (size_t)((at_us - bars->from_us) / bars->step_us);
    if (i >= bars->n)
        return;
    chart->values[i] += sum;
    chart->upper[i] += (float)n;
}

/* Fills chart->values with each bar's mean; NAN: nothing came. */
static void fill(struct sc_chart *chart, const struct sc_chart_data *data, const struct bars *bars,
                 size_t i)
{
    const struct sc_chart_series *series = &data->series[i];
    const double column_us = (double)(data->window.to_us - data->window.from_us) /
                             (double)(series->n_columns ? series->n_columns : 1);
    for (size_t k = 0; k < bars->n; k++)
        chart->values[k] = chart->upper[k] = 0;
    for (size_t k = 0; k < series->n_points; k++)
        add(chart, bars, series->points[k].unix_us, series->points[k].value, 1);
    for (size_t k = 0; series->n_points == 0 && k < series->n_columns; k++)
        add(chart, bars, data->window.from_us + (int64_t)(((double)k + 0.5) * column_us),
            series->columns[k].sum, series->columns[k].n);
    for (size_t k = 0; k < bars->n; k++)
        chart->values[k] = chart->upper[k] > 0 ? chart->values[k] / (double)chart->upper[k] : NAN;
}

void sc_chart_bars_measure(struct sc_chart *chart, const struct sc_chart_data *data,
                           double *out_least, double *out_most)
{
    const struct bars bars = make_bars(chart, data);
    double least = NAN, most = NAN;
    for (size_t k = 0; k < bars.n; k++)
        chart->sums[k] = 0;
    for (size_t i = 0; i < data->n; i++) {
        fill(chart, data, &bars, i);
        for (size_t k = 0; k < bars.n; k++) {
            if (isnan(chart->values[k]) || (chart->axis.is_log && chart->values[k] <= 0))
                continue;
            chart->sums[k] += fmax(chart->values[k], 0);
            least = fmin(least, chart->values[k]);
            most = fmax(most, is_stack(chart) ? chart->sums[k] : chart->values[k]);
        }
    }
    *out_least = least;
    *out_most = most;
}

static void paint_bar(const struct sc_chart *chart, const struct sc_raster *raster, double x0,
                      double x1, double from, double to, uint32_t rgb)
{
    const double bottom = chart->plot.y + chart->plot.height;
    double a = (double)sc_chart_y(chart, from), b = (double)sc_chart_y(chart, to);
    a = isnan(a) ? bottom : fmin(fmax(a, chart->plot.y), bottom);
    b = isnan(b) ? a : fmin(fmax(b, chart->plot.y), bottom);
    const struct sc_box box = {round(x0), fmin(a, b), fmax(round(x1) - round(x0), 1), fabs(b - a)};
    sc_raster_box(raster, &box, rgb, 0.92f);
}

/* Series i of n has the i-th part of each bar's width, or stands on those below. */
static void paint_series(struct sc_chart *chart, const struct sc_chart_data *data,
                         const struct bars *bars, size_t i, const struct sc_raster *raster)
{
    const double n = is_stack(chart) ? 1 : (double)data->n;
    const double zero = fmin(fmax(0, chart->axis.least), chart->axis.most);
    for (size_t k = 0; k < bars->n; k++) {
        const int64_t at_us = bars->from_us + (int64_t)k * bars->step_us;
        const double x = sc_chart_x(chart, &data->window, at_us);
        const double width = sc_chart_x(chart, &data->window, at_us + bars->step_us) - x;
        const double part = width * (1 - BAR_GAP) / n;
        const double x0 = x + width * BAR_GAP / 2 + (n > 1 ? part * (double)i : 0);
        const double from = is_stack(chart) ? chart->sums[k] : zero;
        if (isnan(chart->values[k]))
            continue;
        const double to = is_stack(chart) ? from + fmax(chart->values[k], 0) : chart->values[k];
        paint_bar(chart, raster, x0, x0 + part, from, to, sc_chart_color(&chart->look, i));
        if (is_stack(chart))
            chart->sums[k] = to;
    }
}

int sc_chart_bars_paint(struct sc_chart *chart, const struct sc_chart_data *data)
{
    const struct sc_raster raster = sc_chart_raster(chart);
    const struct bars bars = make_bars(chart, data);
    for (size_t k = 0; k < bars.n; k++)
        chart->sums[k] = 0;
    for (size_t i = 0; i < data->n; i++) {
        fill(chart, data, &bars, i);
        paint_series(chart, data, &bars, i, &raster);
    }
    return 0;
}
