/* SPDX-License-Identifier: MIT */
#include "picture/probe.h"

#include "picture/look.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

static const struct {
    sc_look_at *look;
    const char *end; /* what a whole one has */
} kinds[] = {
    [SC_KIND_JPEG] = {sc_jpeg_look, "its EOI marker"},
    [SC_KIND_PNG] = {sc_png_look, "its IEND chunk"},
    [SC_KIND_WEBP] = {sc_webp_look, "the end that its head tells"},
    [SC_KIND_GIF] = {sc_gif_look, "its trailer"},
    [SC_KIND_AVIF] = {sc_avif_look, "the end of its meta and mdat boxes"},
    [SC_KIND_SVG] = {sc_svg_look, "the end tag of its root"},
};

int sc_picture_check_size(const struct sc_picture_limits *limits, uint64_t width_px,
                          uint64_t height_px)
{
    if (width_px > limits->side_px || height_px > limits->side_px)
        return -EMSGSIZE;
    return width_px * height_px > limits->area_px ? -EMSGSIZE : 0;
}

int sc_look_take_size(struct sc_look *out_look, const struct sc_picture_limits *limits,
                      uint64_t width_px, uint64_t height_px, size_t at)
{
    if (width_px == 0 || height_px == 0)
        return sc_look_fault(out_look, -EBADMSG, at, "no width or no height");
    out_look->info.width_px = width_px > UINT32_MAX ? UINT32_MAX : (uint32_t)width_px;
    out_look->info.height_px = height_px > UINT32_MAX ? UINT32_MAX : (uint32_t)height_px;
    int rc = sc_picture_check_size(limits, width_px, height_px);
    return rc < 0 ? sc_look_fault(out_look, rc, at, "too many pixels") : 0;
}

/* SOI, then what cannot be a marker: not told as a JPEG, but meant as one. */
static int no_picture(const uint8_t *data, size_t len_bytes, struct sc_err *err)
{
    static const uint8_t soi[] = {0xff, 0xd8};
    if (len_bytes == 0)
        return sc_err_set(err, -EBADMSG, "there are no bytes at all: send a picture");
    if (len_bytes >= 12 && memcmp(data, soi, 2) == 0)
        return sc_err_set(err, -EBADMSG,
                          "the JPEG is damaged at byte 2: a byte that begins no "
                          "marker");
    return sc_err_set(err, -EBADMSG,
                      "the %zu bytes are no picture: send JPEG, PNG, WebP, GIF or AVIF", len_bytes);
}

static int say(enum sc_kind kind, int rc, size_t len_bytes, const struct sc_picture_limits *limits,
               const struct sc_look *look, struct sc_err *err)
{
    const char *name = sc_kind_name(kind);
    const struct sc_picture_info *info = &look->info;
    if (rc == -EAGAIN)
        return sc_err_set(err, -EBADMSG,
                          "the %s ends after %zu bytes, before %s: send whole pictures", name,
                          len_bytes, kinds[kind].end);
    if (rc == -EBADMSG)
        return sc_err_set(err, rc, "the %s is damaged at byte %zu: %s", name, look->at,
                          look->fault);
    if (sc_picture_check_size(limits, info->width_px, info->height_px) < 0)
        return sc_err_set(err, rc,
                          "the %s is %" PRIu32 "x%" PRIu32 " pixels: at most %" PRIu32
                          " a side and %" PRIu64 " in all are taken",
                          name, info->width_px, info->height_px, limits->side_px, limits->area_px);
    return sc_err_set(err, rc, "the %s has %s: at most %zu bytes of that are taken", name,
                      look->fault, limits->meta_bytes);
}

int sc_picture_probe(const uint8_t *data, size_t len_bytes, const struct sc_picture_limits *limits,
                     struct sc_picture_info *out_info, struct sc_err *err)
{
    struct sc_look look = {0};
    enum sc_kind kind = sc_kind_of(data, len_bytes);
    if (kind == SC_KIND_NONE)
        return no_picture(data, len_bytes, err);
    int rc = kinds[kind].look(data, len_bytes, limits, &look);
    if (rc < 0)
        return say(kind, rc, len_bytes, limits, &look, err);
    assert(look.info.size_bytes > 0 && look.info.size_bytes <= len_bytes);
    look.info.kind = kind;
    *out_info = look.info;
    return 0;
}
