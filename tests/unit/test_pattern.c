/* SPDX-License-Identifier: MIT */
#include "draw/pattern.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

#include <cmocka.h>

#include "draw/card.h"

#define NOON_US 1700000000000000ULL /* any moment */

struct rgb {
    uint8_t r, g, b;
};

struct picture {
    int width, height;
    struct rgb *pixels;
};

/* Draws a frame, makes a JPEG of it, and decodes that. */
static struct picture shown(struct sc_pattern *pattern, uint64_t number, uint64_t unix_us)
{
    const struct sc_canvas_format format = {.kind = SC_KIND_JPEG, .quality = 95};
    struct picture picture = {0};
    struct sc_pool *pool = NULL;
    struct sc_draft *draft = NULL;
    int sampling, space;
    assert_int_equal(sc_pattern_draw(pattern, number, unix_us), 0);
    assert_int_equal(sc_pool_create(16 << 20, 16 << 20, &pool), 0);
    assert_int_equal(sc_canvas_to_draft(sc_pattern_canvas(pattern), pool, &format, &draft), 0);
    struct sc_slice jpeg = sc_draft_written(draft);
    tjhandle turbo = tjInitDecompress();
    assert_int_equal(tjDecompressHeader3(turbo, jpeg.data, jpeg.len_bytes, &picture.width,
                                         &picture.height, &sampling, &space),
                     0);
    picture.pixels = malloc((size_t)picture.width * (size_t)picture.height * 3);
    assert_non_null(picture.pixels);
    assert_int_equal(tjDecompress2(turbo, jpeg.data, jpeg.len_bytes, &picture.pixels->r,
                                   picture.width, 0, picture.height, TJPF_RGB, 0),
                     0);
    tjDestroy(turbo);
    sc_draft_destroy(&draft);
    sc_pool_unref(&pool);
    return picture;
}

static bool is_different(const struct picture *a, const struct picture *b, const struct sc_box *box)
{
    for (int y = (int)box->y; y < (int)(box->y + box->height); y++)
        for (int x = (int)box->x; x < (int)(box->x + box->width); x++)
            if (abs(a->pixels[y * a->width + x].g - b->pixels[y * b->width + x].g) > 60)
                return true;
    return false;
}

static void every_size_has_that_size_and_moves(void **state)
{
    static const struct {
        uint32_t width_px, height_px;
    } sizes[] = {
        {16, 16},   {17, 19},   {64, 48},   {160, 120},  {333, 77},
        {640, 360}, {360, 640}, {77, 1000}, {1280, 720}, {16384, 16},
    };
    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const struct sc_box all = {0, 0, sizes[i].width_px, sizes[i].height_px};
        struct sc_pattern *pattern = NULL;
        assert_int_equal(
            sc_pattern_create(sizes[i].width_px, sizes[i].height_px, "detail", &pattern), 0);
        struct picture one = shown(pattern, 1, NOON_US), two = shown(pattern, 2, NOON_US + 240000);
        assert_int_equal(one.width, sizes[i].width_px);
        assert_int_equal(one.height, sizes[i].height_px);
        if (!is_different(&one, &two, &all))
            fail_msg("%ux%u does not move", sizes[i].width_px, sizes[i].height_px);
        free(one.pixels);
        free(two.pixels);
        sc_pattern_destroy(&pattern);
        assert_null(pattern);
    }
}

static void sizes_past_the_limits_are_refused(void **state)
{
    struct sc_pattern *pattern = NULL;
    (void)state;
    assert_int_equal(sc_pattern_create(15, 16, "", &pattern), -EINVAL);
    assert_int_equal(sc_pattern_create(16, 15, "", &pattern), -EINVAL);
    assert_int_equal(sc_pattern_create(16385, 16, "", &pattern), -EMSGSIZE);
    assert_null(pattern);
}

