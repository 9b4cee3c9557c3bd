/* SPDX-License-Identifier: MIT */
#include "draw/chart.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "draw/chart/kinds.h"
#include "draw/chart/part.h"

#define LINES                                                                                      \
    {                                                                                              \
        .has_time_axis = true, .has_value_axis = true, .has_names = true,                          \
        .measure = sc_chart_lines_measure, .prepare = sc_chart_lines_prepare,                      \
        .paint = sc_chart_lines_paint                                                              \
    }

const struct sc_chart_painter sc_chart_painters[] = {
    [SC_CHART_LINE] = LINES,
    [SC_CHART_AREA] = LINES,
    [SC_CHART_BAR] = {.has_time_axis = true,
                      .has_value_axis = true,
                      .has_names = true,
                      .measure = sc_chart_bars_measure,
                      .paint = sc_chart_bars_paint},
    [SC_CHART_STEP] = LINES,
    [SC_CHART_SCATTER] = LINES,
    [SC_CHART_GAUGE] = {.measure = sc_chart_range, .paint = sc_chart_gauge_paint},
    [SC_CHART_HISTOGRAM] = {.has_value_axis = true,
                            .has_across = true,
                            .has_names = true,
                            .measure = sc_chart_histogram_measure,
                            .paint = sc_chart_histogram_paint},
    [SC_CHART_HEATMAP] = {.has_time_axis = true,
                          .has_value_axis = true,
                          .measure = sc_chart_range,
                          .paint = sc_chart_heat_paint},
};

void sc_chart_defaults(struct sc_chart_config *out_config)
{
    *out_config = (struct sc_chart_config){
        .width_px = 640,
        .height_px = 360,
        .pixel_ratio = 1,
        .format = {.kind = SC_KIND_PNG, .quality = 85},
        .least = NAN,
        .most = NAN,
        .has_legend = true,
    };
}

/* --- making one --- */

static int check_range(const struct sc_chart_config *config, struct sc_err *err)
{
    if (isinf(config->least) || isinf(config->most) || config->least >= config->most)
        return sc_err_set(err, -EINVAL, "a value axis from %g to %g is empty", config->least,
                          config->most);
    if (config->is_log && (config->least <= 0 || config->most <= 0))
        return sc_err_set(err, -EINVAL, "a logarithmic axis must be above 0 from end to end");
    return 0;
}

static int check(const struct sc_chart_config *config, struct sc_err *err)
{
    if (config->pixel_ratio < 1 || config->pixel_ratio > 3)
        return sc_err_set(err, -EINVAL, "a pixel ratio of %u: it can be 1, 2 or 3",
                          config->pixel_ratio);
    const uint64_t width = (uint64_t)config->width_px * config->pixel_ratio;
    const uint64_t height = (uint64_t)config->height_px * config->pixel_ratio;
    if (width > SC_CANVAS_MAX_PX || height > SC_CANVAS_MAX_PX ||
        sc_canvas_check_size((uint32_t)width, (uint32_t)height) < 0)
        return sc_err_set(err, -EINVAL,
                          "a chart of %ux%u at pixel ratio %u: sides go from %d to %d pixels, and "
                          "7680x4320 is the largest area",
                          config->width_px, config->height_px, config->pixel_ratio,
                          SC_CANVAS_MIN_PX, SC_CANVAS_MAX_PX);
    if (config->n_levels > SC_CHART_LEVELS_MAX)
        return sc_err_set(err, -EINVAL, "%zu thresholds and bands: there can be %d",
                          config->n_levels, SC_CHART_LEVELS_MAX);
    if (config->n_colors > SC_CHART_COLORS_MAX)
        return sc_err_set(err, -EINVAL, "%zu colours: there can be %d", config->n_colors,
                          SC_CHART_COLORS_MAX);
    return check_range(config, err);
}

static bool stands_on_zero(const struct sc_chart_config *config)
{
    const bool is_filled = config->kind == SC_CHART_AREA || config->kind == SC_CHART_BAR ||
                           config->kind == SC_CHART_HISTOGRAM ||
                           (config->kind == SC_CHART_LINE && config->is_stacked);
    return is_filled && !config->is_log;
}

/* A histogram's values stand on the axis across, and how often they came on the other one. */
static void set_axes(struct sc_chart *chart)
{
    const struct sc_chart_config *look = &chart->look;
    sc_chart_unit_init(&chart->unit, look->unit);
    chart->axis = (struct sc_chart_axis){.unit = chart->unit,
                                         .fixed_least = look->least,
                                         .fixed_most = look->most,
                                         .is_log = look->is_log,
                                         .has_zero = stands_on_zero(look)};
    if (look->kind != SC_CHART_HISTOGRAM)
        return;
    chart->across = chart->axis;
    chart->across.has_zero = false;
    chart->axis = (struct sc_chart_axis){.fixed_least = 0, .fixed_most = NAN};
    sc_chart_unit_init(&chart->axis.unit, NULL);
}

static int take_memory(struct sc_chart *chart)
{
    const uint32_t width = chart->look.width_px * chart->look.pixel_ratio;
    const uint32_t height = chart->look.height_px * chart->look.pixel_ratio;
    int rc = sc_labels_create(&chart->labels);
    if (rc == 0)
        rc = sc_chart_move_init(&chart->move);
    if (rc == 0)
        rc = sc_canvas_create(width, height, &chart->canvas);
    if (rc == 0)
        rc = sc_canvas_create(width, height, &chart->still);
    chart->cover = calloc(SC_RASTER_COVER_FLOATS(height), sizeof *chart->cover);
    chart->upper = calloc(width, sizeof *chart->upper);
    chart->lower = calloc(width, sizeof *chart->lower);
    chart->values = calloc(width, sizeof *chart->values);
    chart->sums = calloc(width, sizeof *chart->sums);
    if (!chart->cover || !chart->upper || !chart->lower || !chart->values || !chart->sums)
        return -ENOMEM;
    return rc;
}

