/* SPDX-License-Identifier: MIT */
#include "draw/chart/part.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/hash.h"
#include "draw/chart/time.h"
#include "draw/shape.h"

/* In pixels of the look. */
#define PAD          12
#define LETTERS      11
#define ROW          18 /* of the legend */
#define VALUE_APART  34 /* between the value axis's labels, at least */
#define MOMENT_APART 92
#define SWATCH       9
#define NAME_MOST    180
#define ENTRY_GAP    18
#define NAMES_LEAST  64   /* beside the rows of a heat map */
#define LEGEND_SHARE 0.34 /* of the height, at the most */

struct sc_label_style sc_chart_letters(const struct sc_chart *chart, double factor, uint32_t rgb)
{
    return (struct sc_label_style){
        .font = "Sans", .size_px = round(LETTERS * factor * chart->u), .rgb = rgb};
}

static struct sc_label_style bold(const struct sc_chart *chart, double factor, uint32_t rgb)
{
    struct sc_label_style style = sc_chart_letters(chart, factor, rgb);
    style.font = "Sans Bold";
    return style;
}

static double values_width(struct sc_chart *chart)
{
    char text[SC_CHART_VALUE_BYTES];
    const struct sc_label_style style = sc_chart_letters(chart, 1, 0);
    const double width = sc_labels_width_px(
        chart->labels, &style, sc_chart_unit_widest(&chart->axis.unit, text, sizeof text));
    return chart->look.kind == SC_CHART_HEATMAP ? fmax(width, NAMES_LEAST * chart->u) : width;
}

static bool has_title(const struct sc_chart *chart)
{
    return chart->look.title && *chart->look.title && chart->look.height_px >= 72;
}

void sc_chart_lay(struct sc_chart *chart)
{
    const struct sc_chart_config *look = &chart->look;
    const struct sc_chart_painter *painter = &sc_chart_painters[look->kind];
    const double u = chart->u, width = look->width_px * u;
    chart->has_values = painter->has_value_axis && look->width_px >= 180 && look->height_px >= 60;
    chart->has_times = (painter->has_time_axis || painter->has_across) && look->height_px >= 90 &&
                       look->width_px >= 120;
    chart->has_legend = look->has_legend && look->height_px >= 130 && look->width_px >= 180;
    const double pad = fmin(PAD, fmin(look->width_px, look->height_px) * 0.06) * u;
    const double left = pad + (chart->has_values ? values_width(chart) + 8 * u : 0);
    chart->plot.x = round(left);
    chart->plot.width =
        fmax(round(width - pad - (chart->has_times ? 6 * u : 0)) - chart->plot.x, 1);
    chart->plot.y = round(pad + (has_title(chart) ? 24 * u : chart->has_values ? 4 * u : 0));
}

/* Rows of a heat map have names in its place. */
static bool has_value_axis(const struct sc_chart *chart, const struct sc_chart_data *data)
{
    return sc_chart_painters[chart->look.kind].has_value_axis &&
           !(chart->look.kind == SC_CHART_HEATMAP && data->n > 1);
}

/* --- legend --- */

struct entry {
    double width, name_width;
};

static double slot_width(struct sc_chart *chart)
{
    char text[SC_CHART_VALUE_BYTES];
    const struct sc_label_style style = bold(chart, 1, 0);
    return sc_labels_width_px(chart->labels, &style,
                              sc_chart_unit_widest(&chart->unit, text, sizeof text));
}

static struct sc_label_style name_style(const struct sc_chart *chart)
{
    struct sc_label_style style = sc_chart_letters(chart, 1, chart->colors->label);
    style.most_px = round(fmin(NAME_MOST, chart->look.width_px * 0.4) * chart->u);
    return style;
}

