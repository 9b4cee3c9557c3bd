/* SPDX-License-Identifier: MIT */
#include "shapes.h"

#include "shapes_edit.h"
#include "shapes_encode.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

/* First encoded, then edited; whole, decodable and of the encoded size unless a field says else. */
struct recipe {
    const char *name;
    struct encode_how how;
    shapes_edit *edit;
    size_t number; /* for the edit */
    int rc;
    bool is_structure_only; /* whole, but nothing that libjpeg decodes */
    bool is_without_huffman;
};

static const struct recipe recipes[] = {
    {"baseline-420", {0}},
    {"baseline-422", {.sample_v = 1}},
    {"baseline-440", {.sample_h = 1}},
    {"baseline-444", {.sample_h = 1, .sample_v = 1}},
    {"baseline-411", {.sample_h = 4, .sample_v = 1}},
    {"grey", {.colour = COLOUR_GREY, .sample_h = 1, .sample_v = 1}},
    {"rgb", {.colour = COLOUR_RGB, .sample_h = 1, .sample_v = 1}},
    {"cmyk", {.colour = COLOUR_CMYK, .sample_h = 1, .sample_v = 1}},
    {"quality-1", {.quality = 1}},
    {"quality-100", {.quality = 100}},
    {"extended-sof1", {.quality = 1, .is_extended = true}},
    {"optimised", {.is_optimised = true}},
    {"progressive", {.is_progressive = true}},
    {"progressive-grey", {.is_progressive = true, .colour = COLOUR_GREY}},
    {"progressive-restarts", {.is_progressive = true, .restart_mcus = 2}},
    {"progressive-tables-between-scans", {.is_progressive = true, .is_optimised = true}},
    {"scan-per-component", {.is_scan_each = true}},
    {"scan-per-component-restarts", {.is_scan_each = true, .restart_mcus = 1}},
    {"restart-every-mcu", {.restart_mcus = 1}},
    {"restart-interval-above-the-picture", {.restart_mcus = 60000}},
    {"arithmetic", {.is_arithmetic = true}},
    {"arithmetic-progressive", {.is_arithmetic = true, .is_progressive = true}},
    {"arithmetic-restarts", {.is_arithmetic = true, .restart_mcus = 2}},
    {"one-pixel", {.width_px = 1, .height_px = 1}},
    {"widest", {.width_px = 16384, .height_px = 1, .colour = COLOUR_GREY}},
    {"tallest", {.width_px = 1, .height_px = 16384, .colour = COLOUR_GREY}},
    {"without-jfif", {.is_without_jfif = true}},
    {"without-huffman", {0}, edit_drop_huffman, .is_without_huffman = true},
    {"without-huffman-grey-restarts",
     {.colour = COLOUR_GREY, .restart_mcus = 1},
     edit_drop_huffman,
     .is_without_huffman = true},
    {"one-huffman-segment", {0}, edit_join_huffman},
    {"fill-bytes", {0}, edit_fill, 3},
    {"fill-bytes-without-huffman", {0}, edit_fill_without_huffman, .is_without_huffman = true},
    {"thumbnail-in-app1", {0}, edit_thumbnail, 1},
    {"thumbnails-in-app1-and-app2", {0}, edit_thumbnail, 2},
    {"comment-empty", {0}, edit_comment, 2},
    {"comment-of-length-0", {0}, edit_comment, 0},
    {"comment-of-64-kib", {0}, edit_comment, 65535},
    {"meta-at-the-limit", {0}, edit_meta, 256 * 1024},
    {"every-app-segment", {0}, edit_every_app},
    {"markers-without-length", {0}, edit_bare_markers},
    {"segments-between-scans", {.is_scan_each = true}, edit_between_scans},
    {"trailing-zeros", {0}, edit_trail_zeros, 1000},
    {"trailing-picture", {0}, edit_trail_picture},
    {"multi-picture", {0}, edit_multi_picture},
    {"twelve-bit", {0}, edit_sof, 0xc1 | 12 << 8, .is_structure_only = true},
    {"lossless", {0}, edit_sof, 0xc3 | 8 << 8, .is_structure_only = true},
    {"area-at-the-limit", {0}, edit_size, 10000u << 16 | 10000, .is_structure_only = true},

    {"empty", {0}, edit_cut, 0, -EBADMSG},
    {"one-byte", {0}, edit_cut, 1, -EBADMSG},
    {"soi-only", {0}, edit_cut, 2, -EBADMSG},
    {"cut-in-header", {0}, edit_cut, 100, -EBADMSG},
    {"cut-in-scan", {0}, edit_cut_end, 40, -EBADMSG},
    {"cut-in-scan-progressive", {.is_progressive = true}, edit_cut_end, 40, -EBADMSG},
    {"cut-before-eoi", {0}, edit_cut_end, 2, -EBADMSG},
    {"cut-in-eoi", {0}, edit_cut_end, 1, -EBADMSG},
    {"cut-then-another", {0}, edit_cut_then_another, 40, -EBADMSG},
    {"cut-in-thumbnail", {0}, edit_cut_in_thumbnail, 0, -EBADMSG},
    {"soi-eoi", {0}, edit_soi_eoi, 0, -EBADMSG},
    {"no-scan", {0}, edit_drop_scan, 0, -EBADMSG},
    {"no-frame-header", {0}, edit_drop_frame_header, 0, -EBADMSG},
    {"two-frame-headers", {0}, edit_double_frame_header, 0, -EBADMSG},
    {"height-0", {0}, edit_size, 40u << 16 | 0, -EBADMSG},
    {"width-0", {0}, edit_size, 0u << 16 | 24, -EBADMSG},
    {"dnl", {0}, edit_dnl, 0, -EBADMSG},
    {"height-by-dnl", {0}, edit_dnl, 1, -EBADMSG},
    {"soi-twice", {0}, edit_insert_hex, 0xffd8, -EBADMSG},
    {"zero-between-segments", {0}, edit_insert_hex, 0x0000, -EBADMSG},
    {"stuffing-between-segments", {0}, edit_insert_hex, 0xff00, -EBADMSG},
    {"reserved-marker", {0}, edit_insert_hex, 0xff02, -EBADMSG},
    {"extension-marker", {0}, edit_insert_hex, 0xfff7, -EBADMSG},
    {"hierarchical", {0}, edit_insert_hex, 0xffde, -EBADMSG},
    {"differential-frame", {0}, edit_sof, 0xc5 | 8 << 8, -EBADMSG},
    {"table-of-length-1", {0}, edit_length, 0xdb << 16 | 1, -EBADMSG},
    {"frame-header-too-long", {0}, edit_length, 0xc0 << 16 | 18, -EBADMSG},
    {"frame-header-too-short", {0}, edit_length, 0xc0 << 16 | 7, -EBADMSG},
    {"frame-header-of-length-0", {0}, edit_length, 0xc0 << 16 | 0, -EBADMSG},
    {"scan-header-too-long", {0}, edit_length, 0xda << 16 | 13, -EBADMSG},
    {"scan-header-of-length-2", {0}, edit_length, 0xda << 16 | 2, -EBADMSG},
    {"scan-of-no-component", {0}, edit_scan_components, 0, -EBADMSG},
    {"scan-of-5-components", {0}, edit_scan_components, 5, -EBADMSG},
    {"too-wide", {0}, edit_size, 16385u << 16 | 1, -EMSGSIZE},
    {"too-tall", {0}, edit_size, 1u << 16 | 16385, -EMSGSIZE},
    {"too-many-pixels", {0}, edit_size, 10000u << 16 | 10001, -EMSGSIZE},
    {"too-much-meta", {0}, edit_meta, 256 * 1024 + 1, -EMSGSIZE},
};

