/* SPDX-License-Identifier: MIT */
/* Makes JPEGs of pixels: baseline, 4:2:0, straight into memory that the caller has (a draft's
 * room). One encoder per thread, used again for every picture. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct sc_encode;

/* Pixels as cairo's RGB24 and ARGB32 lay them: 32 bits each, x8r8g8b8 in the machine's byte order;
 * the upper 8 bits are ignored. */
struct sc_encode_pixels {
    const void *data;
    uint32_t width_px, height_px;
    size_t stride_bytes; /* from row to row */
};

/** Returns: 0; -ENOMEM. */
int sc_encode_create(struct sc_encode **out_encode);
void sc_encode_destroy(struct sc_encode **encode);

/** Returns: room enough for a JPEG of such a size, however it turns out; 0: no such JPEG. */
size_t sc_encode_bound_bytes(uint32_t width_px, uint32_t height_px);

/**
 * quality         1 to 100; what is outside is brought inside.
 * capacity_bytes  of out; at least sc_encode_bound_bytes, most of which stays untouched.
 *
 * Returns: 0; -EMSGSIZE too little room; -EINVAL no such JPEG (a side of 0 or above 65500) or a
 *          stride below the width; -ENOMEM.
 * Thread:  owner.
 */
int sc_encode_jpeg(struct sc_encode *encode, const struct sc_encode_pixels *pixels, int quality,
                   uint8_t *out, size_t capacity_bytes, size_t *out_len_bytes);