static void draw_entry(struct sc_chart *chart, cairo_t *cr, const char *name, uint32_t rgb,
                       struct sc_chart_slot *slot)
{
    const double u = chart->u;
    const struct sc_label_style style = name_style(chart);
    const double height = sc_labels_height_px(chart->labels, &style);
    const struct sc_box swatch = {round(slot->x), round(slot->y + (height - SWATCH * u) / 2),
                                  SWATCH * u, SWATCH * u};
    sc_shape_color(cr, rgb, 1);
    sc_shape_round(cr, &swatch, 2 * u);
    cairo_fill(cr);
    slot->x += (SWATCH + 6) * u;
    slot->x += sc_labels_draw(chart->labels, cr, &style, slot->x, slot->y, name);
    slot->x += *name ? 7 * u : 0;
}

/* Lays entries out from left to right in rows. Returns: how many rows, of max_rows at the most; the
 * entries' corners are in slots. */
static size_t flow(struct sc_chart *chart, const struct sc_chart_data *data, size_t max_rows)
{
    const struct sc_label_style style = name_style(chart);
    const double u = chart->u, value = slot_width(chart);
    const double left = chart->plot.x, right = chart->plot.x + chart->plot.width;
    double x = left;
    size_t row = 0;
    chart->n_slots = 0;
    for (size_t i = 0; i < data->n; i++) {
        const char *name = data->series[i].name;
        const double width =
            (SWATCH + 13 + ENTRY_GAP) * u + value + sc_labels_width_px(chart->labels, &style, name);
        if (x > left && x + width - ENTRY_GAP * u > right) {
            x = left;
            if (++row == max_rows)
                return max_rows;
        }
        chart->slots[chart->n_slots++] = (struct sc_chart_slot){x, (double)row * ROW * u};
        x += width;
    }
    return data->n > 0 ? row + 1 : 0;
}

static void draw_legend(struct sc_chart *chart, cairo_t *cr, const struct sc_chart_data *data)
{
    for (size_t i = 0; i < chart->n_slots; i++) {
        chart->slots[i].y += chart->legend_y;
        draw_entry(chart, cr, data->series[i].name, sc_chart_color(&chart->look, i),
                   &chart->slots[i]);
    }
    if (chart->n_slots < data->n && chart->n_slots > 0) { /* the last one gives its place */
        char more[32];
        const struct sc_label_style style = sc_chart_letters(chart, 1, chart->colors->label);
        const struct sc_chart_slot *last = &chart->slots[chart->n_slots - 1];
        (void)snprintf(more, sizeof more, "and %zu more", data->n - chart->n_slots);
        const double width = sc_labels_width_px(chart->labels, &style, more);
        (void)sc_labels_draw(chart->labels, cr, &style, chart->plot.x + chart->plot.width - width,
                             last->y + ROW * chart->u, more);
    }
}

/* Returns: how many rows there are; the last one may be for the number of those left out. */
static size_t lay_entries(struct sc_chart *chart, const struct sc_chart_data *data)
{
    const size_t max_rows = (size_t)(chart->look.height_px * LEGEND_SHARE / ROW);
    chart->n_slots = 0;
    if (!chart->has_legend || max_rows == 0 || data->n == 0)
        return 0;
    if (!sc_chart_painters[chart->look.kind].has_names)
        return chart->look.kind == SC_CHART_HEATMAP ? 1 : 0;
    const size_t rows = flow(chart, data, max_rows);
    if (chart->n_slots == data->n || rows < 2)
        return rows;
    return flow(chart, data, rows - 1) + 1;
}

/* Finds out how high the plot is and where the legend begins. */
static void lay_legend(struct sc_chart *chart, const struct sc_chart_data *data)
{
    const double u = chart->u, height = chart->look.height_px * u;
    const double pad = fmin(PAD, fmin(chart->look.width_px, chart->look.height_px) * 0.06) * u;
    const size_t rows = lay_entries(chart, data);
    const double times = chart->has_times ? 20 * u : 0;
    const double legend = rows > 0 ? (double)rows * ROW * u + 4 * u : 0;
    const double bottom = height - pad - times - legend;
    chart->plot.height = fmax(round(bottom) - chart->plot.y, 1);
    chart->legend_y = round(bottom + times + 8 * u);
}

/* --- grid --- */

