/* SPDX-License-Identifier: MIT */
#include "draw/placeholder.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

#include <cmocka.h>

#include "draw/canvas.h"

static int make_pool(void **state)
{
    return sc_pool_create(64 << 20, 16 << 20, (struct sc_pool **)state);
}

static int end_pool(void **state)
{
    int left = sc_pool_used_bytes(*state) > 0;
    sc_pool_unref((struct sc_pool **)state);
    return left;
}

static struct sc_placeholder door(uint32_t width_px, uint32_t height_px)
{
    return (struct sc_placeholder){
        .width_px = width_px,
        .height_px = height_px,
        .title = "door",
        .problem = "cannot open '/dev/video0': no such device",
        .next = "retrying in 2 s",
    };
}

static const struct sc_frame *sealed(struct sc_pool *pool, const struct sc_placeholder *what)
{
    struct sc_draft *draft = NULL;
    const struct sc_frame *frame = NULL;
    assert_int_equal(sc_placeholder_draft(pool, what, &draft), 0);
    assert_int_equal(sc_draft_seal(&draft, &(struct sc_seal){.is_placeholder = true}, &frame, NULL),
                     0);
    return frame;
}

static void it_has_the_size_asked_for_or_the_nearest_that_can_be(void **state)
{
    static const struct {
        const char *name;
        uint32_t width_px, height_px, real_width_px, real_height_px;
    } cases[] = {
        {"usual", 640, 480, 640, 480},
        {"odd", 321, 241, 321, 241},
        {"upright", 180, 320, 180, 320},
        {"unknown", 0, 0, SC_PLACEHOLDER_WIDTH_PX, SC_PLACEHOLDER_HEIGHT_PX},
        {"half known", 100, 0, SC_PLACEHOLDER_WIDTH_PX, SC_PLACEHOLDER_HEIGHT_PX},
        {"smallest", 16, 16, 16, 16},
        {"a dot", 1, 1, 16, 16},
        {"a line", 300, 2, 300, 16},
        {"widest", 16384, 16, 16384, 16},
        {"wider", 65535, 64, 16384, 16},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct sc_placeholder what = door(cases[i].width_px, cases[i].height_px);
        const struct sc_frame *frame = sealed(*state, &what);
        if (sc_frame_width_px(frame) != cases[i].real_width_px ||
            sc_frame_height_px(frame) != cases[i].real_height_px)
            fail_msg("%s: %ux%u", cases[i].name, sc_frame_width_px(frame),
                     sc_frame_height_px(frame));
        assert_int_equal(sc_frame_kind(frame), SC_KIND_JPEG);
        sc_frame_unref(&frame);
    }
}

/* Returns: the picture's gray values, width x height bytes. */
static uint8_t *decoded(struct sc_slice jpeg, int *out_width, int *out_height)
{
    int sampling, space;
    tjhandle turbo = tjInitDecompress();
    assert_int_equal(tjDecompressHeader3(turbo, jpeg.data, jpeg.len_bytes, out_width, out_height,
                                         &sampling, &space),
                     0);
    uint8_t *gray = malloc((size_t)*out_width * (size_t)*out_height);
    assert_non_null(gray);
    assert_int_equal(tjDecompress2(turbo, jpeg.data, jpeg.len_bytes, gray, *out_width, 0,
                                   *out_height, TJPF_GRAY, 0),
                     0);
    tjDestroy(turbo);
    return gray;
}

static void it_decodes_and_is_calm_and_dark_with_light_text(void **state)
{
    const struct sc_placeholder what = door(640, 360);
    const struct sc_frame *frame = sealed(*state, &what);
    int width, height, n_dark = 0, n_light = 0;
    uint8_t *gray = decoded(sc_frame_picture(frame), &width, &height);
    assert_int_equal(width, 640);
    assert_int_equal(height, 360);
    for (int i = 0; i < width * height; i++) {
        n_dark += gray[i] < 64;
        n_light += gray[i] > 180;
    }
    assert_true(n_dark > width * height * 8 / 10);
    assert_true(n_light > 500);
    free(gray);
    sc_frame_unref(&frame);
}

static bool is_same(const struct sc_frame *a, const struct sc_frame *b)
{
    struct sc_slice left = sc_frame_picture(a), right = sc_frame_picture(b);
    return left.len_bytes == right.len_bytes && memcmp(left.data, right.data, left.len_bytes) == 0;
}

static void every_text_shows(void **state)
{
    struct sc_placeholder whats[4];
    const struct sc_frame *all = NULL;
    for (size_t i = 0; i < 4; i++)
        whats[i] = door(320, 240);
    whats[1].title = NULL;
    whats[2].problem = "";
    whats[3].next = NULL;
    for (size_t i = 0; i < 4; i++) {
        const struct sc_frame *frame = sealed(*state, &whats[i]);
        if (i == 0)
            all = sc_frame_ref(frame);
        else if (is_same(all, frame))
            fail_msg("text %zu does not show", i);
        sc_frame_unref(&frame);
    }
    sc_frame_unref(&all);
}

static void *draw_some(void *pool)
{
    const struct sc_placeholder what = door(160, 120);
    uintptr_t n_good = 0;
    for (int i = 0; i < 10; i++) {
        struct sc_draft *draft = NULL;
        n_good += sc_placeholder_draft(pool, &what, &draft) == 0;
        sc_draft_destroy(&draft);
    }
    return (void *)n_good;
}

static void several_threads_draw_at_once(void **state)
{
    pthread_t threads[4];
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, draw_some, *state), 0);
    for (size_t i = 0; i < 4; i++) {
        void *n_good;
        assert_int_equal(pthread_join(threads[i], &n_good), 0);
        assert_int_equal((uintptr_t)n_good, 10);
    }
}

static void it_is_a_png_where_that_is_wanted(void **state)
{
    struct sc_placeholder what = door(160, 120);
    what.kind = SC_KIND_PNG;
    const struct sc_frame *frame = sealed(*state, &what);
    assert_int_equal(sc_frame_kind(frame), SC_KIND_PNG);
    assert_int_equal(sc_frame_width_px(frame), 160);
    sc_frame_unref(&frame);
}

static void a_pool_that_is_too_small_is_an_error(void **state)
{
    const struct sc_placeholder what = door(640, 360);
    struct sc_pool *small = NULL, *full = NULL;
    struct sc_draft *draft = NULL;
    (void)state;
    assert_int_equal(sc_pool_create(1 << 20, 1000, &small), 0);
    assert_int_equal(sc_placeholder_draft(small, &what, &draft), -EMSGSIZE);
    assert_int_equal(sc_pool_create(1000, 1 << 20, &full), 0);
    assert_int_equal(sc_placeholder_draft(full, &what, &draft), -ENOMEM);
    assert_null(draft);
    sc_pool_unref(&small);
    sc_pool_unref(&full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_has_the_size_asked_for_or_the_nearest_that_can_be),
        cmocka_unit_test(it_decodes_and_is_calm_and_dark_with_light_text),
        cmocka_unit_test(every_text_shows),
        cmocka_unit_test(several_threads_draw_at_once),
        cmocka_unit_test(it_is_a_png_where_that_is_wanted),
        cmocka_unit_test(a_pool_that_is_too_small_is_an_error),
    };
    return cmocka_run_group_tests(tests, make_pool, end_pool);
}
