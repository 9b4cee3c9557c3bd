/* SPDX-License-Identifier: MIT */
/* Digits for every frame: drawn by pango once, then only stamped. All digits are equally wide, so
 * that a clock does not tremble. */
#pragma once

#include "draw/canvas.h"

struct sc_digits;

/**
 * Makes digits of the largest size at which sample fits into width_px x height_px.
 *
 * sample  as wide as what will be shown: "00:00:00.000".
 *
 * Returns: 0; -EINVAL there is too little room for letters that could be read; -ENOMEM.
 */
int sc_digits_create(const char *font, const char *sample, double width_px, double height_px,
                     struct sc_digits **out_digits);
void sc_digits_destroy(struct sc_digits **digits);

/** Returns: the size of letters, as sc_text_style has it. */
double sc_digits_size_px(const struct sc_digits *digits);

/** Returns: how high a line is. */
double sc_digits_height_px(const struct sc_digits *digits);

/** Returns: how wide a text is. Characters other than digits ':' '.' and blank count nothing. */
double sc_digits_width_px(const struct sc_digits *digits, const char *text);

/** Draws with what cr draws with. x, y  its upper left corner, rounded to whole pixels. */
void sc_digits_draw(const struct sc_digits *digits, cairo_t *cr, double x, double y,
                    const char *text);
