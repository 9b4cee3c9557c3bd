/* SPDX-License-Identifier: MIT */
/* JPEGs of every shape that there is, and broken ones, made at test time: by libjpeg, then edited
 * byte by byte. The truth that walker, probe, cutter and server are held against. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct shape {
    const char *name; /* a sentence without spaces, fit for a file */
    uint8_t *data;
    size_t len_bytes;
    int rc;               /* what the probe says of it */
    size_t picture_bytes; /* of the first picture in it; what follows is no part of it */
    uint32_t width_px, height_px;
    bool is_without_huffman;
    bool is_decodable; /* libjpeg takes the picture without a warning */
};

/** Returns: all of them, made at the first call and kept. Thread: one. */
const struct shape *shapes_all(size_t *out_n);

/** Returns: the one of that name; it must be there. Thread: one. */
const struct shape *shapes_find(const char *name);

/** Returns: whether libjpeg decodes it from SOI to EOI without any warning, as djpeg would; false
 *           also above a million pixels, which it does not try. */
bool shapes_decode(const uint8_t *data, size_t len_bytes);
