/* SPDX-License-Identifier: MIT */
#include "picture/flat.h"

#include <cairo.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "stillcast/kind.h"

struct reader {
    const uint8_t *data;
    size_t left;
};

static cairo_status_t read_some(void *self, unsigned char *out, unsigned bytes)
{
    struct reader *reader = self;
    if (reader->left < bytes)
        return CAIRO_STATUS_READ_ERROR;
    memcpy(out, reader->data, bytes);
    reader->data += bytes;
    reader->left -= bytes;
    return CAIRO_STATUS_SUCCESS;
}

/* Encodes and lets cairo (libpng) decode. Returns: the largest difference of a channel. */
static int error_of(const uint32_t *pixels, uint32_t width, uint32_t height, size_t stride_px)
{
    struct sc_flat *flat = NULL;
    const struct sc_encode_pixels what = {pixels, width, height, stride_px * sizeof *pixels};
    const uint8_t *png;
    size_t len;
    int most = 0;
    assert_int_equal(sc_flat_create(width, height, &flat), 0);
    sc_flat_encode(flat, &what, &png, &len);
    assert_int_equal(sc_kind_of(png, len), SC_KIND_PNG);
    struct reader reader = {png, len};
    cairo_surface_t *shown = cairo_image_surface_create_from_png_stream(read_some, &reader);
    assert_int_equal(cairo_surface_status(shown), CAIRO_STATUS_SUCCESS);
    assert_int_equal(cairo_image_surface_get_width(shown), width);
    assert_int_equal(cairo_image_surface_get_height(shown), height);
    const char *data = (const char *)cairo_image_surface_get_data(shown);
    for (uint32_t y = 0; y < height; y++)
        for (uint32_t x = 0; x < width; x++)
            for (int shift = 0; shift <= 16; shift += 8) {
                uint32_t got;
                memcpy(&got,
                       data + (size_t)cairo_image_surface_get_stride(shown) * y + x * sizeof got,
                       sizeof got);
                const int far = abs((int)(got >> shift & 255) -
                                    (int)(pixels[y * stride_px + x] >> shift & 255));
                most = far > most ? far : most;
            }
    cairo_surface_destroy(shown);
    sc_flat_destroy(&flat);
    return most;
}

static uint32_t *make(size_t n)
{
    uint32_t *pixels = calloc(n, sizeof *pixels);
    assert_non_null(pixels);
    return pixels;
}

static void up_to_256_colors_come_out_as_they_are(void **state)
{
    static const struct {
        uint32_t width, height, n_colors;
    } cases[] = {{1, 1, 1}, {16, 16, 2}, {333, 77, 255}, {640, 360, 256}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const size_t stride = cases[i].width + 5;
        uint32_t *pixels = make(stride * cases[i].height);
        for (uint32_t y = 0; y < cases[i].height; y++)
            for (uint32_t x = 0; x < cases[i].width; x++)
                pixels[y * stride + x] =
                    0xff000000 | ((x * 7 + y) % cases[i].n_colors) * 0x010305 % 0x1000000;
        assert_int_equal(error_of(pixels, cases[i].width, cases[i].height, stride), 0);
        free(pixels);
    }
}

/* A share of the way from one colour to another. */
static uint32_t blend(uint32_t from, uint32_t to, uint32_t share, uint32_t of)
{
    uint32_t rgb = 0;
    for (int shift = 0; shift <= 16; shift += 8)
        rgb |= ((from >> shift & 255) * (of - share) + (to >> shift & 255) * share) / of << shift;
    return rgb;
}

static void of_many_colors_the_most_used_stay_and_edges_are_near(void **state)
{
    static const uint32_t lines[] = {0x6e9cff, 0xe4900f, 0x07d77a, 0xdd98c8};
    const uint32_t width = 200, height = 100, ground = 0x12161d;
    uint32_t *pixels = make((size_t)width * height);
    (void)state;
    for (uint32_t i = 0; i < width * height; i++)
        pixels[i] = i % 3 ? ground : blend(ground, lines[i % 4], i / 12 % 200, 199);
    assert_in_range(error_of(pixels, width, height, width), 1, 15);
    free(pixels);
}

static void noise_of_all_colors_still_makes_a_picture(void **state)
{
    const uint32_t width = 300, height = 300;
    uint32_t *pixels = make((size_t)width * height), seed = 1;
    (void)state;
    for (uint32_t i = 0; i < width * height; i++)
        pixels[i] = (seed = seed * 1664525u + 1013904223u) >> 8;
    assert_in_range(error_of(pixels, width, height, width), 1, 128);
    free(pixels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(up_to_256_colors_come_out_as_they_are),
        cmocka_unit_test(of_many_colors_the_most_used_stay_and_edges_are_near),
        cmocka_unit_test(noise_of_all_colors_still_makes_a_picture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