static void draw_bands(struct sc_chart *chart, cairo_t *cr)
{
    for (size_t i = 0; i < chart->look.n_levels; i++) {
        const struct sc_chart_level *level = &chart->look.levels[i];
        if (level->from == level->to)
            continue;
        const double top = chart->plot.y, bottom = top + chart->plot.height;
        const double a = fmin(fmax((double)sc_chart_y(chart, level->to), top), bottom);
        const double b = fmin(fmax((double)sc_chart_y(chart, level->from), top), bottom);
        const struct sc_box band = {chart->plot.x, round(a), chart->plot.width,
                                    round(b) - round(a)};
        sc_shape_color(cr, level->rgb == SC_CHART_AUTO_COLOR ? chart->colors->band : level->rgb,
                       0.13);
        sc_shape_box(cr, &band);
        cairo_fill(cr);
    }
}

static void draw_rule(const struct sc_chart *chart, cairo_t *cr, double y, uint32_t rgb)
{
    const double thick = round(fmax(chart->u, 1));
    const struct sc_box line = {chart->plot.x, round(y - thick / 2), chart->plot.width, thick};
    sc_shape_color(cr, rgb, 1);
    sc_shape_box(cr, &line);
    cairo_fill(cr);
}

static void draw_value_axis(struct sc_chart *chart, cairo_t *cr)
{
    const struct sc_label_style style = sc_chart_letters(chart, 1, chart->colors->label);
    const double height = sc_labels_height_px(chart->labels, &style);
    double ticks[SC_CHART_TICKS_MAX];
    const size_t n = sc_chart_axis_ticks(&chart->axis, ticks);
    double last = INFINITY;
    for (size_t i = 0; i < n; i++) {
        char text[SC_CHART_VALUE_BYTES];
        const double y = (double)sc_chart_y(chart, ticks[i]);
        draw_rule(chart, cr, y, ticks[i] == 0 ? chart->colors->zero : chart->colors->grid);
        if (!chart->has_values || last - y < height)
            continue;
        last = y;
        sc_chart_unit_print(&chart->axis.unit, ticks[i],
                            chart->axis.is_log ? ticks[i] : chart->axis.step, text, sizeof text);
        const double width = sc_labels_width_px(chart->labels, &style, text);
        (void)sc_labels_draw(chart->labels, cr, &style, chart->plot.x - 8 * chart->u - width,
                             y - height / 2, text);
    }
}

static void draw_title(struct sc_chart *chart, cairo_t *cr)
{
    struct sc_label_style style = bold(chart, 1.18, chart->colors->title);
    const double pad = PAD * chart->u;
    style.most_px = floor(chart->look.width_px * chart->u - 2 * pad);
    (void)sc_labels_draw(chart->labels, cr, &style, pad, pad * 0.8, chart->look.title);
}

static uint64_t key_of(const struct sc_chart *chart, const struct sc_chart_data *data)
{
    const double axis[] = {chart->axis.least, chart->axis.most, chart->axis.step, (double)data->n};
    uint64_t key = sc_hash(axis, sizeof axis);
    for (size_t i = 0; i < data->n; i++)
        key = key * 31 + sc_hash(data->series[i].name, strlen(data->series[i].name));
    return key ? key : 1;
}

static int n_value_labels(const struct sc_chart *chart)
{
    return (int)fmin(fmax(chart->plot.height / (VALUE_APART * chart->u), 2), 10);
}

static void fit_axis(struct sc_chart *chart, const struct sc_chart_data *data)
{
    const struct sc_chart_painter *painter = &sc_chart_painters[chart->look.kind];
    const int64_t span_us = data->window.to_us - data->window.from_us;
    double least, most;
    painter->measure(chart, data, &least, &most);
    (void)sc_chart_axis_fit(&chart->axis, least, most, n_value_labels(chart), data->window.to_us,
                            span_us / 10);
}

