/* SPDX-License-Identifier: MIT */
#include "picture/raw.h"

#include <errno.h>
#include <stdlib.h>
#include <turbojpeg.h>

#include "base/own.h"

#define SIDE_MAX_PX 16384

struct sc_raw {
    tjhandle turbo;
    uint8_t *out; /* as large as a JPEG of the last size may be */
    size_t out_bytes;
    uint8_t *planes; /* of what had to be taken apart */
    size_t planes_bytes;
    uint8_t *stretched; /* of what was limited */
    size_t stretched_bytes;
    uint8_t full_y[256], full_uv[256]; /* what a limited value is in full */
};

/* Three planes and how far their rows are apart. */
struct planes {
    const uint8_t *at[3];
    int strides[3];
    int subsampling; /* TJSAMP_ */
};

static const struct {
    unsigned row_bytes_per_2_px; /* of the first plane */
    unsigned eighths;            /* of all planes together, when the first one is 8 */
    int subsampling;
} forms[SC_RAW_FORMS] = {
    [SC_RAW_YUYV] = {4, 8, TJSAMP_422},  [SC_RAW_UYVY] = {4, 8, TJSAMP_422},
    [SC_RAW_NV12] = {2, 12, TJSAMP_420}, [SC_RAW_YU12] = {2, 12, TJSAMP_420},
    [SC_RAW_RGB24] = {6, 8, TJSAMP_420}, [SC_RAW_GREY] = {2, 8, TJSAMP_GRAY},
};

static uint8_t stretch_value(int value, int zero, int span)
{
    int full = ((value - zero) * 255 * 2 + (value < zero ? -span : span)) / (2 * span);
    full += zero == 16 ? 0 : 128;
    return (uint8_t)(full < 0 ? 0 : full > 255 ? 255 : full);
}

/* ITU-R BT.601: Y from 16 to 235, U and V from 16 to 240 about 128. */
static void make_full(struct sc_raw *raw)
{
    for (int i = 0; i < 256; i++) {
        raw->full_y[i] = stretch_value(i, 16, 219);
        raw->full_uv[i] = stretch_value(i, 128, 224);
    }
}

int sc_raw_create(struct sc_raw **out_raw)
{
    struct sc_raw *raw SC_AUTO(sc_raw_destroy) = calloc(1, sizeof *raw);
    if (!raw)
        return -ENOMEM;
    raw->turbo = tjInitCompress();
    if (!raw->turbo)
        return -ENOMEM;
    make_full(raw);
    *out_raw = sc_steal(raw);
    return 0;
}

void sc_raw_destroy(struct sc_raw **raw)
{
    struct sc_raw *old = sc_steal(*raw);
    if (!old)
        return;
    if (old->turbo)
        (void)tjDestroy(old->turbo);
    free(old->out);
    free(old->planes);
    free(old->stretched);
    free(old);
}

/* Rows of 4:2:x have an even number of pixels, also where the last one is not shown. */
static size_t even(uint32_t px)
{
    return ((size_t)px + 1) & ~(size_t)1;
}

size_t sc_raw_len_bytes(const struct sc_raw_picture *p)
{
    if (p->form >= SC_RAW_FORMS || p->width_px == 0 || p->height_px == 0 ||
        p->width_px > SIDE_MAX_PX || p->height_px > SIDE_MAX_PX || p->stride_bytes > INT32_MAX)
        return 0;
    unsigned per_2 = forms[p->form].row_bytes_per_2_px;
    size_t row = p->form == SC_RAW_GREY || p->form == SC_RAW_RGB24 ? (size_t)p->width_px * per_2 / 2
                                                                   : even(p->width_px) * per_2 / 2;
    if (p->stride_bytes < row)
        return 0;
    size_t first = p->stride_bytes * p->height_px;
    return forms[p->form].eighths == 12 ? first + p->stride_bytes * (even(p->height_px) / 2)
                                        : first;
}

static int make_room(uint8_t **room, size_t *have_bytes, size_t want_bytes)
{
    if (*have_bytes >= want_bytes)
        return 0;
    free(*room);
    *have_bytes = 0;
    *room = malloc(want_bytes);
    if (!*room)
        return -ENOMEM;
    *have_bytes = want_bytes;
    return 0;
}

/* Packed 4:2:2: first is where Y lies, other where U lies. */
static int take_apart_422(struct sc_raw *raw, const struct sc_raw_picture *p, unsigned y_at,
                          unsigned u_at, struct planes *planes)
{
    size_t width = even(p->width_px), half = width / 2;
    int rc = make_room(&raw->planes, &raw->planes_bytes, 2 * width * p->height_px);
    if (rc < 0)
        return rc;
    uint8_t *y = raw->planes, *u = y + width * p->height_px, *v = u + half * p->height_px;
    *planes = (struct planes){{y, u, v}, {(int)width, (int)half, (int)half}, TJSAMP_422};
    for (uint32_t row = 0; row < p->height_px; row++) {
        const uint8_t *in = p->data + row * p->stride_bytes;
        for (size_t i = 0; i < half; i++, in += 4) {
            *y++ = in[y_at];
            *y++ = in[y_at + 2];
            *u++ = in[u_at];
            *v++ = in[u_at + 2];
        }
    }
    return 0;
}

