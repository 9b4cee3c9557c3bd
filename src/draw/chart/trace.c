/* SPDX-License-Identifier: MIT */
#include "draw/chart/part.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#define N_SAMPLES    63 /* of the distances between points */
#define GAP_DISTANCE 3  /* times the usual one is a gap */
#define GAP_LEAST_PX 2.5

double sc_chart_x(const struct sc_chart *chart, const struct sc_chart_window *window,
                  int64_t unix_us)
{
    const double span = (double)(window->to_us - window->from_us);
    return chart->plot.x + chart->plot.width * (double)(unix_us - window->from_us) / span;
}

float sc_chart_y(const struct sc_chart *chart, double value)
{
    const double at = sc_chart_axis_at(&chart->axis, value);
    return (float)(chart->plot.y + chart->plot.height * (1 - at));
}

int sc_chart_make_room(struct sc_chart *chart, const struct sc_chart_data *data)
{
    size_t most = sc_chart_n_columns(chart);
    for (size_t i = 0; i < data->n; i++)
        if (data->series[i].n_points > most)
            most = data->series[i].n_points;
    most = most * 5 + 8; /* four values in a column and a gap */
    if (most <= chart->points_max)
        return 0;
    struct sc_raster_point *points = realloc(chart->points, most * sizeof *points);
    if (!points)
        return -ENOMEM;
    chart->points = points;
    chart->points_max = most;
    return 0;
}

/* --- range --- */

struct range {
    double least, most;
};

static void take(const struct sc_chart *chart, struct range *range, double value)
{
    if (!isfinite(value) || (chart->look.is_log && value <= 0))
        return;
    range->least = fmin(range->least, value);
    range->most = fmax(range->most, value);
}

static void take_series(const struct sc_chart *chart, const struct sc_chart_window *window,
                        const struct sc_chart_series *series, struct range *range)
{
    for (size_t i = 0; i < series->n_points; i++)
        if (series->points[i].unix_us >= window->from_us &&
            series->points[i].unix_us <= window->to_us)
            take(chart, range, series->points[i].value);
    for (size_t i = 0; series->n_points == 0 && i < series->n_columns; i++) {
        if (series->columns[i].n == 0)
            continue;
        take(chart, range, series->columns[i].least);
        take(chart, range, series->columns[i].most);
    }
}

void sc_chart_range(struct sc_chart *chart, const struct sc_chart_data *data, double *out_least,
                    double *out_most)
{
    struct range range = {NAN, NAN};
    for (size_t i = 0; i < data->n; i++)
        take_series(chart, &data->window, &data->series[i], &range);
    *out_least = range.least;
    *out_most = range.most;
}

/* --- lines --- */

