/* SPDX-License-Identifier: MIT */
#include "shapes_encode.h"

#include "shapes.h"

#include <assert.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

void bytes_insert(struct bytes *b, size_t at, const void *data, size_t len_bytes)
{
    assert(at <= b->len_bytes);
    uint8_t *grown = realloc(b->data, b->len_bytes + len_bytes + 1);
    assert(grown);
    memmove(grown + at + len_bytes, grown + at, b->len_bytes - at);
    memcpy(grown + at, data, len_bytes);
    *b = (struct bytes){grown, b->len_bytes + len_bytes};
}

void bytes_remove(struct bytes *b, size_t at, size_t len_bytes)
{
    assert(at + len_bytes <= b->len_bytes);
    memmove(b->data + at, b->data + at + len_bytes, b->len_bytes - at - len_bytes);
    b->len_bytes -= len_bytes;
}

size_t bytes_segment_bytes(const struct bytes *b, size_t at)
{
    assert(b->data[at] == 0xff);
    return 2u + (size_t)(b->data[at + 2] << 8 | b->data[at + 3]);
}

size_t bytes_find(const struct bytes *b, uint8_t marker, int n)
{
    const bool may_be_missing = n < 0;
    for (size_t at = 2;; at += bytes_segment_bytes(b, at)) {
        if (b->data[at + 1] == marker && n-- <= 0)
            return at;
        if (b->data[at + 1] == 0xda) {
            assert(may_be_missing);
            return b->len_bytes;
        }
    }
}

/* Smooth enough to be a picture, rough enough that every code and many FF 00 come up. */
static void draw_row(uint8_t *row, uint32_t y, size_t row_bytes)
{
    uint32_t noise = y + 1;
    for (size_t i = 0; i < row_bytes; i++) {
        noise = noise * 1664525 + 1013904223;
        row[i] = (uint8_t)(i * 2 + y * 5 + (noise >> 26) * (y % 8 == 0 ? 4 : 1));
    }
}

static void set_colours(struct jpeg_compress_struct *jpeg, enum encode_colour colour)
{
    static const struct {
        int components;
        J_COLOR_SPACE in, out;
    } spaces[] = {
        [COLOUR_YCC] = {3, JCS_RGB, JCS_YCbCr},
        [COLOUR_GREY] = {1, JCS_GRAYSCALE, JCS_GRAYSCALE},
        [COLOUR_RGB] = {3, JCS_RGB, JCS_RGB},
        [COLOUR_CMYK] = {4, JCS_CMYK, JCS_YCCK},
    };
    jpeg->input_components = spaces[colour].components;
    jpeg->in_color_space = spaces[colour].in;
    jpeg_set_defaults(jpeg);
    jpeg_set_colorspace(jpeg, spaces[colour].out);
}

static void set_how(struct jpeg_compress_struct *jpeg, const struct encode_how *how)
{
    static const jpeg_scan_info scan_each[] = {
        {1, {0}, 0, 63, 0, 0}, {1, {1}, 0, 63, 0, 0}, {1, {2}, 0, 63, 0, 0}};
    jpeg_set_quality(jpeg, how->quality ? how->quality : 75, how->is_extended ? FALSE : TRUE);
    jpeg->comp_info[0].h_samp_factor = how->sample_h ? how->sample_h : 2;
    jpeg->comp_info[0].v_samp_factor = how->sample_v ? how->sample_v : 2;
    jpeg->restart_interval = how->restart_mcus;
    jpeg->arith_code = how->is_arithmetic;
    jpeg->optimize_coding = how->is_optimised;
    if (how->is_without_jfif)
        jpeg->write_JFIF_header = FALSE;
    if (how->is_progressive)
        jpeg_simple_progression(jpeg);
    if (how->is_scan_each) {
        jpeg->scan_info = scan_each;
        jpeg->num_scans = 3;
    }
}

static void say_nothing(j_common_ptr jpeg, int level)
{
}

struct bytes encode_shape(const struct encode_how *how)
{
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    unsigned char *data = NULL;
    unsigned long len_bytes = 0;
    jpeg.err = jpeg_std_error(&errors);
    errors.emit_message = say_nothing;
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &data, &len_bytes);
    jpeg.image_width = how->width_px ? how->width_px : 40;
    jpeg.image_height = how->height_px ? how->height_px : 24;
    set_colours(&jpeg, how->colour);
    set_how(&jpeg, how);
    jpeg_start_compress(&jpeg, TRUE);
    size_t row_bytes = (size_t)jpeg.image_width * (size_t)jpeg.input_components;
    uint8_t *row = malloc(row_bytes);
    assert(row);
    while (jpeg.next_scanline < jpeg.image_height) {
        draw_row(row, jpeg.next_scanline, row_bytes);
        (void)jpeg_write_scanlines(&jpeg, &row, 1);
    }
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    free(row);
    return (struct bytes){data, len_bytes};
}

struct judge {
    struct jpeg_error_mgr errors;
    jmp_buf out;
};

static void give_up(j_common_ptr jpeg)
{
    longjmp(((struct judge *)jpeg->err)->out, 1);
}

/* Any warning, be it about the data or its end, makes the picture unclean. */
static void warn(j_common_ptr jpeg, int level)
{
    if (level < 0)
        give_up(jpeg);
}

static void decode_all(struct jpeg_decompress_struct *jpeg)
{
    (void)jpeg_read_header(jpeg, TRUE);
    if ((uint64_t)jpeg->image_width * jpeg->image_height > 1000000)
        give_up((j_common_ptr)jpeg);
    (void)jpeg_start_decompress(jpeg);
    JSAMPARRAY row =
        jpeg->mem->alloc_sarray((j_common_ptr)jpeg, JPOOL_IMAGE,
                                jpeg->output_width * (JDIMENSION)jpeg->output_components, 1);
    while (jpeg->output_scanline < jpeg->output_height)
        (void)jpeg_read_scanlines(jpeg, row, 1);
    (void)jpeg_finish_decompress(jpeg);
}

bool shapes_decode(const uint8_t *data, size_t len_bytes)
{
    struct jpeg_decompress_struct jpeg;
    struct judge judge;
    if (len_bytes == 0)
        return false;
    jpeg.err = jpeg_std_error(&judge.errors);
    judge.errors.error_exit = give_up;
    judge.errors.emit_message = warn;
    jpeg_create_decompress(&jpeg);
    jpeg_mem_src(&jpeg, data, len_bytes);
    volatile bool is_clean = false;
    if (setjmp(judge.out) == 0) {
        decode_all(&jpeg);
        is_clean = true;
    }
    jpeg_destroy_decompress(&jpeg);
    return is_clean;
}
