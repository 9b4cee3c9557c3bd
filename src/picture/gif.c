/* SPDX-License-Identifier: MIT */
#include "picture/bytes.h"
#include "picture/look.h"

#include <errno.h>

/* GIF89a specification, sections 17 to 27. */
#define SCREEN_BYTES     13 /* signature and logical screen descriptor */
#define DESCRIPTOR_BYTES 10 /* image descriptor with its separator */

enum introducer { IMAGE = 0x2c, EXTENSION = 0x21, TRAILER = 0x3b };

struct gif {
    const uint8_t *data;
    size_t len_bytes, at;
};

static bool pass(struct gif *gif, size_t bytes)
{
    if (gif->len_bytes - gif->at < bytes)
        return false;
    gif->at += bytes;
    return true;
}

static size_t colours_bytes(uint8_t packed)
{
    return packed & 0x80 ? (size_t)3 << ((packed & 7) + 1) : 0;
}

/* Sub-blocks up to the empty one. */
static bool pass_sub_blocks(struct gif *gif)
{
    while (gif->at < gif->len_bytes) {
        uint8_t length = gif->data[gif->at];
        if (!pass(gif, 1 + (size_t)length))
            return false;
        if (length == 0)
            return true;
    }
    return false;
}

static bool pass_image(struct gif *gif)
{
    if (!pass(gif, DESCRIPTOR_BYTES))
        return false;
    size_t colours = colours_bytes(gif->data[gif->at - 1]);
    return pass(gif, colours + 1) && pass_sub_blocks(gif);
}

/* The picture ends at its trailer, which needs an image before it. */
static int pass_blocks(struct gif *gif, struct sc_look *out_look)
{
    bool has_image = false;
    while (gif->at < gif->len_bytes) {
        size_t from = gif->at;
        switch (gif->data[from]) {
        case IMAGE:
            if (!pass_image(gif))
                return -EAGAIN;
            has_image = true;
            break;
        case EXTENSION:
            if (!pass(gif, 2) || !pass_sub_blocks(gif))
                return -EAGAIN;
            break;
        case TRAILER:
            gif->at++;
            return has_image ? 0 : sc_look_fault(out_look, -EBADMSG, from, "no picture in it");
        default:
            return sc_look_fault(out_look, -EBADMSG, from, "a block of unknown type");
        }
    }
    return -EAGAIN;
}

int sc_gif_look(const uint8_t *data, size_t len_bytes, const struct sc_picture_limits *limits,
                struct sc_look *out_look)
{
    struct gif gif = {data, len_bytes, 0};
    if (!pass(&gif, SCREEN_BYTES))
        return -EAGAIN;
    int rc =
        sc_look_take_size(out_look, limits, sc_bytes_le16(data + 6), sc_bytes_le16(data + 8), 6);
    if (rc < 0)
        return rc;
    if (!pass(&gif, colours_bytes(data[10])))
        return -EAGAIN;
    rc = pass_blocks(&gif, out_look);
    out_look->info.size_bytes = gif.at;
    return rc;
}