static int compare(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* The points' usual distance, from a few of them. */
static float usual_distance(const struct sc_raster_point *points, size_t n)
{
    float samples[N_SAMPLES];
    size_t n_samples = 0;
    const size_t step = n / N_SAMPLES + 1;
    for (size_t i = 1; i < n && n_samples < N_SAMPLES; i += step)
        if (points[i].x > points[i - 1].x)
            samples[n_samples++] = points[i].x - points[i - 1].x;
    if (n_samples == 0)
        return INFINITY;
    qsort(samples, n_samples, sizeof *samples, compare);
    return samples[n_samples / 2];
}

static float gap_px(const struct sc_chart *chart, const struct sc_chart_window *window, size_t n)
{
    const double per_us = chart->plot.width / (double)(window->to_us - window->from_us);
    if (chart->look.gap_us > 0)
        return fmaxf((float)((double)chart->look.gap_us * per_us), 1.001f);
    return fmaxf(usual_distance(chart->points, n) * GAP_DISTANCE, GAP_LEAST_PX);
}

/* Spreads the line out so that a gap stands wherever two points are too far from each other. */
static size_t break_gaps(struct sc_raster_point *points, size_t n, float gap)
{
    size_t n_gaps = 0;
    for (size_t i = 1; i < n; i++)
        n_gaps += points[i].x - points[i - 1].x > gap;
    const size_t n_all = n + n_gaps;
    for (size_t i = n, to = n_all; i-- > 0 && n_gaps > 0;) {
        points[--to] = points[i];
        if (i > 0 && points[i].x - points[i - 1].x > gap) {
            points[--to] = (struct sc_raster_point){points[i].x, NAN};
            n_gaps--;
        }
    }
    return n_all;
}

static size_t trace_points(struct sc_chart *chart, const struct sc_chart_window *window,
                           const struct sc_chart_series *series)
{
    for (size_t i = 0; i < series->n_points; i++)
        chart->points[i] =
            (struct sc_raster_point){(float)sc_chart_x(chart, window, series->points[i].unix_us),
                                     sc_chart_y(chart, series->points[i].value)};
    return series->n_points;
}

static size_t trace_column(const struct sc_chart *chart, const struct sc_series_column *column,
                           float x, struct sc_raster_point *out)
{
    const bool is_rising = column->first <= column->last;
    const float values[] = {column->first, is_rising ? column->least : column->most,
                            is_rising ? column->most : column->least, column->last};
    size_t n = 0;
    for (size_t i = 0; i < 4; i++)
        if (i == 0 || values[i] != values[i - 1])
            out[n++] = (struct sc_raster_point){x, sc_chart_y(chart, (double)values[i])};
    return n;
}

static size_t trace_columns(struct sc_chart *chart, const struct sc_chart_series *series,
                            bool is_mean)
{
    size_t n = 0;
    for (size_t i = 0; i < series->n_columns; i++) {
        const struct sc_series_column *column = &series->columns[i];
        const float x = (float)(chart->plot.x + (double)i) + 0.5f;
        if (column->n == 0)
            continue;
        if (is_mean)
            chart->points[n++] =
                (struct sc_raster_point){x, (float)(column->sum / (double)column->n)};
        else
            n += trace_column(chart, column, x, chart->points + n);
    }
    return n;
}

size_t sc_chart_trace(struct sc_chart *chart, const struct sc_chart_window *window,
                      const struct sc_chart_series *series)
{
    const size_t n = series->n_points > 0 ? trace_points(chart, window, series)
                                          : trace_columns(chart, series, false);
    return break_gaps(chart->points, n, gap_px(chart, window, n));
}

/* --- means --- */

/* Values, not heights, in y. */
static size_t trace_means(struct sc_chart *chart, const struct sc_chart_window *window,
                          const struct sc_chart_series *series)
{
    if (series->n_points == 0)
        return trace_columns(chart, series, true);
    for (size_t i = 0; i < series->n_points; i++)
        chart->points[i] =
            (struct sc_raster_point){(float)sc_chart_x(chart, window, series->points[i].unix_us),
                                     (float)series->points[i].value};
    return series->n_points;
}

static void join(const struct sc_chart *chart, const struct sc_raster_point *a,
                 const struct sc_raster_point *b, double *out_values)
{
    const double from = fmax(ceil((double)a->x - chart->plot.x - 0.5), 0);
    const double to = fmin((double)b->x - chart->plot.x - 0.5, chart->plot.width - 1);
    const double width = (double)b->x - (double)a->x;
    for (double i = from; i <= to; i++) {
        const double part = width > 0 ? (chart->plot.x + i + 0.5 - (double)a->x) / width : 0;
        out_values[(size_t)i] = (double)a->y + ((double)b->y - (double)a->y) * part;
    }
}

void sc_chart_means(struct sc_chart *chart, const struct sc_chart_window *window,
                    const struct sc_chart_series *series, double *out_values)
{
    const size_t n_columns = sc_chart_n_columns(chart);
    size_t n = trace_means(chart, window, series);
    n = break_gaps(chart->points, n, gap_px(chart, window, n));
    for (size_t i = 0; i < n_columns; i++)
        out_values[i] = NAN;
    for (size_t i = 0; i + 1 < n; i++)
        if (isfinite(chart->points[i].y) && isfinite(chart->points[i + 1].y))
            join(chart, &chart->points[i], &chart->points[i + 1], out_values);
    if (n == 1 && isfinite(chart->points[0].y))
        join(chart, &chart->points[0], &chart->points[0], out_values);
}
