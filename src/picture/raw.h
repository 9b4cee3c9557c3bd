/* SPDX-License-Identifier: MIT */
/* JPEGs of what cameras deliver raw. Planes go to the encoder as they lie; only what is packed is
 * taken apart first. One encoder per thread, used again for every picture. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum sc_raw_form {
    SC_RAW_YUYV,  /* 4:2:2 packed: Y U Y V */
    SC_RAW_UYVY,  /* 4:2:2 packed: U Y V Y */
    SC_RAW_NV12,  /* 4:2:0: a plane of Y, one of U and V in turn */
    SC_RAW_YU12,  /* 4:2:0: planes of Y, U, V */
    SC_RAW_RGB24, /* R G B */
    SC_RAW_GREY,  /* Y alone */
    SC_RAW_FORMS,
};

struct sc_raw_picture {
    enum sc_raw_form form;
    uint32_t width_px, height_px;
    size_t stride_bytes; /* from row to row of the first plane; half of it for U and V of YU12 */
    const uint8_t *data; /* planes lie one behind the other */
    size_t len_bytes;
    bool is_limited; /* black is 16 and white 235, as in television; a JPEG has 0 to 255. Not RGB */
};

struct sc_raw;

/** Returns: 0; -ENOMEM. */
int sc_raw_create(struct sc_raw **out_raw);
void sc_raw_destroy(struct sc_raw **raw);

/** Returns: how many bytes such a picture has (len_bytes and data are not looked at); 0: no such
 * picture: a side of 0 or above 16384, or rows longer than the stride. */
size_t sc_raw_len_bytes(const struct sc_raw_picture *picture);

/**
 * quality  1 to 100.
 * out_jpeg borrowed until the next call.
 *
 * Returns: 0; -EBADMSG fewer bytes than such a picture has; -EINVAL no such picture; -ENOMEM.
 * Thread:  owner.
 */
int sc_raw_encode(struct sc_raw *raw, const struct sc_raw_picture *picture, int quality,
                  const uint8_t **out_jpeg, size_t *out_len_bytes);
