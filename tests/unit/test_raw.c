/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <turbojpeg.h>

#include "picture/raw.h"

/* Each picture is one colour; what lies in rows behind it and planes is told by the form. */
static const struct {
    const char *name;
    enum sc_raw_form form;
    uint32_t width_px, height_px;
    size_t stride_bytes, len_bytes;
} cases[] = {
    {"yuyv", SC_RAW_YUYV, 16, 8, 32, 256},
    {"yuyv of odd width", SC_RAW_YUYV, 15, 8, 32, 256},
    {"yuyv with padding", SC_RAW_YUYV, 16, 8, 40, 320},
    {"uyvy", SC_RAW_UYVY, 16, 8, 32, 256},
    {"nv12", SC_RAW_NV12, 16, 8, 16, 192},
    {"nv12 of odd size", SC_RAW_NV12, 15, 7, 16, 176},
    {"nv12 with padding", SC_RAW_NV12, 16, 8, 20, 240},
    {"yu12", SC_RAW_YU12, 16, 8, 16, 192},
    {"yu12 of odd size", SC_RAW_YU12, 15, 7, 16, 176},
    {"rgb24", SC_RAW_RGB24, 16, 8, 48, 384},
    {"rgb24 of odd width", SC_RAW_RGB24, 15, 8, 45, 360},
    {"grey", SC_RAW_GREY, 16, 8, 16, 128},
    {"one pixel", SC_RAW_GREY, 1, 1, 1, 1},
};

static struct sc_raw_picture picture_of(size_t i, const uint8_t *data)
{
    return (struct sc_raw_picture){cases[i].form,
                                   cases[i].width_px,
                                   cases[i].height_px,
                                   cases[i].stride_bytes,
                                   data,
                                   cases[i].len_bytes,
                                   false};
}

static void sizes_are_known_beforehand(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sc_raw_picture picture = picture_of(i, NULL);
        if (sc_raw_len_bytes(&picture) != cases[i].len_bytes)
            fail_msg("%s: %zu", cases[i].name, sc_raw_len_bytes(&picture));
    }
}

/* U and V are without colour. */
static void fill_grey(const struct sc_raw_picture *picture, uint8_t *data, int y)
{
    bool is_packed = picture->form == SC_RAW_YUYV || picture->form == SC_RAW_UYVY;
    size_t n_y = picture->stride_bytes * picture->height_px;
    memset(data, 128, picture->len_bytes);
    for (size_t i = picture->form == SC_RAW_UYVY; i < n_y; i += is_packed ? 2 : 1)
        data[i] = (uint8_t)y;
}

/* In exactly as much memory as the picture has: a sanitizer tells who reads on. */
static void a_grey_picture_is_grey_in_all_forms(void **state)
{
    struct sc_raw *raw = *state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint8_t *data = malloc(cases[i].len_bytes);
        uint8_t pixels[16 * 8 * 3];
        const uint8_t *jpeg = NULL;
        size_t bytes = 0;
        assert_non_null(data);
        memset(data, 128, cases[i].len_bytes);
        struct sc_raw_picture picture = picture_of(i, data);
        assert_int_equal(sc_raw_encode(raw, &picture, 90, &jpeg, &bytes), 0);
        tjhandle turbo = tjInitDecompress();
        int width, height, subsampling, space;
        assert_int_equal(
            tjDecompressHeader3(turbo, jpeg, bytes, &width, &height, &subsampling, &space), 0);
        assert_int_equal(width, cases[i].width_px);
        assert_int_equal(height, cases[i].height_px);
        assert_int_equal(tjDecompress2(turbo, jpeg, bytes, pixels, width, 0, height, TJPF_RGB, 0),
                         0);
        for (int k = 0; k < width * height * 3; k++)
            if (abs(pixels[k] - 128) > 2)
                fail_msg("%s: byte %d is %d", cases[i].name, k, pixels[k]);
        (void)tjDestroy(turbo);
        free(data);
    }
}

