/* SPDX-License-Identifier: MIT */
/* Lines, steps, areas and points, alone or on top of each other. */
#include "draw/chart/kinds.h"

#include <math.h>

#define LINE_PX    1.6
#define AREA_TOP   0.42f
#define AREA_BELOW 0.06f
#define STACK      0.62f

static float line_width(const struct sc_chart *chart, const struct sc_chart_data *data)
{
    return (float)(chart->u * (data->n > 12 ? LINE_PX * 0.75 : LINE_PX));
}

/* A dot at the newest point, where the eye looks first. */
static void mark_newest(const struct sc_chart *chart, const struct sc_chart_line *line,
                        const struct sc_raster *raster, uint32_t rgb)
{
    const size_t n = sc_chart_behind_last(line->points, line->n);
    if (n > 0 && line->points[n - 1].x >= (float)chart->plot.x)
        sc_raster_disc(raster, line->points[n - 1].x, line->points[n - 1].y,
                       (float)(2.6 * chart->u), rgb, 1);
}

/* From point to point by a level line and an upright one. Returns: how many points. */
static size_t make_steps(struct sc_chart *chart, size_t n)
{
    struct sc_raster_point *points = chart->points;
    for (size_t i = n, to = 2 * n; i-- > 0;) {
        const bool is_held = i + 1 < n && !isnan(points[i].y) && !isnan(points[to].y);
        const float end = is_held ? points[to].x : points[i].x;
        const struct sc_raster_point from = points[i];
        points[--to] = (struct sc_raster_point){end, from.y};
        points[--to] = from;
    }
    return 2 * n;
}

static void fill_under(struct sc_chart *chart, const struct sc_chart_data *data, size_t i,
                       const struct sc_raster *raster)
{
    const size_t n = sc_chart_n_columns(chart);
    const float weight = data->n > 1 ? 0.6f : 1;
    const double zero = fmin(fmax(0, chart->axis.least), chart->axis.most);
    const float base =
        chart->axis.is_log ? (float)(chart->plot.y + chart->plot.height) : sc_chart_y(chart, zero);
    sc_chart_means(chart, &data->window, &data->series[i], chart->values);
    for (size_t x = 0; x < n; x++) {
        const float y = sc_chart_y(chart, chart->values[x]);
        chart->upper[x] = isnan(y) ? NAN : fminf(y, base);
        chart->lower[x] = isnan(y) ? NAN : fmaxf(y, base);
    }
    sc_raster_fill(raster, chart->upper, chart->lower, sc_chart_color(&chart->look, i),
                   AREA_TOP * weight, AREA_BELOW * weight);
}

/* What of the plot lies in a strip. */
static struct sc_raster strip_raster(struct sc_chart *chart, const struct sc_chart_strip *strip)
{
    struct sc_raster raster = sc_chart_raster(chart);
    raster.left = raster.left > strip->left ? raster.left : strip->left;
    raster.right = raster.right < strip->right ? raster.right : strip->right;
    return raster;
}

static void paint_dots(struct sc_chart *chart, const struct sc_chart_line *line,
                       const struct sc_raster *raster, uint32_t rgb)
{
    const float radius = (float)(1.9 * chart->u);
    for (size_t k = 0; k < line->n; k++)
        if (!isnan(line->points[k].y))
            sc_raster_disc(raster, line->points[k].x, line->points[k].y, radius, rgb, 0.72f);
}

static void paint_line(struct sc_chart *chart, const struct sc_chart_data *data, size_t i,
                       const struct sc_chart_strip *strip)
{
    const struct sc_chart_line *line = &chart->move.lines[i];
    const struct sc_raster raster = strip_raster(chart, strip);
    const uint32_t rgb = sc_chart_color(&chart->look, i);
    struct sc_raster wide = raster;
    wide.right = sc_chart_move_right_px(chart);
    wide.right = wide.right < strip->right ? wide.right : strip->right;
    if (chart->look.kind == SC_CHART_SCATTER) {
        paint_dots(chart, line, &raster, rgb);
        return;
    }
    sc_raster_stroke(&raster, line->points, line->n, line_width(chart, data), rgb, 1);
    mark_newest(chart, line, &wide, rgb);
}

