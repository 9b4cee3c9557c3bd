/* SPDX-License-Identifier: MIT */
/* What is drawn on the demo's slides. */
#pragma once

#include "draw/canvas.h"

#include <stddef.h>

/* One slide: its colours, its picture above, its two captions below. */
struct sc_slides_art {
    uint32_t from, to; /* the backdrop's colours, from upper left to lower right */
    const char *caption, *remark;
    void (*draw)(cairo_t *cr, const struct sc_box *box);
};

/** Returns: all slides in their order; borrowed. */
const struct sc_slides_art *sc_slides_art(size_t *out_n);
