/* SPDX-License-Identifier: MIT */
/* Small words for cairo that every picture of ours uses. */
#pragma once

#include "draw/canvas.h"

#include <stdint.h>

/** For SC_AUTO. */
void sc_shape_drop(cairo_surface_t **surface);

/** Sets the color to draw with. rgb  0xRRGGBB; alpha  0 to 1. */
void sc_shape_color(cairo_t *cr, uint32_t rgb, double alpha);

/** Adds a color to a gradient. at  0 to 1. */
void sc_shape_stop(cairo_pattern_t *gradient, double at, uint32_t rgb, double alpha);

/** Takes a pattern and makes it what is drawn with. */
void sc_shape_pattern(cairo_t *cr, cairo_pattern_t **pattern);

/** Makes a box the path. */
void sc_shape_box(cairo_t *cr, const struct sc_box *box);

/** Makes a box with rounded corners the path. radius  cut to half of the smaller side. */
void sc_shape_round(cairo_t *cr, const struct sc_box *box, double radius);

/** Makes a circle the path. */
void sc_shape_disc(cairo_t *cr, double x, double y, double radius);

/** Fills the whole canvas from top to bottom. */
void sc_shape_backdrop(cairo_t *cr, const struct sc_canvas *canvas, uint32_t top, uint32_t bottom);
