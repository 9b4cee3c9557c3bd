/* SPDX-License-Identifier: MIT */
/* Lines, bars and areas of charts, smooth-edged, straight into pixels. Points rise with x and there
 * is one for every column of pixels: for that a distance from a line is cheaper, and nicer, than
 * the outlines that cairo makes (docs/drawing.md has the figures). */
#pragma once

#include "draw/canvas.h"

#include <stddef.h>
#include <stdint.h>

#define SC_RASTER_BAND_PX 32 /* columns that are drawn together */
#define SC_RASTER_STEP    4  /* rows */
#define SC_RASTER_COVER_FLOATS(height_px)                                                          \
    ((size_t)SC_RASTER_BAND_PX * ((height_px) + SC_RASTER_STEP))

struct sc_raster {
    uint32_t *pixels; /* of a canvas, between begin and end: cairo must be flushed and told */
    size_t stride_px;
    int left, top, right, bottom; /* nothing is drawn outside; right and bottom excluded */
    float *cover; /* for strokes: SC_RASTER_COVER_FLOATS of (bottom - top), zero between calls */
};

struct sc_raster_point {
    float x, y; /* NAN in y: a gap */
};

/** Draws a line through the points, whose x never falls, as round at its joints and ends as a pen.
 * Points that are a gap on both sides become dots. */
void sc_raster_stroke(const struct sc_raster *raster, const struct sc_raster_point *points,
                      size_t n, float width_px, uint32_t rgb, float alpha);

/** Fills each column between two heights; NAN in either: not. They begin at raster->left and there
 * are (right - left) of each. The colour is strong at the raster's top and fades to its bottom. */
void sc_raster_fill(const struct sc_raster *raster, const float *upper, const float *lower,
                    uint32_t rgb, float alpha_top, float alpha_bottom);

/** Fills a box, its edges where they are between pixels. */
void sc_raster_box(const struct sc_raster *raster, const struct sc_box *box, uint32_t rgb,
                   float alpha);

/** Fills a disc. */
void sc_raster_disc(const struct sc_raster *raster, float x, float y, float radius_px, uint32_t rgb,
                    float alpha);
