/* SPDX-License-Identifier: MIT */
#include "picture/png.h"

#include "picture/bytes.h"
#include "picture/look.h"

#include <errno.h>
#include <string.h>

#define SIGNATURE       "\x89PNG\r\n\x1a\n"
#define SIGNATURE_BYTES 8
#define IHDR_BYTES      13
#define LENGTH_MAX      0x7fffffff
#define AROUND_BYTES    12 /* length, type and checksum of a chunk */

static int fail(struct sc_png_walk *walk, int code, const char *fault)
{
    walk->fault = fault;
    return code;
}

/* Table 11.1 of the standard: the depths that each colour type allows, as a set of bits. */
static int is_depth_allowed(uint8_t depth, uint8_t colour)
{
    static const uint32_t depths[] = {
        [0] = 1 << 1 | 1 << 2 | 1 << 4 | 1 << 8 | 1 << 16,
        [2] = 1 << 8 | 1 << 16,
        [3] = 1 << 1 | 1 << 2 | 1 << 4 | 1 << 8,
        [4] = 1 << 8 | 1 << 16,
        [6] = 1 << 8 | 1 << 16,
    };
    return colour <= 6 && depth <= 16 && (depths[colour] & 1u << depth) != 0;
}

static int take_header(struct sc_png_walk *walk, const uint8_t *header,
                       const struct sc_picture_limits *limits)
{
    uint32_t width = sc_bytes_be32(header), height = sc_bytes_be32(header + 4);
    if (width == 0 || height == 0 || width > LENGTH_MAX || height > LENGTH_MAX)
        return fail(walk, -EBADMSG, "an impossible width or height in its IHDR");
    if (!is_depth_allowed(header[8], header[9]) || header[10] || header[11] || header[12] > 1)
        return fail(walk, -EBADMSG, "a format in its IHDR that no PNG has");
    walk->width_px = width;
    walk->height_px = height;
    if (sc_picture_check_size(limits, width, height) < 0)
        return fail(walk, -EMSGSIZE, "too many pixels");
    return 0;
}

static int pass_start(struct sc_png_walk *walk, const uint8_t *data, size_t len_bytes,
                      const struct sc_picture_limits *limits)
{
    static const uint8_t start[] = SIGNATURE "\0\0\0\x0dIHDR";
    const size_t start_bytes = sizeof(start) - 1;
    if (memcmp(data, start, len_bytes < start_bytes ? len_bytes : start_bytes) != 0)
        return fail(walk, -EBADMSG, "it does not begin with its signature and an IHDR chunk");
    if (len_bytes < SIGNATURE_BYTES + AROUND_BYTES + IHDR_BYTES)
        return -EAGAIN;
    int rc = take_header(walk, data + start_bytes, limits);
    if (rc < 0)
        return rc;
    walk->at = SIGNATURE_BYTES + AROUND_BYTES + IHDR_BYTES;
    walk->phase = SC_PNG_CHUNKS;
    return 0;
}

static int is_letter(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

static int check_chunk(struct sc_png_walk *walk, uint32_t length, const uint8_t *type)
{
    if (length > LENGTH_MAX)
        return fail(walk, -EBADMSG, "a chunk of impossible length");
    if (!is_letter(type[0]) || !is_letter(type[1]) || !is_letter(type[2]) || !is_letter(type[3]))
        return fail(walk, -EBADMSG, "a chunk whose type is not of letters");
    if (memcmp(type, "IHDR", 4) == 0)
        return fail(walk, -EBADMSG, "a second IHDR chunk");
    if (memcmp(type, "IEND", 4) == 0 && (length || !walk->has_data))
        return fail(walk, -EBADMSG, "an IEND chunk that is not empty, or no IDAT before it");
    return 0;
}

static int pass_chunk(struct sc_png_walk *walk, const uint8_t *data, size_t len_bytes)
{
    size_t left = len_bytes - walk->at;
    if (left < 8)
        return -EAGAIN;
    const uint8_t *here = data + walk->at, *type = here + 4;
    uint32_t length = sc_bytes_be32(here);
    int rc = check_chunk(walk, length, type);
    if (rc < 0)
        return rc;
    if (left < (size_t)length + AROUND_BYTES)
        return -EAGAIN;
    walk->passed_at = walk->at;
    walk->at += (size_t)length + AROUND_BYTES;
    if (memcmp(type, "IDAT", 4) == 0)
        walk->has_data = true;
    if (memcmp(type, "IEND", 4) == 0)
        walk->phase = SC_PNG_WHOLE;
    return 0;
}

int sc_png_walk(struct sc_png_walk *walk, const uint8_t *data, size_t len_bytes,
                const struct sc_picture_limits *limits)
{
    int rc = len_bytes ? 0 : -EAGAIN;
    while (rc == 0 && walk->phase != SC_PNG_WHOLE) {
        if (walk->phase == SC_PNG_CHUNKS)
            rc = pass_chunk(walk, data, len_bytes);
        else
            rc = pass_start(walk, data, len_bytes, limits);
    }
    return rc;
}

int sc_png_look(const uint8_t *data, size_t len_bytes, const struct sc_picture_limits *limits,
                struct sc_look *out_look)
{
    struct sc_png_walk walk = {0};
    int rc = sc_png_walk(&walk, data, len_bytes, limits);
    *out_look = (struct sc_look){
        .info = {.width_px = walk.width_px, .height_px = walk.height_px, .size_bytes = walk.at},
        .at = walk.at,
        .fault = walk.fault,
    };
    return rc;
}
