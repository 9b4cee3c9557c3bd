/* SPDX-License-Identifier: MIT */
#include "draw/canvas.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <turbojpeg.h>

#include <cmocka.h>

#include "draw/shape.h"

static void sizes_are_taken_up_to_the_limits_and_not_past_them(void **state)
{
    static const struct {
        const char *name;
        uint32_t width_px, height_px;
        int rc;
    } cases[] = {
        {"smallest", SC_CANVAS_MIN_PX, SC_CANVAS_MIN_PX, 0},
        {"too narrow", SC_CANVAS_MIN_PX - 1, SC_CANVAS_MIN_PX, -EINVAL},
        {"too low", SC_CANVAS_MIN_PX, SC_CANVAS_MIN_PX - 1, -EINVAL},
        {"nothing", 0, 0, -EINVAL},
        {"widest", SC_CANVAS_MAX_PX, SC_CANVAS_MIN_PX, 0},
        {"highest", SC_CANVAS_MIN_PX, SC_CANVAS_MAX_PX, 0},
        {"too wide", SC_CANVAS_MAX_PX + 1, SC_CANVAS_MIN_PX, -EMSGSIZE},
        {"too high", SC_CANVAS_MIN_PX, SC_CANVAS_MAX_PX + 1, -EMSGSIZE},
        {"largest area", 7680, 4320, 0},
        {"area too large", 7681, 4320, -EMSGSIZE},
        {"far too large", UINT32_MAX, UINT32_MAX, -EMSGSIZE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sc_canvas *canvas = NULL;
        int rc = sc_canvas_create(cases[i].width_px, cases[i].height_px, &canvas);
        if (rc != cases[i].rc)
            fail_msg("%s: %d instead of %d", cases[i].name, rc, cases[i].rc);
        if (rc == 0) {
            assert_int_equal(sc_canvas_width_px(canvas), cases[i].width_px);
            assert_int_equal(sc_canvas_height_px(canvas), cases[i].height_px);
        }
        sc_canvas_destroy(&canvas);
        assert_null(canvas);
    }
}

/* Left half red, right half blue. */
static struct sc_canvas *two_colors(uint32_t width_px, uint32_t height_px)
{
    struct sc_canvas *canvas = NULL;
    assert_int_equal(sc_canvas_create(width_px, height_px, &canvas), 0);
    cairo_t *cr = sc_canvas_begin(canvas);
    sc_shape_color(cr, 0xff0000, 1);
    cairo_paint(cr);
    sc_shape_color(cr, 0x0000ff, 1);
    cairo_rectangle(cr, width_px / 2.0, 0, width_px / 2.0, height_px);
    cairo_fill(cr);
    assert_int_equal(sc_canvas_end(canvas), 0);
    return canvas;
}

static void a_jpeg_has_the_size_and_the_colors_that_were_drawn(void **state)
{
    struct sc_canvas *canvas = two_colors(64, 33);
    struct sc_pool *pool = NULL;
    struct sc_draft *draft = NULL;
    (void)state;
    assert_int_equal(sc_pool_create(1 << 20, 1 << 20, &pool), 0);
    const struct sc_canvas_format format = {.kind = SC_KIND_JPEG, .quality = 90};
    assert_int_equal(sc_canvas_to_draft(canvas, pool, &format, &draft), 0);

    struct sc_slice jpeg = sc_draft_written(draft);
    uint8_t pixels[64 * 33][3];
    int width, height, sampling, space;
    tjhandle turbo = tjInitDecompress();
    assert_int_equal(
        tjDecompressHeader3(turbo, jpeg.data, jpeg.len_bytes, &width, &height, &sampling, &space),
        0);
    assert_int_equal(width, 64);
    assert_int_equal(height, 33);
    assert_int_equal(
        tjDecompress2(turbo, jpeg.data, jpeg.len_bytes, pixels[0], 64, 0, 33, TJPF_RGB, 0), 0);
    tjDestroy(turbo);
    assert_true(pixels[64 * 16 + 8][0] > 240 && pixels[64 * 16 + 8][2] < 15);
    assert_true(pixels[64 * 16 + 56][2] > 240 && pixels[64 * 16 + 56][0] < 15);

    sc_draft_destroy(&draft);
    sc_pool_unref(&pool);
    sc_canvas_destroy(&canvas);
}

static size_t encoded_bytes(struct sc_canvas *canvas, enum sc_kind kind, int quality)
{
    const struct sc_canvas_format format = {.kind = kind, .quality = quality};
    struct sc_pool *pool = NULL;
    struct sc_draft *draft = NULL;
    const struct sc_frame *frame = NULL;
    assert_int_equal(sc_pool_create(1 << 20, 1 << 20, &pool), 0);
    assert_int_equal(sc_canvas_to_draft(canvas, pool, &format, &draft), 0);
    size_t len = sc_draft_len_bytes(draft);
    assert_int_equal(sc_draft_seal(&draft, &(struct sc_seal){0}, &frame, NULL), 0);
    assert_int_equal(sc_frame_kind(frame), kind);
    assert_int_equal(sc_frame_width_px(frame), sc_canvas_width_px(canvas));
    assert_int_equal(sc_frame_height_px(frame), sc_canvas_height_px(canvas));
    sc_frame_unref(&frame);
    sc_pool_unref(&pool);
    return len;
}

static void both_kinds_seal_and_quality_counts(void **state)
{
    struct sc_canvas *canvas = two_colors(129, 65);
    (void)state;
    assert_true(encoded_bytes(canvas, SC_KIND_PNG, 0) > 0);
    assert_true(encoded_bytes(canvas, SC_KIND_JPEG, 10) < encoded_bytes(canvas, SC_KIND_JPEG, 99));
    sc_canvas_destroy(&canvas);
}

static void a_picture_above_the_pools_largest_is_refused(void **state)
{
    static const enum sc_kind kinds[] = {SC_KIND_JPEG, SC_KIND_PNG};
    struct sc_canvas *canvas = two_colors(129, 65);
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        const struct sc_canvas_format format = {.kind = kinds[i], .quality = 80};
        struct sc_pool *pool = NULL;
        struct sc_draft *draft = NULL;
        assert_int_equal(sc_pool_create(1 << 20, 100, &pool), 0);
        assert_int_equal(sc_canvas_to_draft(canvas, pool, &format, &draft), -EMSGSIZE);
        assert_null(draft);
        assert_int_equal(sc_pool_used_bytes(pool), 0);
        sc_pool_unref(&pool);
    }
    sc_canvas_destroy(&canvas);
}

