/* SPDX-License-Identifier: MIT */
#include "draw/chart/move.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw/chart/part.h"

#define REACH   4     /* pixels of the look: no line or dot reaches further from its points */
#define RIGHT   3     /* those of a dot that stand right of the plot */
#define SAME_PX 1e-3f /* moments become pixels by rounding */

int sc_chart_move_init(struct sc_chart_move *move)
{
    move->lines = calloc(SC_CHART_SERIES_MAX, sizeof *move->lines);
    return move->lines ? 0 : -ENOMEM;
}

void sc_chart_move_fini(struct sc_chart_move *move)
{
    for (size_t i = 0; move->lines && i < SC_CHART_SERIES_MAX; i++)
        free(move->lines[i].points);
    free(move->lines);
    move->lines = NULL;
}

static int left_px(const struct sc_chart *chart)
{
    return (int)chart->plot.x;
}

int sc_chart_move_right_px(const struct sc_chart *chart)
{
    const double right = chart->plot.x + chart->plot.width + RIGHT * chart->u;
    return (int)fmin(right, sc_canvas_width_px(chart->canvas));
}

static void draw_all(struct sc_chart *chart)
{
    struct sc_chart_move *move = &chart->move;
    move->by_px = -1;
    move->strips[0] = (struct sc_chart_strip){0, (int)sc_canvas_width_px(chart->canvas)};
    move->strips[1] = (struct sc_chart_strip){0, 0};
}

void sc_chart_move_nothing(struct sc_chart *chart)
{
    chart->move.is_kept = false;
    draw_all(chart);
}

/* Returns: by how many columns the window has moved; -1: not by whole ones, or too far. */
static int columns_moved(const struct sc_chart *chart, const struct sc_chart_window *window)
{
    const struct sc_chart_move *move = &chart->move;
    const int64_t span_us = window->to_us - window->from_us,
                  by_us = window->from_us - move->from_us;
    const int64_t n = (int64_t)sc_chart_n_columns(chart);
    if (move->to_us - move->from_us != span_us || by_us < 0 || by_us >= span_us ||
        by_us * n % span_us != 0)
        return -1;
    return (int)(by_us * n / span_us);
}

void sc_chart_move_begin(struct sc_chart *chart, const struct sc_chart_data *data)
{
    struct sc_chart_move *move = &chart->move;
    const int right = sc_chart_move_right_px(chart);
    const bool is_shown = move->key != 0 && move->key == chart->still_key;
    move->is_kept = true;
    move->key = 0;
    if (!is_shown)
        return;
    move->by_px = columns_moved(chart, &data->window);
    if (move->by_px < 0)
        return;
    const int left = left_px(chart), known = left + (int)chart->plot.width - move->by_px;
    const int rule = (int)chart->u - 1; /* what is left of one whose moment is gone */
    move->strips[0] = (struct sc_chart_strip){left, left + rule};
    move->strips[1] = (struct sc_chart_strip){known, right};
}

/* --- lines --- */

static bool is_same(const struct sc_raster_point *was, const struct sc_raster_point *is, float by)
{
    return fabsf(was->x - by - is->x) < SAME_PX &&
           (was->y == is->y || (isnan(was->y) && isnan(is->y)));
}

static void draw_left(struct sc_chart *chart, float to)
{
    struct sc_chart_strip *strip = &chart->move.strips[0];
    strip->right =
        (int)fminf(fmaxf(ceilf(to), (float)strip->right), (float)chart->move.strips[1].right);
}

static void draw_right(struct sc_chart *chart, float from)
{
    struct sc_chart_strip *strip = &chart->move.strips[1];
    strip->left = (int)fmaxf(fminf(floorf(from), (float)strip->left), (float)left_px(chart));
}

size_t sc_chart_behind_last(const struct sc_raster_point *points, size_t n)
{
    while (n > 0 && isnan(points[n - 1].y))
        n--;
    return n;
}

static void compare(struct sc_chart *chart, const struct sc_chart_line *was,
                    const struct sc_raster_point *is, size_t n)
{
    const float by = (float)chart->move.by_px, reach = (float)(REACH * chart->u);
    const float left = (float)left_px(chart);
    size_t gone = 0, same = 0;
    while (n > 0 && gone < was->n && was->points[gone].x - by < is[0].x + SAME_PX &&
           !is_same(&was->points[gone], &is[0], by))
        gone++;
    while (same < n && gone + same < was->n && is_same(&was->points[gone + same], &is[same], by))
        same++;
    if (gone > 0)
        draw_left(chart, is[0].x + reach);
    if (same < n || gone + same < was->n) {
        const size_t last = sc_chart_behind_last(is, same);
        draw_right(chart, last > 0 ? is[last - 1].x - reach : left);
    }
    const size_t newest = sc_chart_behind_last(is, n);
    if (newest > 0 && is[newest - 1].x < left) /* its dot was there, and is no longer */
        draw_left(chart, left + reach);
}

static int keep_line(struct sc_chart_line *line, const struct sc_raster_point *points, size_t n)
{
    if (n > line->max) {
        struct sc_raster_point *more = realloc(line->points, n * sizeof *more);
        if (!more)
            return -ENOMEM;
        line->points = more;
        line->max = n;
    }
    if (n > 0)
        memcpy(line->points, points, n * sizeof *points);
    line->n = n;
    return 0;
}

int sc_chart_move_line(struct sc_chart *chart, size_t i, size_t n)
{
    struct sc_chart_line *line = &chart->move.lines[i];
    if (chart->move.by_px >= 0)
        compare(chart, line, chart->points, n);
    return keep_line(line, chart->points, n);
}

/* --- the canvas --- */

void sc_chart_move_end(struct sc_chart *chart)
{
    struct sc_chart_move *move = &chart->move;
    const struct sc_raster raster = sc_chart_raster(chart);
    if (move->by_px < 0 || move->strips[0].right >= move->strips[1].left) {
        draw_all(chart);
        sc_canvas_copy(chart->canvas, chart->still);
        return;
    }
    const struct sc_canvas_part plot = {raster.left, raster.top, sc_chart_move_right_px(chart),
                                        raster.bottom};
    const struct sc_canvas_part below = {0, raster.bottom, (int)sc_canvas_width_px(chart->canvas),
                                         (int)sc_canvas_height_px(chart->canvas)};
    sc_canvas_move_left(chart->canvas, &plot, move->by_px);
    sc_canvas_copy_part(chart->canvas, chart->still, &below);
    for (int i = 0; i < SC_CHART_STRIPS; i++) {
        struct sc_canvas_part part = plot;
        part.left = move->strips[i].left;
        part.right = move->strips[i].right;
        sc_canvas_copy_part(chart->canvas, chart->still, &part);
    }
}

void sc_chart_move_keep(struct sc_chart *chart, const struct sc_chart_data *data)
{
    struct sc_chart_move *move = &chart->move;
    move->key = move->is_kept ? chart->still_key : 0;
    move->from_us = data->window.from_us;
    move->to_us = data->window.to_us;
}
