/* SPDX-License-Identifier: MIT */
#include "picture/encode.h"

#include "picture/probe.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

#include <cmocka.h>

#define W 33
#define H 17

static const struct sc_picture_limits limits = SC_PICTURE_LIMITS_DEFAULT;
static uint32_t colours[W * H];

static int create(void **state)
{
    struct sc_encode *encode = NULL;
    int rc = sc_encode_create(&encode);
    *state = encode;
    return rc;
}

static int destroy(void **state)
{
    struct sc_encode *encode = *state;
    sc_encode_destroy(&encode);
    sc_encode_destroy(&encode); /* nothing any more */
    return encode != NULL;
}

static struct sc_encode_pixels filled(uint32_t colour)
{
    for (size_t i = 0; i < W * H; i++)
        colours[i] = colour;
    return (struct sc_encode_pixels){colours, W, H, W * 4};
}

static void same_colour_comes_back(void **state)
{
    static const struct {
        const char *name;
        uint32_t x8r8g8b8;
    } cases[] = {
        {"red", 0x00ff0000},   {"green", 0x0000ff00}, {"blue", 0xff0000ff},
        {"white", 0xffffffff}, {"black", 0x00000000}, {"a mixture", 0x80336699},
    };
    tjhandle turbo = tjInitDecompress();
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sc_encode_pixels pixels = filled(cases[i].x8r8g8b8);
        uint8_t jpeg[20000], rgb[W * H * 3];
        size_t len = 0;
        assert_int_equal(sc_encode_jpeg(*state, &pixels, 95, jpeg, sizeof(jpeg), &len), 0);
        assert_int_equal(tjDecompress2(turbo, jpeg, len, rgb, W, 0, H, TJPF_RGB, 0), 0);
        for (int k = 0; k < 3; k++) {
            int want = cases[i].x8r8g8b8 >> (16 - 8 * k) & 0xff;
            if (abs(rgb[(H / 2 * W + W / 2) * 3 + k] - want) > 3)
                fail_msg("%s: %d", cases[i].name, rgb[k]);
        }
    }
    (void)tjDestroy(turbo);
}

static void one_encoder_makes_pictures_of_any_size(void **state)
{
    static uint32_t noise[64 * 64];
    for (size_t i = 0; i < 64 * 64; i++)
        noise[i] = (uint32_t)(i * 2654435761u);
    for (uint32_t side = 1; side <= 64; side++) {
        struct sc_encode_pixels pixels = {noise, side, 65 - side, 64 * 4};
        size_t room = sc_encode_bound_bytes(side, 65 - side), len = 0;
        uint8_t *jpeg = malloc(room);
        struct sc_picture_info info;
        assert_int_equal(sc_encode_jpeg(*state, &pixels, 100, jpeg, room, &len), 0);
        assert_int_equal(sc_picture_probe(jpeg, len, &limits, &info, NULL), 0);
        assert_int_equal(info.width_px, side);
        assert_int_equal(info.height_px, 65 - side);
        assert_int_equal(info.size_bytes, len);
        assert_false(info.is_without_huffman);
        free(jpeg);
    }
}

static void rows_may_be_longer_than_the_picture(void **state)
{
    struct sc_encode_pixels pixels = filled(0x123456);
    uint8_t whole[20000], part[20000];
    size_t whole_len = 0, part_len = 0;
    pixels.width_px = W - 10;
    assert_int_equal(sc_encode_jpeg(*state, &pixels, 80, whole, sizeof(whole), &whole_len), 0);
    for (size_t i = 0; i < W * H; i++)
        colours[i] = i % W >= W - 10 ? 0xffffff : colours[i];
    assert_int_equal(sc_encode_jpeg(*state, &pixels, 80, part, sizeof(part), &part_len), 0);
    assert_int_equal(whole_len, part_len);
    assert_memory_equal(whole, part, part_len);
}

static void too_little_room_is_refused_and_nothing_written(void **state)
{
    struct sc_encode_pixels pixels = filled(0);
    size_t bound = sc_encode_bound_bytes(W, H), len = 42;
    uint8_t *jpeg = calloc(1, bound);
    assert_int_equal(sc_encode_jpeg(*state, &pixels, 80, jpeg, bound - 1, &len), -EMSGSIZE);
    assert_int_equal(len, 42);
    assert_int_equal(jpeg[0], 0);
    assert_int_equal(sc_encode_jpeg(*state, &pixels, 80, jpeg, bound, &len), 0);
    free(jpeg);
}

static void impossible_pictures_are_refused(void **state)
{
    static const struct {
        const char *name;
        uint32_t width_px, height_px;
        size_t stride_bytes;
    } cases[] = {
        {"no width", 0, 1, 4},
        {"no height", 1, 0, 4},
        {"too wide", 65501, 1, 65501 * 4},
        {"too tall", 1, 65501, 4},
        {"rows that overlap", 2, 1, 7},
        {"rows beyond measure", 2, 1, (size_t)INT32_MAX + 1},
    };
    uint8_t jpeg[1];
    size_t len;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sc_encode_pixels pixels = {colours, cases[i].width_px, cases[i].height_px,
                                          cases[i].stride_bytes};
        if (sc_encode_jpeg(*state, &pixels, 80, jpeg, SIZE_MAX, &len) != -EINVAL)
            fail_msg("%s", cases[i].name);
    }
    assert_int_equal(sc_encode_bound_bytes(65501, 1), 0);
    assert_true(sc_encode_bound_bytes(65500, 1) > 0);
}

static void quality_is_brought_inside(void **state)
{
    struct sc_encode_pixels pixels = filled(0x336699);
    uint8_t worst[20000], below[20000];
    size_t worst_len, below_len, len;
    assert_int_equal(sc_encode_jpeg(*state, &pixels, 1, worst, sizeof(worst), &worst_len), 0);
    assert_int_equal(sc_encode_jpeg(*state, &pixels, -5, below, sizeof(below), &below_len), 0);
    assert_int_equal(worst_len, below_len);
    assert_memory_equal(worst, below, worst_len);
    assert_int_equal(sc_encode_jpeg(*state, &pixels, 1000, below, sizeof(below), &len), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(same_colour_comes_back),
        cmocka_unit_test(one_encoder_makes_pictures_of_any_size),
        cmocka_unit_test(rows_may_be_longer_than_the_picture),
        cmocka_unit_test(too_little_room_is_refused_and_nothing_written),
        cmocka_unit_test(impossible_pictures_are_refused),
        cmocka_unit_test(quality_is_brought_inside),
    };
    return cmocka_run_group_tests(tests, create, destroy);
}
