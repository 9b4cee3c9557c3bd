/* SPDX-License-Identifier: MIT */
/* The probe and the two walkers on any bytes. What is accepted is whole, reads back equal from
 * exactly its own bytes, misses its last byte, and can be repaired; pieces make no difference. */
#include "picture/jpeg.h"
#include "picture/png.h"
#include "picture/probe.h"
#include "picture/repair.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const struct sc_picture_limits limits = SC_PICTURE_LIMITS_DEFAULT;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes);

/* From memory that ends with the bytes given, so that a sanitizer sees one read too far. */
static uint8_t *copy(const uint8_t *data, size_t len_bytes)
{
    uint8_t *own = malloc(len_bytes + !len_bytes);
    assert(own);
    memcpy(own, data, len_bytes);
    return own;
}

static int probe(const uint8_t *data, size_t len_bytes, struct sc_picture_info *out_info)
{
    uint8_t *own = copy(data, len_bytes);
    struct sc_err err = {0};
    struct sc_picture_info info = {.size_bytes = SIZE_MAX};
    int rc = sc_picture_probe(own, len_bytes, &limits, &info, &err);
    free(own);
    assert(rc == 0 || rc == -EBADMSG || rc == -EMSGSIZE);
    assert(rc == err.code && (rc == 0) == !err.text[0]);
    assert((rc == 0) == (info.size_bytes <= len_bytes));
#ifdef PLANT_BUG
    if (rc == 0 && info.width_px % 4 == 3)
        info.size_bytes--;
#endif
    if (rc == 0)
        *out_info = info;
    return rc;
}

static void same(const struct sc_picture_info *a, const struct sc_picture_info *b)
{
    assert(a->kind == b->kind && a->size_bytes == b->size_bytes);
    assert(a->width_px == b->width_px && a->height_px == b->height_px);
    assert(a->is_without_huffman == b->is_without_huffman && a->huffman_at == b->huffman_at);
}

static void check_repair(const uint8_t *data, const struct sc_picture_info *info)
{
    const size_t size = info->size_bytes + SC_REPAIR_HUFFMAN_BYTES, at = info->huffman_at;
    struct sc_picture_info repaired;
    uint8_t *own = malloc(size);
    assert(own && at < info->size_bytes);
    memcpy(own, data, at);
    memcpy(own + at, sc_repair_huffman(), SC_REPAIR_HUFFMAN_BYTES);
    memcpy(own + at + SC_REPAIR_HUFFMAN_BYTES, data + at, info->size_bytes - at);
    assert(probe(own, size, &repaired) == 0);
    assert(repaired.size_bytes == size && !repaired.is_without_huffman);
    free(own);
}

static void check_accepted(const uint8_t *data, const struct sc_picture_info *info)
{
    struct sc_picture_info again;
    assert(info->kind != SC_KIND_NONE && info->size_bytes > 0);
    assert(info->width_px <= limits.side_px && info->height_px <= limits.side_px);
    assert((uint64_t)info->width_px * info->height_px <= limits.area_px);
    assert(probe(data, info->size_bytes, &again) == 0);
    same(info, &again);
    if (info->kind != SC_KIND_AVIF) /* nothing marks its end */
        assert(probe(data, info->size_bytes - 1, &again) == -EBADMSG);
    if (info->kind == SC_KIND_JPEG) {
        assert(memcmp(data, "\xff\xd8", 2) == 0);
        assert(memcmp(data + info->size_bytes - 2, "\xff\xd9", 2) == 0);
    }
    if (info->is_without_huffman)
        check_repair(data, info);
}

static int walk_jpeg(struct sc_jpeg_walk *walk, const uint8_t *data, size_t len_bytes)
{
    uint8_t *own = copy(data, len_bytes);
    int rc = sc_jpeg_walk(walk, own, len_bytes, &limits);
    assert(walk->at <= len_bytes && (rc == 0) == (walk->phase == SC_JPEG_WHOLE));
    free(own);
    return rc;
}

static int walk_png(struct sc_png_walk *walk, const uint8_t *data, size_t len_bytes)
{
    uint8_t *own = copy(data, len_bytes);
    int rc = sc_png_walk(walk, own, len_bytes, &limits);
    assert(walk->at <= len_bytes && (rc == 0) == (walk->phase == SC_PNG_WHOLE));
    free(own);
    return rc;
}

static void check_pieces(const uint8_t *data, size_t len_bytes, size_t cut)
{
    struct sc_jpeg_walk jpeg = {0}, jpeg_once = {0};
    struct sc_png_walk png = {0}, png_once = {0};
    int rc = walk_jpeg(&jpeg, data, cut);
    assert((rc == -EAGAIN ? walk_jpeg(&jpeg, data, len_bytes) : rc) ==
           walk_jpeg(&jpeg_once, data, len_bytes));
    assert(jpeg.at == jpeg_once.at && jpeg.phase == jpeg_once.phase);
    assert(jpeg.needs_huffman == jpeg_once.needs_huffman && jpeg.fault == jpeg_once.fault);
    rc = walk_png(&png, data, cut);
    assert((rc == -EAGAIN ? walk_png(&png, data, len_bytes) : rc) ==
           walk_png(&png_once, data, len_bytes));
    assert(png.at == png_once.at && png.phase == png_once.phase && png.fault == png_once.fault);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    struct sc_picture_info info;
    uint32_t hash = 2166136261;
    for (size_t i = 0; i < len_bytes; i++)
        hash = (hash ^ data[i]) * 16777619;
    check_pieces(data, len_bytes, hash % (len_bytes + 1));
    if (probe(data, len_bytes, &info) == 0)
        check_accepted(data, &info);
    return 0;
}
