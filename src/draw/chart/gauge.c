/* SPDX-License-Identifier: MIT */
#include "draw/chart/kinds.h"

#include <math.h>

#include "draw/shape.h"

#define TURN_FROM   (0.78 * M_PI) /* the dial opens downwards */
#define TURN_ALL    (1.44 * M_PI)
#define RING        0.17  /* its thickness, of the radius */
#define RIM         0.045 /* thickness of what shows thresholds and bands around it */
#define RIM_GAP     0.03
#define DIAL_LEAST  30 /* radius in pixels of the look; smaller ones are numbers alone */
#define CELL_ASPECT 1.25

static uint32_t color_of(const struct sc_chart *chart, size_t i, double value)
{
    uint32_t rgb = sc_chart_color(&chart->look, i);
    double highest = -INFINITY;
    for (size_t k = 0; k < chart->look.n_levels; k++) {
        const struct sc_chart_level *level = &chart->look.levels[k];
        const bool is_in = value >= level->from && (level->to == level->from || value <= level->to);
        if (!is_in || level->from < highest)
            continue;
        highest = level->from;
        rgb = level->rgb == SC_CHART_AUTO_COLOR ? chart->colors->alarm : level->rgb;
    }
    return rgb;
}

static uint32_t level_color(const struct sc_chart *chart, const struct sc_chart_level *level)
{
    const bool is_band = level->from != level->to;
    if (level->rgb != SC_CHART_AUTO_COLOR)
        return level->rgb;
    return is_band ? chart->colors->band : chart->colors->alarm;
}

static double share_of(const struct sc_chart *chart, double value)
{
    const double at = sc_chart_axis_at(&chart->axis, value);
    if (isnan(at)) /* infinite, or not above zero where the axis is logarithmic */
        return value > 0 ? 1 : 0;
    return fmin(fmax(at, 0), 1);
}

/* A band is a part of the rim, a threshold a notch through it and the ring. */
static void draw_levels(struct sc_chart *chart, cairo_t *cr, double x, double y, double radius)
{
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_BUTT);
    for (size_t i = 0; i < chart->look.n_levels; i++) {
        const struct sc_chart_level *level = &chart->look.levels[i];
        const double from = TURN_FROM + TURN_ALL * share_of(chart, level->from);
        const double to = TURN_FROM + TURN_ALL * share_of(chart, level->to);
        sc_shape_color(cr, level_color(chart, level), 1);
        cairo_new_path(cr);
        if (level->from != level->to) {
            cairo_set_line_width(cr, radius * RIM);
            cairo_arc(cr, x, y, radius * (1 + RIM_GAP + RIM / 2), from, to);
        } else {
            cairo_set_line_width(cr, fmax(radius * 0.03, 1.5 * chart->u));
            cairo_move_to(cr, x + cos(from) * radius * (1 - RING),
                          y + sin(from) * radius * (1 - RING));
            cairo_line_to(cr, x + cos(from) * radius * (1 + RIM_GAP + RIM),
                          y + sin(from) * radius * (1 + RIM_GAP + RIM));
        }
        cairo_stroke(cr);
    }
}

static void draw_ring(cairo_t *cr, double x, double y, double radius, double share, uint32_t rgb)
{
    cairo_set_line_width(cr, radius * RING);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    sc_shape_color(cr, rgb, 1);
    cairo_new_path(cr);
    cairo_arc(cr, x, y, radius * (1 - RING / 2), TURN_FROM, TURN_FROM + TURN_ALL * share);
    cairo_stroke(cr);
}

/* The largest size at which any value of the unit fits, so that numbers do not change size. */
static struct sc_label_style number_style(struct sc_chart *chart, double width_px, double most_px)
{
    char text[SC_CHART_VALUE_BYTES];
    struct sc_label_style style = sc_chart_letters(chart, 1, chart->colors->value);
    style.font = "Sans Bold";
    const double width = sc_labels_width_px(chart->labels, &style,
                                            sc_chart_unit_widest(&chart->unit, text, sizeof text));
    style.size_px = floor(fmin(style.size_px * width_px / width, most_px));
    style.size_px = fmax(style.size_px, 6);
    return style;
}

static void draw_centered(struct sc_chart *chart, cairo_t *cr, const struct sc_label_style *style,
                          double x, double y, const char *text)
{
    const double width = sc_labels_width_px(chart->labels, style, text);
    const double height = sc_labels_height_px(chart->labels, style);
    (void)sc_labels_draw(chart->labels, cr, style, x - width / 2, y - height / 2, text);
}

