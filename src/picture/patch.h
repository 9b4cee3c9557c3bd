/* SPDX-License-Identifier: MIT */
/* Lays small pictures over a JPEG without decoding it: only the blocks of 8x8 that they touch are
 * changed, in the picture's own quantization; all others stay as they are, bit for bit. That is
 * faster than decoding and encoding (docs/drawing.md has the figures), and nothing loses quality.
 * One per thread, used again for every picture. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define SC_PATCH_LAYERS_MAX 2

/* Pixels as cairo's ARGB32 lays them (premultiplied), and where their upper left corner is. What
 * reaches over the picture's edges is cut. */
struct sc_patch_layer {
    const void *pixels; /* NULL: no layer */
    int width_px, height_px;
    size_t stride_bytes;
    int x, y;
    uint64_t version; /* another one for other pixels: what was made of them is kept */
};

struct sc_patch;

/** Returns: 0; -ENOMEM. */
int sc_patch_create(struct sc_patch **out_patch);
void sc_patch_destroy(struct sc_patch **patch);

/**
 * Reads a JPEG's size.
 *
 * Returns: 0; -ENOTSUP a kind of JPEG that cannot be patched (CMYK, lossless, 12 bits, strange
 *          sampling); -EBADMSG no JPEG, or a damaged one.
 */
int sc_patch_look(const uint8_t *jpeg, size_t len_bytes, uint32_t *out_width_px,
                  uint32_t *out_height_px);

/**
 * Lays layers over a JPEG, the first one lowest.
 *
 * out_jpeg  borrowed until the next call.
 *
 * Returns: 0; -ENOTSUP and -EBADMSG as sc_patch_look; -ENOMEM.
 * Thread:  owner.
 */
int sc_patch_jpeg(struct sc_patch *patch, const uint8_t *jpeg, size_t len_bytes,
                  const struct sc_patch_layer layers[SC_PATCH_LAYERS_MAX], const uint8_t **out_jpeg,
                  size_t *out_len_bytes);
