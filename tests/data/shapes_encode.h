/* SPDX-License-Identifier: MIT */
/* What the shapes are made of: bytes that can be edited, and libjpeg with all its knobs. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bytes {
    uint8_t *data;
    size_t len_bytes;
};

void bytes_insert(struct bytes *b, size_t at, const void *data, size_t len_bytes);
void bytes_remove(struct bytes *b, size_t at, size_t len_bytes);

/** Returns: offset of the n-th (from 0) marker segment of that marker before the entropy-coded
 *           data, or of SOS itself; it must be there, or with n of -1, len_bytes when it is not. */
size_t bytes_find(const struct bytes *b, uint8_t marker, int n);

/** Returns: bytes of the marker segment at that offset, its marker included. */
size_t bytes_segment_bytes(const struct bytes *b, size_t at);

enum encode_colour { COLOUR_YCC, COLOUR_GREY, COLOUR_RGB, COLOUR_CMYK };

struct encode_how {
    uint32_t width_px, height_px; /* 0: 40 by 24 */
    int quality;                  /* 0: 75 */
    uint8_t sample_h, sample_v;   /* of the first component; 0: 2 */
    enum encode_colour colour;
    unsigned restart_mcus;
    bool is_progressive, is_arithmetic, is_optimised, is_scan_each, is_without_jfif;
    bool is_extended; /* 16-bit quantisation tables, hence SOF1 */
};

struct bytes encode_shape(const struct encode_how *how);