static int take_apart_uv(struct sc_raw *raw, const struct sc_raw_picture *p, struct planes *planes)
{
    size_t half = even(p->width_px) / 2, rows = even(p->height_px) / 2;
    int rc = make_room(&raw->planes, &raw->planes_bytes, 2 * half * rows);
    if (rc < 0)
        return rc;
    uint8_t *u = raw->planes, *v = u + half * rows;
    *planes =
        (struct planes){{p->data, u, v}, {(int)p->stride_bytes, (int)half, (int)half}, TJSAMP_420};
    for (size_t row = 0; row < rows; row++) {
        const uint8_t *in = p->data + (p->height_px + row) * p->stride_bytes;
        for (size_t i = 0; i < half; i++) {
            *u++ = in[2 * i];
            *v++ = in[2 * i + 1];
        }
    }
    return 0;
}

static void point_at_planes(const struct sc_raw_picture *p, struct planes *planes)
{
    size_t rows = even(p->height_px) / 2, stride = p->stride_bytes / 2;
    const uint8_t *u = p->data + p->stride_bytes * p->height_px;
    *planes = (struct planes){{p->data, u, u + stride * rows},
                              {(int)p->stride_bytes, (int)stride, (int)stride},
                              forms[p->form].subsampling};
}

static int lay_out(struct sc_raw *raw, const struct sc_raw_picture *p, struct planes *planes)
{
    switch (p->form) {
    case SC_RAW_YUYV:
        return take_apart_422(raw, p, 0, 1, planes);
    case SC_RAW_UYVY:
        return take_apart_422(raw, p, 1, 0, planes);
    case SC_RAW_NV12:
        return take_apart_uv(raw, p, planes);
    default:
        point_at_planes(p, planes);
        return 0;
    }
}

/* Copies the planes: those of the camera are not ours to write to. */
static int stretch(struct sc_raw *raw, const struct sc_raw_picture *p, struct planes *planes)
{
    bool is_halved = planes->subsampling == TJSAMP_420;
    size_t rows[3] = {p->height_px, is_halved ? even(p->height_px) / 2 : p->height_px,
                      is_halved ? even(p->height_px) / 2 : p->height_px};
    size_t width = even(p->width_px), room = width * (rows[0] + rows[1]);
    int n_planes = planes->subsampling == TJSAMP_GRAY ? 1 : 3;
    int rc = make_room(&raw->stretched, &raw->stretched_bytes, room);
    uint8_t *out = raw->stretched;
    for (int i = 0; rc == 0 && i < n_planes; i++) {
        const uint8_t *full = i == 0 ? raw->full_y : raw->full_uv, *in = planes->at[i];
        size_t columns = i > 0 ? width / 2 : n_planes == 1 ? p->width_px : width;
        planes->at[i] = out;
        for (size_t row = 0; row < rows[i]; row++, in += planes->strides[i])
            for (size_t k = 0; k < columns; k++)
                *out++ = full[in[k]];
        planes->strides[i] = (int)columns;
    }
    return rc;
}

static int compress(struct sc_raw *raw, const struct sc_raw_picture *p, int quality,
                    unsigned long *len)
{
    struct planes planes;
    int width = (int)p->width_px, height = (int)p->height_px;
    if (p->form == SC_RAW_RGB24)
        return tjCompress2(raw->turbo, p->data, width, (int)p->stride_bytes, height, TJPF_RGB,
                           &raw->out, len, TJSAMP_420, quality, TJFLAG_NOREALLOC) < 0
                   ? -ENOMEM
                   : 0;
    int rc = lay_out(raw, p, &planes);
    if (rc == 0 && p->is_limited)
        rc = stretch(raw, p, &planes);
    if (rc == 0 && tjCompressFromYUVPlanes(raw->turbo, (const unsigned char **)planes.at, width,
                                           planes.strides, height, planes.subsampling, &raw->out,
                                           len, quality, TJFLAG_NOREALLOC) < 0)
        rc = -ENOMEM; /* all else was checked */
    return rc;
}

int sc_raw_encode(struct sc_raw *raw, const struct sc_raw_picture *p, int quality,
                  const uint8_t **out_jpeg, size_t *out_len_bytes)
{
    size_t len_bytes = sc_raw_len_bytes(p);
    if (len_bytes == 0)
        return -EINVAL;
    if (p->len_bytes < len_bytes)
        return -EBADMSG;
    unsigned long len = tjBufSize((int)p->width_px, (int)p->height_px, forms[p->form].subsampling);
    int rc = make_room(&raw->out, &raw->out_bytes, (size_t)len);
    quality = quality < 1 ? 1 : quality > 100 ? 100 : quality;
    if (rc == 0)
        rc = compress(raw, p, quality, &len);
    if (rc < 0)
        return rc;
    *out_jpeg = raw->out;
    *out_len_bytes = len;
    return 0;
}
