/* SPDX-License-Identifier: MIT */
#include "picture/jpeg.h"

#include "picture/bytes.h"
#include "picture/look.h"

#include <errno.h>
#include <string.h>

enum marker {
    TEM = 0x01,
    SOF0 = 0xc0,
    SOF1 = 0xc1,
    SOF2 = 0xc2,
    SOF3 = 0xc3,
    DHT = 0xc4,
    SOF9 = 0xc9,
    SOF10 = 0xca,
    SOF11 = 0xcb,
    DAC = 0xcc,
    RST0 = 0xd0,
    RST7 = 0xd7,
    SOI = 0xd8,
    EOI = 0xd9,
    SOS = 0xda,
    DQT = 0xdb,
    DNL = 0xdc,
    DRI = 0xdd,
    APP0 = 0xe0,
    APP15 = 0xef,
    COM = 0xfe,
};

/* A marker segment: its marker, its length, its parameters. */
struct segment {
    uint8_t marker;
    size_t length; /* as it says: of itself and the parameters */
    const uint8_t *parameters;
};

static int fail(struct sc_jpeg_walk *walk, int code, const char *fault)
{
    walk->fault = fault;
    return code;
}

static int is_restart(uint8_t marker)
{
    return marker >= RST0 && marker <= RST7;
}

static int pass_start(struct sc_jpeg_walk *walk, const uint8_t *data, size_t len_bytes)
{
    static const uint8_t start[] = {0xff, SOI};
    if (memcmp(data, start, len_bytes < 2 ? len_bytes : 2) != 0)
        return fail(walk, -EBADMSG, "it does not begin with FF D8");
    if (len_bytes < 2)
        return -EAGAIN;
    walk->at = 2;
    walk->phase = SC_JPEG_SEGMENTS;
    return 0;
}

/* A restart marker or a stuffed zero belongs to the scan, any other marker ends it. */
static int pass_scan(struct sc_jpeg_walk *walk, const uint8_t *data, size_t len_bytes)
{
    const uint8_t *ff = memchr(data + walk->at, 0xff, len_bytes - walk->at);
    walk->at = ff ? (size_t)(ff - data) : len_bytes;
    if (len_bytes - walk->at < 2)
        return -EAGAIN;
    uint8_t next = data[walk->at + 1];
    if (next == 0 || is_restart(next))
        walk->at += 2;
    else if (next == 0xff)
        walk->at += 1;
    else
        walk->phase = SC_JPEG_SEGMENTS;
    return 0;
}

static int take_frame(struct sc_jpeg_walk *walk, const struct segment *seg,
                      const struct sc_picture_limits *limits)
{
    if (walk->frame_marker)
        return fail(walk, -EBADMSG, "a second frame header (SOF)");
    if (seg->length < 8 || seg->length != 8u + 3u * seg->parameters[5] || seg->parameters[5] == 0)
        return fail(walk, -EBADMSG, "a frame header (SOF) of the wrong length");
    uint16_t height = sc_bytes_be16(seg->parameters + 1),
             width = sc_bytes_be16(seg->parameters + 3);
    if (height == 0 || width == 0)
        return fail(walk, -EBADMSG, "a frame header (SOF) without width or height");
    walk->width_px = width;
    walk->height_px = height;
    if (sc_picture_check_size(limits, width, height) < 0)
        return fail(walk, -EMSGSIZE, "too many pixels");
    walk->frame_marker = seg->marker;
    walk->precision_bits = seg->parameters[0];
    return 0;
}

static int take_scan_header(struct sc_jpeg_walk *walk, const struct segment *seg)
{
    if (!walk->frame_marker)
        return fail(walk, -EBADMSG, "a scan (SOS) before the frame header (SOF)");
    uint8_t n = seg->length < 3 ? 0 : seg->parameters[0];
    if (n < 1 || n > 4 || seg->length != 6u + 2u * n)
        return fail(walk, -EBADMSG, "a scan header (SOS) of the wrong length");
    if (!walk->scan_at) {
        int is_baseline = walk->frame_marker == SOF0 || walk->frame_marker == SOF1;
        walk->needs_huffman = is_baseline && walk->precision_bits == 8 && !walk->has_huffman;
        walk->scan_at = walk->at;
    }
    walk->phase = SC_JPEG_SCAN;
    return 0;
}

static int take_table(struct sc_jpeg_walk *walk, const struct segment *seg)
{
    if (seg->length < 2)
        return fail(walk, -EBADMSG, "a segment of length 0 or 1");
    if (seg->marker == DHT)
        walk->has_huffman = true;
    return 0;
}

