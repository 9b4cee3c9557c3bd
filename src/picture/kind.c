/* SPDX-License-Identifier: MIT */
#include "stillcast/kind.h"

#include "picture/svg.h"

#include <string.h>

static const struct {
    const char *name, *media_type;
} kinds[] = {
    [SC_KIND_NONE] = {"unknown", "application/octet-stream"},
    [SC_KIND_JPEG] = {"JPEG", "image/jpeg"},
    [SC_KIND_PNG] = {"PNG", "image/png"},
    [SC_KIND_WEBP] = {"WebP", "image/webp"},
    [SC_KIND_GIF] = {"GIF", "image/gif"},
    [SC_KIND_AVIF] = {"AVIF", "image/avif"},
    [SC_KIND_SVG] = {"SVG", "image/svg+xml"},
};

struct bytes {
    const uint8_t *data;
    size_t len_bytes;
};

static int has_at(struct bytes b, size_t at, const char *what, size_t what_bytes)
{
    return b.len_bytes >= at + what_bytes && memcmp(b.data + at, what, what_bytes) == 0;
}

/* ISO/IEC 14496-12 section 4.3: major brand, version, compatible brands. */
static int is_avif(struct bytes b)
{
    if (!has_at(b, 4, "ftyp", 4))
        return 0;
    size_t end = (size_t)b.data[2] << 8 | b.data[3];
    if (b.data[0] || b.data[1] || end > b.len_bytes)
        end = b.len_bytes;
    for (size_t at = 8; at + 4 <= end; at += 4)
        if (at != 12 && (has_at(b, at, "avif", 4) || has_at(b, at, "avis", 4)))
            return 1;
    return 0;
}

enum sc_kind sc_kind_of(const uint8_t *data, size_t len_bytes)
{
    struct bytes b = {data, len_bytes};
    if (has_at(b, 0, "\xff\xd8\xff", 3))
        return SC_KIND_JPEG;
    if (has_at(b, 0, "\x89PNG\r\n\x1a\n", 8))
        return SC_KIND_PNG;
    if (has_at(b, 0, "RIFF", 4) && has_at(b, 8, "WEBP", 4))
        return SC_KIND_WEBP;
    if (has_at(b, 0, "GIF87a", 6) || has_at(b, 0, "GIF89a", 6))
        return SC_KIND_GIF;
    if (is_avif(b))
        return SC_KIND_AVIF;
    return sc_svg_begins(data, len_bytes) ? SC_KIND_SVG : SC_KIND_NONE;
}

const char *sc_kind_media_type(enum sc_kind kind)
{
    return kinds[kind].media_type;
}

const char *sc_kind_name(enum sc_kind kind)
{
    return kinds[kind].name;
}
