/* SPDX-License-Identifier: MIT */
/* Text in any script, fitted into a box: as large as it fits, wrapped, aligned, and cut with an
 * ellipsis where even the smallest size is too large.
 *
 * Without any font on the machine letters become empty boxes and nothing fails. pango (GLib) ends
 * the process when a small allocation of its own fails, which nobody can prevent; so text is cut
 * at SC_TEXT_MAX_BYTES. */
#pragma once

#include "draw/canvas.h"

#define SC_TEXT_MAX_BYTES 4096
#define SC_TEXT_LEAST_PX  6.0 /* below that letters are no longer read */

enum sc_text_align {
    SC_TEXT_LEFT,
    SC_TEXT_CENTER,
    SC_TEXT_RIGHT,
};

struct sc_text_style {
    const char *font; /* as pango names it, without size: "Sans Bold"; NULL: "Sans" */
    double least_px;  /* smallest size of letters; at least SC_TEXT_LEAST_PX */
    double most_px;   /* largest */
    enum sc_text_align align;
    double sink;      /* where it stands in a higher box: 0 top, 0.5 middle, 1 bottom */
    uint32_t rgb;     /* 0xRRGGBB */
    bool is_one_line; /* never wrapped */
};

/**
 * Draws it. Bytes that are not UTF-8 become U+FFFD.
 *
 * text      NULL: like an empty one.
 * out_used  NULL, or gets what the text really covers; empty (0 x 0, at the box's corner) when
 *           nothing was drawn, as in a box that is too small for the smallest size.
 *
 * Thread:  any; cr and its surface are the caller's.
 */
void sc_text_draw(cairo_t *cr, const struct sc_box *box, const struct sc_text_style *style,
                  const char *text, struct sc_box *out_used);

/**
 * Returns: the size of letters at which it would be drawn; 0 when even the smallest is too large
 *          for the box.
 */
double sc_text_size_px(cairo_t *cr, const struct sc_box *box, const struct sc_text_style *style,
                       const char *text);

/** Returns: how many of its characters no font on this machine has a shape for. */
int sc_text_n_missing(cairo_t *cr, const struct sc_text_style *style, const char *text);