static void paint_lines(struct sc_chart *chart, const struct sc_chart_data *data)
{
    const struct sc_raster raster = sc_chart_raster(chart);
    if (chart->look.kind == SC_CHART_AREA)
        for (size_t i = 0; i < data->n; i++)
            fill_under(chart, data, i, &raster);
    for (int k = 0; k < SC_CHART_STRIPS; k++)
        for (size_t i = 0; i < data->n; i++)
            paint_line(chart, data, i, &chart->move.strips[k]);
}

/* --- stacks --- */

static void clear_sums(struct sc_chart *chart)
{
    for (size_t x = 0; x < sc_chart_n_columns(chart); x++)
        chart->sums[x] = 0;
}

/* What is above zero is put on top of each other; a gap of one adds nothing. */
static void add_to_sums(struct sc_chart *chart, const struct sc_chart_data *data, size_t i)
{
    sc_chart_means(chart, &data->window, &data->series[i], chart->values);
    for (size_t x = 0; x < sc_chart_n_columns(chart); x++)
        if (chart->values[x] > 0)
            chart->sums[x] += chart->values[x];
}

static void measure_stack(struct sc_chart *chart, const struct sc_chart_data *data,
                          double *out_least, double *out_most)
{
    double most = NAN;
    clear_sums(chart);
    for (size_t i = 0; i < data->n; i++)
        add_to_sums(chart, data, i);
    for (size_t x = 0; x < sc_chart_n_columns(chart); x++)
        if (chart->sums[x] > 0)
            most = fmax(most, chart->sums[x]);
    *out_least = chart->look.is_log ? most / 1e3 : fmin(most, 0);
    *out_most = most;
}

static void paint_layer(struct sc_chart *chart, const struct sc_chart_data *data, size_t i,
                        const struct sc_raster *raster)
{
    const size_t n = sc_chart_n_columns(chart);
    const float floor_y = (float)(chart->plot.y + chart->plot.height);
    const uint32_t rgb = sc_chart_color(&chart->look, i);
    for (size_t x = 0; x < n; x++) {
        const float y = sc_chart_y(chart, chart->sums[x]);
        chart->lower[x] = isnan(y) ? floor_y : y;
    }
    add_to_sums(chart, data, i);
    for (size_t x = 0; x < n; x++) {
        chart->upper[x] = isnan(chart->values[x]) ? NAN : sc_chart_y(chart, chart->sums[x]);
        chart->points[x] =
            (struct sc_raster_point){(float)(chart->plot.x + (double)x) + 0.5f, chart->upper[x]};
    }
    sc_raster_fill(raster, chart->upper, chart->lower, rgb, STACK, STACK);
    sc_raster_stroke(raster, chart->points, n, line_width(chart, data) * 0.8f, rgb, 1);
}

static int paint_stack(struct sc_chart *chart, const struct sc_chart_data *data)
{
    const struct sc_raster raster = sc_chart_raster(chart);
    clear_sums(chart);
    for (size_t i = 0; i < data->n; i++)
        paint_layer(chart, data, i, &raster);
    return 0;
}

static bool is_stack(const struct sc_chart *chart)
{
    return chart->look.is_stacked && chart->look.kind <= SC_CHART_AREA;
}

void sc_chart_lines_measure(struct sc_chart *chart, const struct sc_chart_data *data,
                            double *out_least, double *out_most)
{
    if (is_stack(chart))
        measure_stack(chart, data, out_least, out_most);
    else
        sc_chart_range(chart, data, out_least, out_most);
}

/* Areas, and thresholds over the lines, are drawn anew each time. */
static bool can_move(const struct sc_chart *chart)
{
    bool has_threshold = false;
    for (size_t i = 0; i < chart->look.n_levels; i++)
        has_threshold |= chart->look.levels[i].from == chart->look.levels[i].to;
    return chart->look.kind != SC_CHART_AREA && !has_threshold;
}

int sc_chart_lines_prepare(struct sc_chart *chart, const struct sc_chart_data *data)
{
    int rc = 0;
    if (is_stack(chart))
        return 0;
    if (can_move(chart))
        sc_chart_move_begin(chart, data);
    for (size_t i = 0; i < data->n && rc == 0; i++) {
        size_t n = sc_chart_trace(chart, &data->window, &data->series[i]);
        if (chart->look.kind == SC_CHART_STEP)
            n = make_steps(chart, n);
        rc = sc_chart_move_line(chart, i, n);
    }
    return rc;
}

int sc_chart_lines_paint(struct sc_chart *chart, const struct sc_chart_data *data)
{
    if (is_stack(chart))
        return paint_stack(chart, data);
    paint_lines(chart, data);
    return 0;
}