int sc_chart_create(const struct sc_chart_config *config, struct sc_chart **out_chart,
                    struct sc_err *err)
{
    int rc = check(config, err);
    if (rc < 0)
        return rc;
    SC_AUTO(sc_chart_destroy) struct sc_chart *chart = calloc(1, sizeof *chart);
    if (!chart)
        return sc_err_set(err, -ENOMEM, "out of memory");
    chart->look = *config;
    chart->look.format.is_flat = true;
    chart->colors = sc_chart_palette(config->theme);
    chart->u = config->pixel_ratio;
    set_axes(chart);
    rc = take_memory(chart);
    if (rc < 0)
        return sc_err_set(err, rc, "no memory for a chart of %ux%u", config->width_px,
                          config->height_px);
    sc_chart_lay(chart);
    *out_chart = sc_steal(chart);
    return 0;
}

void sc_chart_destroy(struct sc_chart **chart)
{
    struct sc_chart *old = sc_steal(*chart);
    if (!old)
        return;
    sc_canvas_destroy(&old->canvas);
    sc_canvas_destroy(&old->still);
    sc_labels_destroy(&old->labels);
    sc_chart_move_fini(&old->move);
    free(old->cover);
    free(old->points);
    free(old->upper);
    free(old->lower);
    free(old->values);
    free(old->sums);
    free(old);
}

/* --- using it --- */

size_t sc_chart_n_columns(const struct sc_chart *chart)
{
    return (size_t)chart->plot.width;
}

struct sc_chart_window sc_chart_window_at(const struct sc_chart *chart, int64_t now_us,
                                          int64_t span_us)
{
    const int64_t n = (int64_t)sc_chart_n_columns(chart);
    const int64_t column_us = span_us > n ? (span_us + n - 1) / n : 1;
    const int64_t past_us = now_us % column_us;
    const int64_t to_us = now_us - past_us + (past_us < 0 ? 0 : column_us);
    return (struct sc_chart_window){to_us - n * column_us, to_us};
}

struct sc_raster sc_chart_raster(struct sc_chart *chart)
{
    const int around = (int)chart->u;
    struct sc_raster raster = {
        .left = (int)chart->plot.x,
        .top = (int)chart->plot.y - around,
        .right = (int)(chart->plot.x + chart->plot.width),
        .bottom = (int)(chart->plot.y + chart->plot.height) + around,
        .cover = chart->cover,
    };
    raster.pixels = sc_canvas_pixels(chart->canvas, &raster.stride_px);
    raster.top = raster.top < 0 ? 0 : raster.top;
    if (raster.bottom > (int)sc_canvas_height_px(chart->canvas))
        raster.bottom = (int)sc_canvas_height_px(chart->canvas);
    return raster;
}

static bool has_data(const struct sc_chart_data *data)
{
    for (size_t i = 0; i < data->n; i++) {
        if (data->series[i].n_points > 0)
            return true;
        for (size_t x = 0; x < data->series[i].n_columns; x++)
            if (data->series[i].columns[x].n > 0)
                return true;
    }
    return false;
}

static void say_empty(struct sc_chart *chart, cairo_t *cr)
{
    const struct sc_label_style style = sc_chart_letters(chart, 1.2, chart->colors->label);
    const double width = sc_labels_width_px(chart->labels, &style, "no data");
    const double height = sc_labels_height_px(chart->labels, &style);
    if (width < chart->plot.width && height < chart->plot.height)
        (void)sc_labels_draw(chart->labels, cr, &style,
                             chart->plot.x + (chart->plot.width - width) / 2,
                             chart->plot.y + (chart->plot.height - height) / 2, "no data");
}

static int paint(struct sc_chart *chart, const struct sc_chart_data *data)
{
    const struct sc_chart_painter *painter = &sc_chart_painters[chart->look.kind];
    int rc = sc_chart_still(chart, data);
    sc_chart_move_nothing(chart);
    if (rc == 0 && painter->prepare)
        rc = painter->prepare(chart, data);
    if (rc == 0)
        sc_chart_move_end(chart);
    if (rc == 0 && painter->has_time_axis) {
        sc_chart_times(chart, sc_canvas_begin(chart->canvas), &data->window);
        rc = sc_canvas_end(chart->canvas);
    }
    if (rc == 0)
        rc = painter->paint(chart, data);
    if (rc < 0)
        return rc;
    cairo_t *cr = sc_canvas_begin(chart->canvas);
    sc_chart_values(chart, cr, data);
    if (!has_data(data))
        say_empty(chart, cr);
    rc = sc_canvas_end(chart->canvas);
    if (rc == 0 && has_data(data))
        sc_chart_move_keep(chart, data);
    return rc;
}

int sc_chart_draw(struct sc_chart *chart, const struct sc_chart_window *window,
                  const struct sc_chart_series *series, size_t n, struct sc_pool *pool,
                  struct sc_draft **out_draft)
{
    const struct sc_chart_data data = {
        .window = {window->from_us,
                   window->to_us > window->from_us ? window->to_us : window->from_us + 1},
        .series = series,
        .n = n < SC_CHART_SERIES_MAX ? n : SC_CHART_SERIES_MAX,
    };
    int rc = sc_chart_make_room(chart, &data);
    if (rc == 0)
        rc = paint(chart, &data);
    if (rc < 0)
        return rc;
    return sc_canvas_to_draft(chart->canvas, pool, &chart->look.format, out_draft);
}
