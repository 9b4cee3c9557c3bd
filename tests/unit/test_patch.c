/* SPDX-License-Identifier: MIT */
#include "picture/patch.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

#include <cmocka.h>

#include "base/own.h"
#include "shapes.h"

#define LAYER_WIDTH  20
#define LAYER_HEIGHT 9
#define AT           5 /* its corner */
#define WHITE        0xffffffff
#define BLOCK_MOST   32 /* the largest that shares chroma */

struct rgb {
    uint8_t r, g, b;
};

static uint32_t white[LAYER_WIDTH * LAYER_HEIGHT];

static struct sc_patch_layer layer(int x, int y, uint64_t version)
{
    for (size_t i = 0; i < LAYER_WIDTH * LAYER_HEIGHT; i++)
        white[i] = WHITE;
    return (struct sc_patch_layer){white, LAYER_WIDTH, LAYER_HEIGHT, LAYER_WIDTH * 4,
                                   x,     y,           version};
}

static struct rgb *decode(const uint8_t *jpeg, size_t len, int *out_width, int *out_height)
{
    int sampling, space;
    tjhandle turbo = tjInitDecompress();
    assert_int_equal(
        tjDecompressHeader3(turbo, jpeg, len, out_width, out_height, &sampling, &space), 0);
    struct rgb *pixels = malloc(sizeof *pixels * (size_t)*out_width * (size_t)*out_height);
    assert_non_null(pixels);
    assert_int_equal(tjDecompress2(turbo, jpeg, len, &pixels->r, *out_width, 0, *out_height,
                                   TJPF_RGB, TJFLAG_FASTUPSAMPLE),
                     0);
    tjDestroy(turbo);
    return pixels;
}

static bool is_inside(int x, int y, int around)
{
    return x >= AT - around && x < AT + LAYER_WIDTH + around && y >= AT - around &&
           y < AT + LAYER_HEIGHT + around;
}

/* White where the layer is, unchanged outside of the blocks that it touches. */
static void check_pixels(const char *name, const uint8_t *before, size_t before_len,
                         const uint8_t *after, size_t after_len)
{
    int width, height, width_after, height_after;
    SC_AUTO(sc_own_free) struct rgb *old = decode(before, before_len, &width, &height);
    SC_AUTO(sc_own_free)
    struct rgb *new = decode(after, after_len, &width_after, &height_after);
    assert_int_equal(width, width_after);
    assert_int_equal(height, height_after);
    int sum = 0, n = 0;
    for (int i = 0; i < width * height; i++) {
        const int x = i % width, y = i / width;
        if (!is_inside(x, y, BLOCK_MOST) && memcmp(&old[i], &new[i], sizeof *old) != 0)
            fail_msg("%s: the pixel at %d, %d has changed", name, x, y);
        if (is_inside(x, y, -2)) {
            sum += new[i].g;
            n++;
        }
    }
    if (n > 0 && sum / n < 200)
        fail_msg("%s: what was laid over it has a mean of %d", name, sum / n);
}

static bool is_one_of(const char *name, const char *const *names)
{
    for (; *names; names++)
        if (strcmp(name, *names) == 0)
            return true;
    return false;
}

static void every_shape_is_patched_or_left_alone(void **state)
{
    static const char *const unusual[] = {"rgb",      "cmyk",          "twelve-bit",
                                          "lossless", "quality-1",     "area-at-the-limit",
                                          "widest",   "extended-sof1", NULL};
    size_t n;
    const struct shape *shapes = shapes_all(&n);
    struct sc_patch *patch = NULL;
    (void)state;
    assert_int_equal(sc_patch_create(&patch), 0);
    for (size_t i = 0; i < n; i++) {
        const struct shape *shape = &shapes[i];
        const struct sc_patch_layer layers[SC_PATCH_LAYERS_MAX] = {layer(AT, AT, 1)};
        const uint8_t *jpeg = NULL;
        size_t len = 0;
        int rc = sc_patch_jpeg(patch, shape->data, shape->len_bytes, layers, &jpeg, &len);
        if (shape->rc == -EBADMSG && rc == 0 && strcmp(shape->name, "dnl") != 0) /* gone, then */
            fail_msg("%s is damaged and came out whole", shape->name);
        if (shape->rc == 0 && shape->is_decodable && rc < 0 && !is_one_of(shape->name, unusual))
            fail_msg("%s: %d", shape->name, rc);
        if (rc == 0 && !is_one_of(shape->name, unusual))
            check_pixels(shape->name, shape->data, shape->len_bytes, jpeg, len);
    }
    sc_patch_destroy(&patch);
}

