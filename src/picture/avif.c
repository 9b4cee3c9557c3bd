/* SPDX-License-Identifier: MIT */
#include "picture/bytes.h"
#include "picture/look.h"

#include <errno.h>
#include <string.h>

/* Boxes of ISO/IEC 14496-12 section 4.2: length, type, then whatever the type says. */
struct box {
    const uint8_t *type, *payload;
    size_t payload_bytes, size_bytes;
};

struct bytes {
    const uint8_t *data;
    size_t len_bytes;
};

static bool is(const struct box *box, const char *type)
{
    return memcmp(box->type, type, 4) == 0;
}

/* Returns: 0; -EAGAIN the box goes on behind the bytes; -EBADMSG its length is below its head. */
static int read_box(struct bytes from, struct box *out_box)
{
    if (from.len_bytes < 8)
        return -EAGAIN;
    uint64_t size = sc_bytes_be32(from.data);
    size_t head = 8;
    if (size == 1) {
        head = 16;
        if (from.len_bytes < head)
            return -EAGAIN;
        size = (uint64_t)sc_bytes_be32(from.data + 8) << 32 | sc_bytes_be32(from.data + 12);
    } else if (size == 0) {
        size = from.len_bytes; /* to the end */
    }
    if (size < head)
        return -EBADMSG;
    if (size > from.len_bytes)
        return -EAGAIN;
    *out_box = (struct box){from.data + 4, from.data + head, (size_t)size - head, (size_t)size};
    return 0;
}

static struct bytes skip(struct bytes b, size_t bytes)
{
    if (bytes > b.len_bytes)
        bytes = b.len_bytes;
    return (struct bytes){b.data + bytes, b.len_bytes - bytes};
}

static struct bytes inside(const struct box *box)
{
    return (struct bytes){box->payload, box->payload_bytes};
}

/* The first box of that type, as its payload; empty when there is none. */
static struct bytes find(struct bytes in, const char *type)
{
    struct box box;
    for (; read_box(in, &box) == 0; in = skip(in, box.size_bytes))
        if (is(&box, type))
            return inside(&box);
    return (struct bytes){0};
}

/* The largest ispe: of a picture made of tiles or with a thumbnail, the picture's own. */
static int take_size(struct bytes properties, const struct sc_picture_limits *limits, size_t at,
                     struct sc_look *out_look)
{
    uint64_t width = 0, height = 0;
    struct box box;
    for (; read_box(properties, &box) == 0; properties = skip(properties, box.size_bytes)) {
        if (!is(&box, "ispe") || box.payload_bytes < 12)
            continue;
        uint64_t w = sc_bytes_be32(box.payload + 4), h = sc_bytes_be32(box.payload + 8);
        if (w * h > width * height) {
            width = w;
            height = h;
        }
    }
    return sc_look_take_size(out_look, limits, width, height, at);
}

struct avif {
    bool has_meta, has_data;
};

static int take_box(struct avif *avif, const struct box *box,
                    const struct sc_picture_limits *limits, size_t at, struct sc_look *out_look)
{
    if (is(box, "mdat"))
        avif->has_data = true;
    if (!is(box, "meta"))
        return 0;
    if (avif->has_meta)
        return sc_look_fault(out_look, -EBADMSG, at, "a second meta box");
    struct bytes meta = skip(inside(box), 4); /* version and flags */
    avif->has_meta = true;
    avif->has_data |= find(meta, "idat").len_bytes > 0;
    return take_size(find(find(meta, "iprp"), "ipco"), limits, at, out_look);
}

static bool is_top_level(const uint8_t *type)
{
    static const char types[][5] = {"meta", "mdat", "moov", "moof", "mfra", "sidx",
                                    "styp", "free", "skip", "uuid", "wide", "udta"};
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (memcmp(type, types[i], 4) == 0)
            return true;
    return false;
}

/* Nothing marks the end: behind meta and mdat, what begins no further box follows the picture. */
int sc_avif_look(const uint8_t *data, size_t len_bytes, const struct sc_picture_limits *limits,
                 struct sc_look *out_look)
{
    struct bytes left = {data, len_bytes};
    struct avif avif = {0};
    struct box box;
    while (left.len_bytes) {
        size_t at = len_bytes - left.len_bytes;
        bool is_box = left.len_bytes >= 8 && (at == 0 || is_top_level(left.data + 4));
        if (!is_box && avif.has_meta && avif.has_data)
            break;
        if (!is_box && left.len_bytes >= 8)
            return sc_look_fault(out_look, -EBADMSG, at, "a box of unknown type");
        int rc = read_box(left, &box);
        if (rc == -EBADMSG)
            return sc_look_fault(out_look, rc, at, "a box of impossible length");
        if (rc == 0)
            rc = take_box(&avif, &box, limits, at, out_look);
        if (rc < 0)
            return rc;
        left = skip(left, box.size_bytes);
    }
    out_look->info.size_bytes = len_bytes - left.len_bytes;
    return avif.has_meta && avif.has_data ? 0 : -EAGAIN;
}