/* Returns: the brightness of the JPEG's first and last pixel, which are alike. */
static int brightness(const uint8_t *jpeg, size_t bytes)
{
    uint8_t pixels[16 * 8];
    tjhandle turbo = tjInitDecompress();
    int width, height, subsampling, space;
    assert_int_equal(tjDecompressHeader3(turbo, jpeg, bytes, &width, &height, &subsampling, &space),
                     0);
    assert_int_equal(tjDecompress2(turbo, jpeg, bytes, pixels, width, 0, height, TJPF_GRAY, 0), 0);
    (void)tjDestroy(turbo);
    assert_true(abs(pixels[width * height - 1] - pixels[0]) <= 1);
    return pixels[0];
}

static void what_is_limited_is_stretched(void **state)
{
    static const struct {
        int limited, full;
    } values[] = {{0, 0}, {16, 0}, {17, 1}, {128, 130}, {180, 191}, {235, 255}, {255, 255}};
    const uint8_t *jpeg;
    size_t bytes;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (size_t k = 0; k < sizeof values / sizeof values[0]; k++) {
            if (cases[i].form == SC_RAW_RGB24)
                continue;
            uint8_t *data = malloc(cases[i].len_bytes);
            struct sc_raw_picture picture = picture_of(i, data);
            picture.is_limited = true;
            fill_grey(&picture, data, values[k].limited);
            assert_int_equal(sc_raw_encode(*state, &picture, 95, &jpeg, &bytes), 0);
            if (abs(brightness(jpeg, bytes) - values[k].full) > 2)
                fail_msg("%s: %d became %d", cases[i].name, values[k].limited,
                         brightness(jpeg, bytes));
            free(data);
        }
}

static void what_is_too_short_is_half_a_picture(void **state)
{
    const uint8_t data[400] = {0}, *jpeg;
    size_t bytes;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sc_raw_picture picture = picture_of(i, data);
        assert_int_equal(sc_raw_encode(*state, &picture, 90, &jpeg, &bytes), 0);
        picture.len_bytes--;
        assert_int_equal(sc_raw_encode(*state, &picture, 90, &jpeg, &bytes), -EBADMSG);
    }
}

static void no_such_picture(void **state)
{
    static const struct {
        const char *name;
        struct sc_raw_picture picture;
    } none[] = {
        {"no width", {SC_RAW_GREY, 0, 8, 16, NULL, 0, false}},
        {"no height", {SC_RAW_GREY, 8, 0, 16, NULL, 0, false}},
        {"too wide", {SC_RAW_GREY, 16385, 8, 16385, NULL, 0, false}},
        {"too high", {SC_RAW_GREY, 8, 16385, 8, NULL, 0, false}},
        {"rows that overlap", {SC_RAW_YUYV, 16, 8, 31, NULL, 0, false}},
        {"an odd width needs its pair", {SC_RAW_YUYV, 15, 8, 30, NULL, 0, false}},
        {"no form", {SC_RAW_FORMS, 16, 8, 32, NULL, 0, false}},
    };
    const uint8_t *jpeg;
    size_t bytes;
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        if (sc_raw_len_bytes(&none[i].picture) != 0)
            fail_msg("%s", none[i].name);
        assert_int_equal(sc_raw_encode(*state, &none[i].picture, 90, &jpeg, &bytes), -EINVAL);
    }
    assert_int_equal(
        sc_raw_len_bytes(&(struct sc_raw_picture){SC_RAW_GREY, 16384, 1, 16384, NULL, 0, false}),
        16384);
}

static int set_up(void **state)
{
    struct sc_raw *raw = NULL;
    int rc = sc_raw_create(&raw);
    *state = raw;
    return rc;
}

static int tear_down(void **state)
{
    struct sc_raw *raw = *state;
    sc_raw_destroy(&raw);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_known_beforehand),
        cmocka_unit_test(a_grey_picture_is_grey_in_all_forms),
        cmocka_unit_test(what_is_limited_is_stretched),
        cmocka_unit_test(what_is_too_short_is_half_a_picture),
        cmocka_unit_test(no_such_picture),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
