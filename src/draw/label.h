/* SPDX-License-Identifier: MIT */
/* Short texts of one line that are shown in frame after frame: shaped and drawn once, then only
 * stamped. Those that were not used for longest give way. */
#pragma once

#include "draw/canvas.h"

struct sc_labels;

struct sc_label_style {
    const char *font; /* as pango names it: "Sans Bold"; must outlive the labels */
    double size_px;
    double most_px; /* wider texts end in an ellipsis; 0: as wide as they are */
    uint32_t rgb;
};

/** Returns: 0; -ENOMEM. */
int sc_labels_create(struct sc_labels **out_labels);
void sc_labels_destroy(struct sc_labels **labels);

/** Returns: how wide a text is, in whole pixels. Any bytes may be in it (plain.h). */
double sc_labels_width_px(struct sc_labels *labels, const struct sc_label_style *style,
                          const char *text);

/** Returns: how high a line of the style is. */
double sc_labels_height_px(struct sc_labels *labels, const struct sc_label_style *style);

/** Draws it. x, y  its upper left corner, rounded to whole pixels. Returns: its width. */
double sc_labels_draw(struct sc_labels *labels, cairo_t *cr, const struct sc_label_style *style,
                      double x, double y, const char *text);
