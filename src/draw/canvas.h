/* SPDX-License-Identifier: MIT */
/* A canvas is pixels in memory that cairo draws on and that become a picture in a draft.
 *
 * Life: create -> (begin -> draw -> end -> to_draft), as often as wanted -> destroy. */
#pragma once

#include "stillcast/frame.h"

#include <cairo.h>
#include <stdbool.h>
#include <stdint.h>

#define SC_CANVAS_MIN_PX      16               /* least side */
#define SC_CANVAS_MAX_PX      16384            /* largest side */
#define SC_CANVAS_MAX_AREA_PX (7680ULL * 4320) /* 133 MB of pixels */

struct sc_canvas;

/* A part of a canvas, in pixels. */
struct sc_box {
    double x, y, width, height;
};

/* What a canvas is to become. */
struct sc_canvas_format {
    enum sc_kind kind; /* SC_KIND_PNG: that; anything else: JPEG */
    int quality;       /* of a JPEG, 1 to 100 */
    bool is_flat;      /* of a PNG: flat colours and their edges, see picture/flat.h */
};

/** Returns: 0; -EINVAL a side below SC_CANVAS_MIN_PX; -EMSGSIZE a side or the area above limits. */
int sc_canvas_check_size(uint32_t width_px, uint32_t height_px);

/**
 * Makes a black canvas.
 *
 * Returns: 0; what sc_canvas_check_size says; -ENOMEM.
 */
int sc_canvas_create(uint32_t width_px, uint32_t height_px, struct sc_canvas **out_canvas);
void sc_canvas_destroy(struct sc_canvas **canvas);

uint32_t sc_canvas_width_px(const struct sc_canvas *canvas);
uint32_t sc_canvas_height_px(const struct sc_canvas *canvas);

/**
 * Begins to draw.
 *
 * Returns: cairo's context in its initial state, borrowed until sc_canvas_end; never NULL: cairo
 *          swallows what cannot be drawn and sc_canvas_end tells it.
 */
cairo_t *sc_canvas_begin(struct sc_canvas *canvas);

/** Returns: 0; -ENOMEM; -EIO anything else that cairo could not do. */
int sc_canvas_end(struct sc_canvas *canvas);

/**
 * For those who draw without cairo. Not between begin and end, and only until the next begin.
 *
 * Returns: the upper left pixel, 0xffRRGGBB each; borrowed.
 */
uint32_t *sc_canvas_pixels(struct sc_canvas *canvas, size_t *out_stride_px);

/** Makes the canvas look like another one of the same size: one copy. Not between begin and end. */
void sc_canvas_copy(struct sc_canvas *canvas, const struct sc_canvas *from);

/* A part of a canvas of whole pixels; right and bottom excluded. */
struct sc_canvas_part {
    int left, top, right, bottom;
};

/** As sc_canvas_copy, of a part that lies in both. */
void sc_canvas_copy_part(struct sc_canvas *canvas, const struct sc_canvas *from,
                         const struct sc_canvas_part *part);

/** Moves what is in a part to the left; its last columns stay as they are. Not between begin and
 * end. by_px  at least 0; at most the part's width. */
void sc_canvas_move_left(struct sc_canvas *canvas, const struct sc_canvas_part *part, int by_px);

/**
 * Encodes what is drawn into a new draft of exactly its size. Not between begin and end.
 *
 * Returns: 0; -EMSGSIZE above the pool's largest picture; -ENOMEM (also when the pool is
 *          exhausted); -EIO the encoder failed.
 * Thread:  the canvas's owner.
 */
int sc_canvas_to_draft(struct sc_canvas *canvas, struct sc_pool *pool,
                       const struct sc_canvas_format *format, struct sc_draft **out_draft);
