/* SPDX-License-Identifier: MIT */
#include "draw/placeholder.h"

#include <errno.h>
#include <math.h>

#include "base/own.h"
#include "draw/canvas.h"
#include "draw/shape.h"
#include "draw/text.h"

#define QUALITY         85
#define EMBLEM_LEAST_PX 160

#define TOP     0x1a2233
#define BOTTOM  0x0b0f18
#define EMBLEM  0x33415f
#define TITLE   0xe8edf7
#define PROBLEM 0xffc46b
#define NEXT    0x93a1bd

static uint32_t clamp_side(double side_px)
{
    return (uint32_t)fmin(fmax(side_px, SC_CANVAS_MIN_PX), SC_CANVAS_MAX_PX);
}

static int create_canvas(const struct sc_placeholder *what, struct sc_canvas **out_canvas)
{
    if (what->width_px == 0 || what->height_px == 0)
        return sc_canvas_create(SC_PLACEHOLDER_WIDTH_PX, SC_PLACEHOLDER_HEIGHT_PX, out_canvas);
    double width = what->width_px, height = what->height_px;
    double shrink = fmin(1, SC_CANVAS_MAX_PX / fmax(width, height));
    shrink = fmin(shrink, sqrt(SC_CANVAS_MAX_AREA_PX / (width * height)));
    /* A whole number of pixels may have come out a little smaller (x87). */
    return sc_canvas_create(clamp_side(floor(width * shrink + 1e-6)),
                            clamp_side(floor(height * shrink + 1e-6)), out_canvas);
}

/* A screen with a line through it. Returns: where it ends. */
static double draw_emblem(cairo_t *cr, double middle, double top, double size)
{
    const struct sc_box screen = {middle - size / 2, top + size * 0.12, size, size * 0.68};
    cairo_set_line_width(cr, size / 14);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    sc_shape_color(cr, EMBLEM, 1);
    sc_shape_round(cr, &screen, size / 9);
    cairo_stroke(cr);
    cairo_move_to(cr, middle - size * 0.42, top + size * 0.92);
    cairo_line_to(cr, middle + size * 0.42, top);
    cairo_stroke(cr);
    return top + size * 1.1;
}

/* The texts, one below the other. Returns: where they end. */
static double draw_texts(cairo_t *cr, const struct sc_box *box, const struct sc_placeholder *what)
{
    const double u = box->height;
    const struct {
        const char *text;
        double gap, height;
        struct sc_text_style style;
    } rows[] = {
        {what->title, 0, 0.28 * u, {"Sans Bold", 0, 0.2 * u, SC_TEXT_CENTER, 0, TITLE, true}},
        {what->problem,
         0.04 * u,
         0.44 * u,
         {"Sans", 0, 0.12 * u, SC_TEXT_CENTER, 0, PROBLEM, false}},
        {what->next, 0.05 * u, 0.16 * u, {"Sans", 0, 0.1 * u, SC_TEXT_CENTER, 0, NEXT, true}},
    };
    double y = box->y;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct sc_box row = {box->x, y + rows[i].gap, box->width, rows[i].height};
        struct sc_box used;
        sc_text_draw(cr, &row, &rows[i].style, rows[i].text, &used);
        if (used.height > 0)
            y = used.y + used.height;
    }
    return y;
}

/* Everything goes to a group first, because only then it is known how high it is. */
static void draw(cairo_t *cr, const struct sc_canvas *canvas, const struct sc_placeholder *what)
{
    const double width = sc_canvas_width_px(canvas), height = sc_canvas_height_px(canvas);
    const double u = fmin(width * 0.75, height), margin = u * 0.06;
    const double emblem = u >= EMBLEM_LEAST_PX ? u * 0.26 : 0;
    double top = margin;
    sc_shape_backdrop(cr, canvas, TOP, BOTTOM);
    cairo_push_group(cr);
    if (emblem > 0)
        top = draw_emblem(cr, width / 2, top, emblem);
    const struct sc_box texts = {margin, top, width - margin * 2, u - margin - top};
    const double end = draw_texts(cr, &texts, what);
    cairo_pattern_t *group = cairo_pop_group(cr);
    cairo_translate(cr, 0, round((height - end - margin) / 2));
    sc_shape_pattern(cr, &group);
    cairo_paint(cr);
}

int sc_placeholder_draft(struct sc_pool *pool, const struct sc_placeholder *what,
                         struct sc_draft **out_draft)
{
    SC_AUTO(sc_canvas_destroy) struct sc_canvas *canvas = NULL;
    int rc = create_canvas(what, &canvas);
    if (rc < 0)
        return rc;
    draw(sc_canvas_begin(canvas), canvas, what);
    rc = sc_canvas_end(canvas);
    if (rc < 0)
        return rc;
    const struct sc_canvas_format format = {.kind = what->kind, .quality = QUALITY};
    return sc_canvas_to_draft(canvas, pool, &format, out_draft);
}