#define N (sizeof(recipes) / sizeof(recipes[0]))

static struct shape cook(const struct recipe *r)
{
    struct bytes b = encode_shape(&r->how);
    size_t picture_bytes = 0;
    if (r->edit)
        picture_bytes = r->edit(&b, r->number);
    struct shape shape = {
        .name = r->name,
        .data = b.data,
        .len_bytes = b.len_bytes,
        .rc = r->rc,
        .picture_bytes = picture_bytes ? picture_bytes : b.len_bytes,
        .width_px = r->how.width_px ? r->how.width_px : 40,
        .height_px = r->how.height_px ? r->how.height_px : 24,
        .is_without_huffman = r->is_without_huffman,
        .is_decodable = r->rc == 0 && !r->is_structure_only,
    };
    if (r->edit == edit_size) {
        shape.width_px = (uint32_t)(r->number >> 16);
        shape.height_px = r->number & 0xffff;
    }
    return shape;
}

const struct shape *shapes_all(size_t *out_n)
{
    static struct shape shapes[N];
    for (size_t i = 0; i < N && !shapes[N - 1].name; i++)
        shapes[i] = cook(&recipes[i]);
    *out_n = N;
    return shapes;
}

const struct shape *shapes_find(const char *name)
{
    size_t n;
    const struct shape *shapes = shapes_all(&n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(shapes[i].name, name) == 0)
            return &shapes[i];
    assert(!"a shape of that name");
    return NULL;
}
