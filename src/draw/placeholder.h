/* SPDX-License-Identifier: MIT */
/* The picture that stands for a picture that is missing: calm and dark, of the same size as the
 * stream had, with the stream's name, what is wrong and what happens next. */
#pragma once

#include "stillcast/frame.h"

/* Where nothing is known of the stream's size. */
#define SC_PLACEHOLDER_WIDTH_PX  640
#define SC_PLACEHOLDER_HEIGHT_PX 360

struct sc_placeholder {
    uint32_t width_px, height_px; /* either 0: SC_PLACEHOLDER_WIDTH_PX x _HEIGHT_PX */
    enum sc_kind kind;            /* SC_KIND_PNG: that; anything else: SC_KIND_JPEG */
    const char *title;            /* the stream's name */
    const char *problem;          /* "cannot open '/dev/video0': no such device"; NULL: none */
    const char *next;             /* "retrying in 2 s"; NULL: nothing */
};

/**
 * Draws it. Texts in any script and any bytes, long ones are made smaller and then cut. A side
 * below SC_CANVAS_MIN_PX (canvas.h) becomes that; a size above the canvas's limits is drawn smaller
 * in the same proportions. Needs is_placeholder of sc_seal to be told from a picture.
 *
 * Returns: 0; -ENOMEM; -EMSGSIZE the picture is above the pool's largest; -ENOTSUP in a build
 *          without drawing (-Ddraw=disabled).
 * Thread:  any.
 */
int sc_placeholder_draft(struct sc_pool *pool, const struct sc_placeholder *what,
                         struct sc_draft **out_draft);
