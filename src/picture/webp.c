/* SPDX-License-Identifier: MIT */
#include "picture/bytes.h"
#include "picture/look.h"

#include <errno.h>
#include <string.h>

/* RIFF container, RFC 9649 section 2: "RIFF" size "WEBP", then chunks padded to even lengths. */
#define HEAD_BYTES  12
#define CHUNK_BYTES 8

struct webp {
    const uint8_t *data;
    size_t at, end;
    bool has_size, has_picture;
};

struct chunk {
    const uint8_t *type, *payload;
    uint32_t length;
};

static bool is(const struct chunk *c, const char *type)
{
    return memcmp(c->type, type, 4) == 0;
}

/* The header of a picture: each kind of chunk has its own. */
static bool read_size(const struct chunk *c, uint32_t *out_width, uint32_t *out_height)
{
    const uint8_t *p = c->payload;
    if (is(c, "VP8X") && c->length >= 10) {
        *out_width = sc_bytes_le24(p + 4) + 1;
        *out_height = sc_bytes_le24(p + 7) + 1;
    } else if (is(c, "VP8L") && c->length >= 5 && p[0] == 0x2f) {
        *out_width = (sc_bytes_le32(p + 1) & 0x3fff) + 1;
        *out_height = (sc_bytes_le32(p + 1) >> 14 & 0x3fff) + 1;
    } else if (is(c, "VP8 ") && c->length >= 10 && memcmp(p + 3, "\x9d\x01\x2a", 3) == 0) {
        *out_width = sc_bytes_le16(p + 6) & 0x3fff;
        *out_height = sc_bytes_le16(p + 8) & 0x3fff;
    } else {
        return false;
    }
    return true;
}

static int take_chunk(struct webp *webp, const struct chunk *c,
                      const struct sc_picture_limits *limits, struct sc_look *out_look)
{
    uint32_t width, height;
    bool is_extended = is(c, "VP8X");
    bool is_picture = is(c, "VP8 ") || is(c, "VP8L") || is(c, "ANMF");
    if (!webp->has_size) {
        if (!read_size(c, &width, &height))
            return sc_look_fault(out_look, -EBADMSG, webp->at, "a first chunk that tells no size");
        int rc = sc_look_take_size(out_look, limits, width, height, webp->at);
        if (rc < 0)
            return rc;
        webp->has_size = true;
    } else if (is_extended) {
        return sc_look_fault(out_look, -EBADMSG, webp->at, "a VP8X chunk that is not the first");
    }
    webp->has_picture |= is_picture;
    return 0;
}

static int pass_chunk(struct webp *webp, const struct sc_picture_limits *limits,
                      struct sc_look *out_look)
{
    size_t left = webp->end - webp->at;
    const uint8_t *here = webp->data + webp->at;
    if (left < CHUNK_BYTES || left - CHUNK_BYTES < sc_bytes_le32(here + 4))
        return sc_look_fault(out_look, -EBADMSG, webp->at, "a chunk that ends behind the picture");
    struct chunk c = {here, here + CHUNK_BYTES, sc_bytes_le32(here + 4)};
    int rc = take_chunk(webp, &c, limits, out_look);
    if (rc < 0)
        return rc;
    size_t size = CHUNK_BYTES + (size_t)c.length;
    webp->at += size < left ? size + (size & 1) : size;
    return 0;
}

int sc_webp_look(const uint8_t *data, size_t len_bytes, const struct sc_picture_limits *limits,
                 struct sc_look *out_look)
{
    struct webp webp = {.data = data, .at = HEAD_BYTES};
    size_t end = (size_t)sc_bytes_le32(data + 4) + 8;
    if (end < HEAD_BYTES)
        return sc_look_fault(out_look, -EBADMSG, 4, "an impossible length");
    if (end > len_bytes)
        return -EAGAIN;
    webp.end = end;
    while (webp.at < webp.end) {
        int rc = pass_chunk(&webp, limits, out_look);
        if (rc < 0)
            return rc;
    }
    if (!webp.has_picture)
        return sc_look_fault(out_look, -EBADMSG, webp.at, "no picture in it");
    out_look->info.size_bytes = webp.end;
    return 0;
}