static int take_meta(struct sc_jpeg_walk *walk, const struct segment *seg,
                     const struct sc_picture_limits *limits)
{
    if (seg->length > limits->meta_bytes - walk->meta_bytes)
        return fail(walk, -EMSGSIZE, "too much beside the picture (APPn, COM)");
    walk->meta_bytes += seg->length;
    return 0;
}

static int take_segment(struct sc_jpeg_walk *walk, const struct segment *seg,
                        const struct sc_picture_limits *limits)
{
    switch (seg->marker) {
    case SOF0:
    case SOF1:
    case SOF2:
    case SOF3:
    case SOF9:
    case SOF10:
    case SOF11:
        return take_frame(walk, seg, limits);
    case SOS:
        return take_scan_header(walk, seg);
    case DHT:
    case DQT:
    case DRI:
    case DAC:
        return take_table(walk, seg);
    default:
        return take_meta(walk, seg, limits);
    }
}

static int check_marker(struct sc_jpeg_walk *walk, uint8_t marker)
{
    if (marker == SOI)
        return fail(walk, -EBADMSG, "another picture begins before this one's end");
    if (marker == DNL)
        return fail(walk, -EBADMSG, "its height comes late (DNL), which no browser shows");
    if (marker == EOI && !walk->scan_at)
        return fail(walk, -EBADMSG, "it ends without a scan (SOS)");
    int is_meta = (marker >= APP0 && marker <= APP15) || marker == COM;
    int is_frame = marker <= SOF3 || (marker >= SOF9 && marker <= SOF11);
    int is_other = marker == DHT || marker == DAC || (marker >= RST0 && marker <= DRI);
    if (marker != TEM && !is_meta && !is_other && !(marker >= SOF0 && is_frame))
        return fail(walk, -EBADMSG, "a marker that no shown JPEG has");
    return 0;
}

static int pass_marker(struct sc_jpeg_walk *walk, const uint8_t *data, size_t len_bytes,
                       const struct sc_picture_limits *limits)
{
    size_t left = len_bytes - walk->at;
    const uint8_t *here = data + walk->at;
    if (left > 0 && here[0] != 0xff)
        return fail(walk, -EBADMSG, "a byte between its segments");
    if (left < 2)
        return -EAGAIN;
    if (here[1] == 0xff) { /* fill byte, B.1.1.2 */
        walk->at += 1;
        return 0;
    }
    int rc = check_marker(walk, here[1]);
    if (rc < 0)
        return rc;
    if (here[1] == EOI || here[1] == TEM || is_restart(here[1])) {
        walk->phase = here[1] == EOI ? SC_JPEG_WHOLE : walk->phase;
        walk->at += 2;
        return 0;
    }
    if (left < 4)
        return -EAGAIN;
    struct segment seg = {here[1], sc_bytes_be16(here + 2), here + 4};
    /* Decoders read a comment of length 0 or 1 as an empty one. */
    size_t size = 2 + (seg.length < 2 ? 2 : seg.length);
    if (left < size)
        return -EAGAIN;
    rc = take_segment(walk, &seg, limits);
    if (rc < 0)
        return rc;
    walk->passed_at = walk->at;
    walk->at += size;
    return 0;
}

int sc_jpeg_walk(struct sc_jpeg_walk *walk, const uint8_t *data, size_t len_bytes,
                 const struct sc_picture_limits *limits)
{
    int rc = len_bytes ? 0 : -EAGAIN;
    while (rc == 0 && walk->phase != SC_JPEG_WHOLE) {
        if (walk->phase == SC_JPEG_SCAN)
            rc = pass_scan(walk, data, len_bytes);
        else if (walk->phase == SC_JPEG_SEGMENTS)
            rc = pass_marker(walk, data, len_bytes, limits);
        else
            rc = pass_start(walk, data, len_bytes);
    }
    return rc;
}

int sc_jpeg_look(const uint8_t *data, size_t len_bytes, const struct sc_picture_limits *limits,
                 struct sc_look *out_look)
{
    struct sc_jpeg_walk walk = {0};
    int rc = sc_jpeg_walk(&walk, data, len_bytes, limits);
    *out_look = (struct sc_look){
        .info = {.width_px = walk.width_px,
                 .height_px = walk.height_px,
                 .size_bytes = walk.at,
                 .is_without_huffman = walk.needs_huffman,
                 .huffman_at = walk.needs_huffman ? walk.scan_at : 0},
        .at = walk.at,
        .fault = walk.fault,
    };
    return rc;
}