/* The past of one series, small and faint, in the lower part of its cell; a lone value has none. */
static void paint_past(struct sc_chart *chart, const struct sc_chart_data *data, size_t i,
                       const struct sc_box *box, uint32_t rgb)
{
    const struct sc_box plot = chart->plot;
    chart->plot = *box;
    struct sc_raster raster = sc_chart_raster(chart);
    const size_t n = sc_chart_trace(chart, &data->window, &data->series[i]);
    /* Columns are as many as the plot is wide, so they are squeezed. */
    for (size_t k = 0; data->series[i].n_points == 0 && k < n; k++)
        chart->points[k].x =
            (float)(box->x + ((double)chart->points[k].x - box->x) * box->width / plot.width);
    if (n > 1 && chart->points[n - 1].x - chart->points[0].x >= 1)
        sc_raster_stroke(&raster, chart->points, n, (float)(1.3 * chart->u), rgb, 0.85f);
    chart->plot = plot;
}

struct dial {
    struct sc_box cell;
    double x, y, radius; /* radius 0: a number alone */
};

static struct dial lay(const struct sc_chart *chart, const struct sc_box *cell, bool has_name)
{
    struct dial dial = {.cell = *cell, .x = cell->x + cell->width / 2};
    const double name = has_name ? 18 * chart->u : 0;
    dial.radius = fmin(cell->width * 0.44, (cell->height - name) / 1.86);
    if (chart->look.n_levels > 0)
        dial.radius /= 1 + RIM_GAP + RIM;
    if (dial.radius < DIAL_LEAST * chart->u)
        dial.radius = 0;
    dial.y = dial.radius > 0
                 ? cell->y + (cell->height - name - dial.radius * 1.78) / 2 + dial.radius
                 : cell->y + (cell->height - name) / 2;
    return dial;
}

static void draw_dial(struct sc_chart *chart, cairo_t *cr, const struct sc_chart_series *series,
                      size_t i, const struct dial *dial)
{
    const double at = sc_chart_axis_at(&chart->axis, series->latest);
    const uint32_t rgb = color_of(chart, i, series->latest);
    char text[SC_CHART_VALUE_BYTES];
    if (dial->radius > 0) {
        draw_ring(cr, dial->x, dial->y, dial->radius, 1, chart->colors->grid);
        if (at > 0)
            draw_ring(cr, dial->x, dial->y, dial->radius, fmin(at, 1), rgb);
        draw_levels(chart, cr, dial->x, dial->y, dial->radius);
    }
    const double room = dial->radius > 0 ? dial->radius * 1.38 : dial->cell.width * 0.9;
    const struct sc_label_style number =
        number_style(chart, room, dial->radius > 0 ? dial->radius * 0.5 : dial->cell.height * 0.5);
    sc_chart_unit_print(&chart->unit, series->latest, 0, text, sizeof text);
    draw_centered(chart, cr, &number, dial->x,
                  dial->y - (dial->radius > 0 ? dial->radius * 0.06 : 0), text);
    struct sc_label_style name = sc_chart_letters(chart, 1, chart->colors->label);
    name.most_px = floor(dial->cell.width * 0.9);
    if (dial->cell.height >= 48 * chart->u)
        draw_centered(chart, cr, &name, dial->x, dial->cell.y + dial->cell.height - 9 * chart->u,
                      series->name);
}

/* The grid in which cells of the usual shape become largest. */
static size_t choose_columns(const struct sc_box *room, size_t n)
{
    size_t best = 1;
    double largest = 0;
    for (size_t across = 1; across <= n; across++) {
        const double rows = ceil((double)n / (double)across);
        const double size = fmin(room->width / (double)across, room->height / rows * CELL_ASPECT);
        if (size > largest) {
            largest = size;
            best = across;
        }
    }
    return best;
}

static struct sc_box cell_of(const struct sc_box *room, size_t i, size_t n, size_t across)
{
    const size_t rows = (n + across - 1) / across, row = i / across;
    const size_t in_row = row + 1 < rows ? across : n - row * across;
    const double width = room->width / (double)across, height = room->height / (double)rows;
    const double left = room->x + (room->width - width * (double)in_row) / 2;
    return (struct sc_box){left + width * (double)(i % across), room->y + height * (double)row,
                           width, height};
}

int sc_chart_gauge_paint(struct sc_chart *chart, const struct sc_chart_data *data)
{
    const size_t across = choose_columns(&chart->plot, data->n);
    for (size_t i = 0; i < data->n; i++) {
        const struct sc_box cell = cell_of(&chart->plot, i, data->n, across);
        const struct dial dial = lay(chart, &cell, true);
        const double r = dial.radius;
        const struct sc_box past = {round(dial.x - r * 0.45), round(dial.y + r * 0.42),
                                    round(r * 0.9), round(r * 0.34)};
        if (r >= DIAL_LEAST * chart->u * 1.4)
            paint_past(chart, data, i, &past, color_of(chart, i, data->series[i].latest));
    }
    cairo_t *cr = sc_canvas_begin(chart->canvas);
    for (size_t i = 0; i < data->n; i++) {
        const struct sc_box cell = cell_of(&chart->plot, i, data->n, across);
        const struct dial dial = lay(chart, &cell, true);
        draw_dial(chart, cr, &data->series[i], i, &dial);
    }
    return sc_canvas_end(chart->canvas);
}
