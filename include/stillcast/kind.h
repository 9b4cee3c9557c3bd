/* SPDX-License-Identifier: MIT */
/* The kinds of picture that browsers show, told from their first bytes and never from a name or a
 * header that somebody sent. */
#pragma once

#include "stillcast/api.h"

#include <stddef.h>
#include <stdint.h>

enum sc_kind {
    SC_KIND_NONE, /* not a picture that we know */
    SC_KIND_JPEG,
    SC_KIND_PNG,
    SC_KIND_WEBP,
    SC_KIND_GIF,
    SC_KIND_AVIF,
    SC_KIND_SVG, /* active content: only where a stream allows it */
};

/**
 * Tells the kind from the first bytes: 512 are enough for any but an SVG with long comments (it may
 * begin with a byte order mark, white space, an XML declaration, comments and a DOCTYPE).
 *
 * Returns: SC_KIND_NONE when the bytes begin no picture.
 * Thread:  any.
 */
SC_API enum sc_kind sc_kind_of(const uint8_t *data, size_t len_bytes);

/** Returns: "image/jpeg" and so on; "application/octet-stream" for SC_KIND_NONE. */
SC_API const char *sc_kind_media_type(enum sc_kind kind);

/** Returns: what people call it: "JPEG", "PNG"; "unknown" for SC_KIND_NONE. */
SC_API const char *sc_kind_name(enum sc_kind kind);