static void copying_makes_canvases_look_alike(void **state)
{
    struct sc_canvas *from = two_colors(128, 64), *to = NULL;
    (void)state;
    assert_int_equal(sc_canvas_create(128, 64, &to), 0);
    size_t black = encoded_bytes(to, SC_KIND_PNG, 0);
    sc_canvas_copy(to, from);
    assert_int_equal(encoded_bytes(to, SC_KIND_PNG, 0), encoded_bytes(from, SC_KIND_PNG, 0));
    assert_int_not_equal(encoded_bytes(to, SC_KIND_PNG, 0), black);
    sc_canvas_destroy(&from);
    sc_canvas_destroy(&to);
}

static void what_cairo_cannot_draw_is_told_at_the_end(void **state)
{
    struct sc_canvas *canvas = NULL;
    (void)state;
    assert_int_equal(sc_canvas_create(16, 16, &canvas), 0);
    cairo_t *cr = sc_canvas_begin(canvas);
    cairo_restore(cr);
    assert_int_equal(sc_canvas_end(canvas), -EIO);
    (void)sc_canvas_begin(canvas);
    assert_int_equal(sc_canvas_end(canvas), 0);
    sc_canvas_destroy(&canvas);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_taken_up_to_the_limits_and_not_past_them),
        cmocka_unit_test(a_jpeg_has_the_size_and_the_colors_that_were_drawn),
        cmocka_unit_test(both_kinds_seal_and_quality_counts),
        cmocka_unit_test(a_picture_above_the_pools_largest_is_refused),
        cmocka_unit_test(copying_makes_canvases_look_alike),
        cmocka_unit_test(what_cairo_cannot_draw_is_told_at_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
