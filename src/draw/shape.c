/* SPDX-License-Identifier: MIT */
#include "draw/shape.h"

#include <math.h>

#define RED(rgb)   (((rgb) >> 16 & 255) / 255.0)
#define GREEN(rgb) (((rgb) >> 8 & 255) / 255.0)
#define BLUE(rgb)  (((rgb)&255) / 255.0)

void sc_shape_drop(cairo_surface_t **surface)
{
    cairo_surface_destroy(*surface);
    *surface = NULL;
}

void sc_shape_color(cairo_t *cr, uint32_t rgb, double alpha)
{
    cairo_set_source_rgba(cr, RED(rgb), GREEN(rgb), BLUE(rgb), alpha);
}

void sc_shape_stop(cairo_pattern_t *gradient, double at, uint32_t rgb, double alpha)
{
    cairo_pattern_add_color_stop_rgba(gradient, at, RED(rgb), GREEN(rgb), BLUE(rgb), alpha);
}

void sc_shape_pattern(cairo_t *cr, cairo_pattern_t **pattern)
{
    cairo_set_source(cr, *pattern);
    cairo_pattern_destroy(*pattern);
    *pattern = NULL;
}

void sc_shape_box(cairo_t *cr, const struct sc_box *box)
{
    cairo_new_path(cr);
    cairo_rectangle(cr, box->x, box->y, box->width, box->height);
}

void sc_shape_round(cairo_t *cr, const struct sc_box *box, double radius)
{
    double r = fmin(radius, fmin(box->width, box->height) / 2);
    double right = box->x + box->width, bottom = box->y + box->height;
    cairo_new_path(cr);
    cairo_arc(cr, right - r, box->y + r, r, -M_PI / 2, 0);
    cairo_arc(cr, right - r, bottom - r, r, 0, M_PI / 2);
    cairo_arc(cr, box->x + r, bottom - r, r, M_PI / 2, M_PI);
    cairo_arc(cr, box->x + r, box->y + r, r, M_PI, M_PI * 1.5);
    cairo_close_path(cr);
}

void sc_shape_disc(cairo_t *cr, double x, double y, double radius)
{
    cairo_new_path(cr);
    cairo_arc(cr, x, y, radius, 0, 2 * M_PI);
    cairo_close_path(cr);
}

void sc_shape_backdrop(cairo_t *cr, const struct sc_canvas *canvas, uint32_t top, uint32_t bottom)
{
    cairo_pattern_t *fade = cairo_pattern_create_linear(0, 0, 0, sc_canvas_height_px(canvas));
    sc_shape_stop(fade, 0, top, 1);
    sc_shape_stop(fade, 1, bottom, 1);
    sc_shape_pattern(cr, &fade);
    cairo_paint(cr);
}
