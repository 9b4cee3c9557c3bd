/* SPDX-License-Identifier: MIT */
/* Looks at a picture without decoding it: is it whole, how large is it, where does it end. JPEGs
 * are walked by marker segments (ITU-T T.81 annex B), never searched for FF D9. */
#pragma once

#include "stillcast/err.h"
#include "stillcast/kind.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a picture from outside may claim. */
struct sc_picture_limits {
    uint32_t side_px;  /* width and height each; default 16384 */
    uint64_t area_px;  /* width times height; default 100 million */
    size_t meta_bytes; /* APPn and COM segments of a JPEG together; default 256 KiB */
};

#define SC_PICTURE_LIMITS_DEFAULT                                                                  \
    {                                                                                              \
        .side_px = 16384, .area_px = 100000000, .meta_bytes = 256 * 1024                           \
    }

/** Returns: 0; -EMSGSIZE over a limit. Thread: any. */
int sc_picture_check_size(const struct sc_picture_limits *limits, uint64_t width_px,
                          uint64_t height_px);

struct sc_picture_info {
    enum sc_kind kind;
    uint32_t width_px, height_px; /* 0 where the kind does not tell (an SVG without numbers) */
    size_t size_bytes;            /* of the picture; what follows it is to be trimmed */
    bool is_without_huffman;      /* a JPEG that needs the standard tables (see repair.h) ... */
    size_t huffman_at;            /* ... inserted at this offset, in front of its first SOS */
};

/**
 * Checks the picture that begins at data: whole from its first to its last byte, within limits.
 *
 * err  NULL, or gets a sentence for the sender: "the JPEG ends after 1204 bytes, before its EOI
 *      marker: send whole pictures".
 *
 * Returns: 0; -EBADMSG not a picture, damaged or cut off; -EMSGSIZE over a limit.
 * Thread:  any.
 */
int sc_picture_probe(const uint8_t *data, size_t len_bytes, const struct sc_picture_limits *limits,
                     struct sc_picture_info *out_info, struct sc_err *err);