int sc_chart_still(struct sc_chart *chart, const struct sc_chart_data *data)
{
    if (chart->still_key == 0)
        lay_legend(chart, data);
    fit_axis(chart, data);
    const uint64_t key = key_of(chart, data);
    if (key == chart->still_key)
        return 0;
    lay_legend(chart, data);
    cairo_t *cr = sc_canvas_begin(chart->still);
    sc_shape_color(cr, chart->colors->ground, 1);
    cairo_paint(cr);
    if (has_value_axis(chart, data)) {
        draw_bands(chart, cr);
        draw_value_axis(chart, cr);
    }
    if (has_title(chart))
        draw_title(chart, cr);
    draw_legend(chart, cr, data);
    const int rc = sc_canvas_end(chart->still);
    chart->still_key = rc == 0 ? key : 0;
    return rc;
}

/* --- what moves, around the data --- */

/* To the strips, and to what is below the plot and its lines. */
static void clip(const struct sc_chart *chart, cairo_t *cr)
{
    const double bottom = chart->plot.y + chart->plot.height + chart->u;
    for (int i = 0; i < SC_CHART_STRIPS; i++) {
        const struct sc_chart_strip *strip = &chart->move.strips[i];
        cairo_rectangle(cr, strip->left, 0, strip->right - strip->left, bottom);
    }
    cairo_rectangle(cr, 0, bottom, sc_canvas_width_px(chart->canvas),
                    sc_canvas_height_px(chart->canvas));
    cairo_clip(cr);
}

void sc_chart_times(struct sc_chart *chart, cairo_t *cr, const struct sc_chart_window *window)
{
    struct sc_chart_moment moments[SC_CHART_MOMENTS_MAX];
    const struct sc_label_style style = sc_chart_letters(chart, 1, chart->colors->label);
    const double u = chart->u, thick = round(fmax(u, 1));
    const double bottom = chart->plot.y + chart->plot.height;
    const int n_labels = (int)(chart->plot.width / (MOMENT_APART * u));
    const size_t n = sc_chart_moments(window->from_us, window->to_us, n_labels, moments);
    clip(chart, cr);
    for (size_t i = 0; i < n; i++) {
        const double x = floor(sc_chart_x(chart, window, moments[i].unix_us));
        const struct sc_box line = {x, chart->plot.y, thick, chart->plot.height + 4 * u};
        sc_shape_color(cr, chart->colors->grid, 1);
        sc_shape_box(cr, &line);
        cairo_fill(cr);
        if (!chart->has_times)
            continue;
        const double width = sc_labels_width_px(chart->labels, &style, moments[i].text);
        const double left = x - width / 2;
        if (left >= 2 * u && left + width <= chart->look.width_px * u - 2 * u)
            (void)sc_labels_draw(chart->labels, cr, &style, left, bottom + 6 * u, moments[i].text);
    }
}

static void draw_threshold(struct sc_chart *chart, cairo_t *cr, const struct sc_chart_level *level)
{
    const double y = round((double)sc_chart_y(chart, level->from)), u = chart->u;
    const double dashes[] = {6 * u, 4 * u};
    if (!(y >= chart->plot.y && y <= chart->plot.y + chart->plot.height))
        return;
    sc_shape_color(cr, level->rgb == SC_CHART_AUTO_COLOR ? chart->colors->alarm : level->rgb, 0.9);
    cairo_set_line_width(cr, round(fmax(u, 1)));
    cairo_set_dash(cr, dashes, 2, 0);
    cairo_move_to(cr, chart->plot.x, y + 0.5);
    cairo_line_to(cr, chart->plot.x + chart->plot.width, y + 0.5);
    cairo_stroke(cr);
}

void sc_chart_values(struct sc_chart *chart, cairo_t *cr, const struct sc_chart_data *data)
{
    const struct sc_label_style style = bold(chart, 1, chart->colors->value);
    if (has_value_axis(chart, data))
        for (size_t i = 0; i < chart->look.n_levels; i++)
            if (chart->look.levels[i].from == chart->look.levels[i].to)
                draw_threshold(chart, cr, &chart->look.levels[i]);
    for (size_t i = 0; i < chart->n_slots; i++) {
        char text[SC_CHART_VALUE_BYTES];
        sc_chart_unit_print(&chart->unit, data->series[i].latest, 0, text, sizeof text);
        (void)sc_labels_draw(chart->labels, cr, &style, chart->slots[i].x, chart->slots[i].y, text);
    }
}
