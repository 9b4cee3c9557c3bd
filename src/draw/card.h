/* SPDX-License-Identifier: MIT */
/* The still part of the test pattern, and where its moving parts go: colour bars, a spectrum and a
 * gray scale to judge colours, a grid and marks in the corners and at the edges to see cropping and
 * distortion, a dial, a track and captions. What there is no room for is left out. */
#pragma once

#include "draw/canvas.h"

/* Places on the card, in pixels. */
struct sc_card {
    double unit; /* the shorter side: everything is in proportion to it */
    struct sc_box bars, spectrum, grays;
    struct sc_box dial;   /* a square; 0 x 0: no room */
    struct sc_box clock;  /* for HH:MM:SS.mmm */
    struct sc_box number; /* of the frame */
    struct sc_box detail; /* one line: size, rate, format */
    struct sc_box track;  /* the ball's */
};

#define SC_CARD_ACCENT 0x5ad1ff
#define SC_CARD_LIGHT  0xf2f6ff
#define SC_CARD_FAINT  0x8b9bbb

/** Finds the places for a canvas of that size. */
void sc_card_lay(struct sc_card *card, uint32_t width_px, uint32_t height_px);

/** Draws all that stands still. detail  the line's text. */
void sc_card_draw(const struct sc_card *card, cairo_t *cr, const struct sc_canvas *canvas,
                  const char *detail);