static void what_no_layer_touches_stays_the_same_picture(void **state)
{
    const struct shape *shape = shapes_find("baseline-420");
    const struct sc_patch_layer outside[][SC_PATCH_LAYERS_MAX] = {
        {{0}, {0}},
        {layer(-LAYER_WIDTH, 0, 1), layer(0, -LAYER_HEIGHT, 1)},
        {layer((int)shape->width_px, 0, 2), layer(0, (int)shape->height_px, 2)},
        {layer(-100000, -100000, 3), layer(100000, 100000, 3)},
    };
    struct sc_patch *patch = NULL;
    (void)state;
    assert_int_equal(sc_patch_create(&patch), 0);
    for (size_t i = 0; i < sizeof outside / sizeof *outside; i++) {
        const uint8_t *jpeg;
        size_t len;
        int width, height;
        assert_int_equal(
            sc_patch_jpeg(patch, shape->data, shape->len_bytes, outside[i], &jpeg, &len), 0);
        SC_AUTO(sc_own_free)
        struct rgb *old = decode(shape->data, shape->len_bytes, &width, &height);
        SC_AUTO(sc_own_free) struct rgb *new = decode(jpeg, len, &width, &height);
        assert_memory_equal(old, new, sizeof *old * (size_t)width * (size_t)height);
    }
    sc_patch_destroy(&patch);
}

static void layers_may_reach_over_every_edge(void **state)
{
    const struct shape *shape = shapes_find("baseline-420");
    struct sc_patch *patch = NULL;
    uint64_t version = 0;
    (void)state;
    assert_int_equal(sc_patch_create(&patch), 0);
    for (int y = -LAYER_HEIGHT; y <= (int)shape->height_px; y += 3)
        for (int x = -LAYER_WIDTH; x <= (int)shape->width_px; x += 7) {
            version++;
            const struct sc_patch_layer layers[] = {layer(x, y, version), layer(y, x, version)};
            const uint8_t *jpeg;
            size_t len;
            assert_int_equal(
                sc_patch_jpeg(patch, shape->data, shape->len_bytes, layers, &jpeg, &len), 0);
        }
    sc_patch_destroy(&patch);
}

static void another_version_of_the_same_pixels_is_drawn_anew(void **state)
{
    const struct shape *shape = shapes_find("baseline-444");
    struct sc_patch_layer layers[SC_PATCH_LAYERS_MAX] = {layer(AT, AT, 1)};
    struct sc_patch *patch = NULL;
    const uint8_t *jpeg;
    size_t len;
    int width, height;
    (void)state;
    assert_int_equal(sc_patch_create(&patch), 0);
    assert_int_equal(sc_patch_jpeg(patch, shape->data, shape->len_bytes, layers, &jpeg, &len), 0);
    memset(white, 0, sizeof white);
    layers[0].version = 2;
    assert_int_equal(sc_patch_jpeg(patch, shape->data, shape->len_bytes, layers, &jpeg, &len), 0);
    SC_AUTO(sc_own_free) struct rgb *old = decode(shape->data, shape->len_bytes, &width, &height);
    SC_AUTO(sc_own_free) struct rgb *new = decode(jpeg, len, &width, &height);
    assert_memory_equal(old, new, sizeof *old * (size_t)width * (size_t)height);
    sc_patch_destroy(&patch);
}

static void a_picture_cut_anywhere_is_refused(void **state)
{
    const struct shape *shape = shapes_find("baseline-420");
    struct sc_patch *patch = NULL;
    (void)state;
    assert_int_equal(sc_patch_create(&patch), 0);
    for (size_t len = 0; len < shape->picture_bytes - 2; len++) {
        const struct sc_patch_layer layers[SC_PATCH_LAYERS_MAX] = {layer(AT, AT, 1)};
        SC_AUTO(sc_own_free) uint8_t *cut = malloc(len + !len); /* for a sanitizer to guard */
        const uint8_t *jpeg;
        size_t jpeg_len;
        assert_non_null(cut);
        memcpy(cut, shape->data, len);
        if (sc_patch_jpeg(patch, cut, len, layers, &jpeg, &jpeg_len) == 0)
            fail_msg("%zu of %zu bytes came out as a whole picture", len, shape->picture_bytes);
    }
    sc_patch_destroy(&patch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_shape_is_patched_or_left_alone),
        cmocka_unit_test(what_no_layer_touches_stays_the_same_picture),
        cmocka_unit_test(layers_may_reach_over_every_edge),
        cmocka_unit_test(another_version_of_the_same_pixels_is_drawn_anew),
        cmocka_unit_test(a_picture_cut_anywhere_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
