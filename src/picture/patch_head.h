/* SPDX-License-Identifier: MIT */
/* What is needed of a JPEG's segments to change its coefficients. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define SC_PATCH_PLANES_MAX 3

struct sc_patch_head {
    uint32_t width_px, height_px;
    int n_planes; /* 1: gray; 3: Y, Cb, Cr */
    struct {
        uint8_t across, down; /* sampling factors */
        uint8_t table;
    } planes[SC_PATCH_PLANES_MAX];
    uint16_t steps[4][64]; /* of quantization, row by row; 0: a table that did not come */
};

/** Returns: as sc_patch_look. */
int sc_patch_head_read(struct sc_patch_head *out_head, const uint8_t *jpeg, size_t len_bytes);
