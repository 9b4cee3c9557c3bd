/* SPDX-License-Identifier: MIT */
/* How the probe looks at each kind of picture: one function per kind, each in the file of its name,
 * all of one shape, chosen by a table in probe.c. */
#pragma once

#include "picture/probe.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sc_look {
    struct sc_picture_info info; /* kind is left to the caller */
    size_t at;                   /* where the fault is */
    const char *fault;           /* static: "another picture begins before this one's end" */
};

/**
 * len_bytes  at least what its kind was told from.
 *
 * Returns: 0 whole; -EAGAIN it goes on behind len_bytes; -EBADMSG damaged and -EMSGSIZE over a
 *          limit, with fault and at.
 * Thread:  any.
 */
typedef int sc_look_at(const uint8_t *data, size_t len_bytes,
                       const struct sc_picture_limits *limits, struct sc_look *out_look);

sc_look_at sc_jpeg_look, sc_png_look, sc_webp_look, sc_gif_look, sc_avif_look, sc_svg_look;

/** Sets out_look's fault. Returns: code. */
static inline int sc_look_fault(struct sc_look *out_look, int code, size_t at, const char *fault)
{
    out_look->at = at;
    out_look->fault = fault;
    return code;
}

/** Sets out_look's width and height. Returns: 0; -EBADMSG one is 0; -EMSGSIZE over a limit. */
int sc_look_take_size(struct sc_look *out_look, const struct sc_picture_limits *limits,
                      uint64_t width_px, uint64_t height_px, size_t at);