static void each_moving_part_follows_what_it_shows(void **state)
{
    struct sc_card card;
    struct sc_pattern *pattern = NULL;
    (void)state;
    sc_card_lay(&card, 640, 360);
    assert_int_equal(sc_pattern_create(640, 360, "detail", &pattern), 0);
    const struct {
        const char *name;
        uint64_t number, later_us;
        bool has_clock, has_number, has_hand, has_ball;
    } cases[] = {
        {"nothing", 1, 0, false, false, false, false},
        {"next frame at the same time", 2, 0, false, true, false, false},
        {"40 ms later", 1, 40000, true, false, true, true},
        {"next frame, 40 ms later", 2, 40000, true, true, true, true},
        {"a second later", 1, 1000000, true, false, false, true},
        {"4 s later, where the ball is back", 1, 4000000, true, false, false, false},
    };
    struct picture first = shown(pattern, 1, NOON_US);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct picture later = shown(pattern, cases[i].number, NOON_US + cases[i].later_us);
        if (is_different(&first, &later, &card.clock) != cases[i].has_clock ||
            is_different(&first, &later, &card.number) != cases[i].has_number ||
            is_different(&first, &later, &card.dial) != cases[i].has_hand ||
            is_different(&first, &later, &card.track) != cases[i].has_ball)
            fail_msg("%s", cases[i].name);
        free(later.pixels);
    }
    free(first.pixels);
    sc_pattern_destroy(&pattern);
}

static void assert_color(const struct picture *picture, double x, double y, struct rgb want)
{
    const struct rgb got = picture->pixels[(int)y * picture->width + (int)x];
    if (abs(got.r - want.r) > 6 || abs(got.g - want.g) > 6 || abs(got.b - want.b) > 6)
        fail_msg("#%02x%02x%02x at %g, %g", got.r, got.g, got.b, x, y);
}

static void bars_and_grays_have_their_exact_colors(void **state)
{
    static const struct rgb bars[] = {{191, 191, 191}, {191, 191, 0}, {0, 191, 191}, {0, 191, 0},
                                      {191, 0, 191},   {191, 0, 0},   {0, 0, 191}};
    struct sc_card card;
    struct sc_pattern *pattern = NULL;
    (void)state;
    sc_card_lay(&card, 640, 360);
    assert_int_equal(sc_pattern_create(640, 360, "", &pattern), 0);
    struct picture picture = shown(pattern, 1, NOON_US);
    for (int i = 0; i < 7; i++)
        assert_color(&picture, card.bars.x + card.bars.width * (i + 0.5) / 7, card.bars.y + 40,
                     bars[i]);
    for (int i = 0; i < 11; i++) {
        const uint8_t gray = (uint8_t)(i * 25.5 + 0.5);
        assert_color(&picture, card.grays.x + card.grays.width * (i + 0.5) / 11, card.grays.y + 8,
                     (struct rgb){gray, gray, gray});
    }
    free(picture.pixels);
    sc_pattern_destroy(&pattern);
}

static void the_outermost_pixels_of_each_corner_are_marked(void **state)
{
    struct sc_pattern *pattern = NULL;
    (void)state;
    assert_int_equal(sc_pattern_create(322, 242, "", &pattern), 0);
    struct picture picture = shown(pattern, 1, NOON_US);
    for (int i = 0; i < 4; i++) {
        const struct rgb corner =
            picture.pixels[(i & 2 ? 241 : 0) * picture.width + (i & 1 ? 321 : 0)];
        assert_true(corner.r > 200 && corner.g > 200 && corner.b > 200);
    }
    free(picture.pixels);
    sc_pattern_destroy(&pattern);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_size_has_that_size_and_moves),
        cmocka_unit_test(sizes_past_the_limits_are_refused),
        cmocka_unit_test(each_moving_part_follows_what_it_shows),
        cmocka_unit_test(bars_and_grays_have_their_exact_colors),
        cmocka_unit_test(the_outermost_pixels_of_each_corner_are_marked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
