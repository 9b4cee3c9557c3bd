/* SPDX-License-Identifier: MIT */
/* Makes PNGs of drawings, which are flat colours and their smooth edges: one byte a pixel and a
 * palette. Up to 256 colours come out as they are; of more, the 256 most used do, and the rest,
 * which is edges, becomes the nearest of them. That is 4 times as fast as PNGs of full colour, and
 * the pictures are less than half as large (docs/drawing.md). For photographs it is not good. One
 * encoder per thread, used again for every picture. */
#pragma once

#include "picture/encode.h"

struct sc_flat;

/** Returns: 0; -ENOMEM. */
int sc_flat_create(uint32_t width_px, uint32_t height_px, struct sc_flat **out_flat);
void sc_flat_destroy(struct sc_flat **flat);

/**
 * Encodes pixels of the size that it was made for.
 *
 * out_png  borrowed until the next call.
 *
 * Thread:  owner.
 */
void sc_flat_encode(struct sc_flat *flat, const struct sc_encode_pixels *pixels,
                    const uint8_t **out_png, size_t *out_len_bytes);
