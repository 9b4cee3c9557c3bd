/* SPDX-License-Identifier: MIT */
#include "draw/raster.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define WIDTH  100
#define HEIGHT 60
#define LEFT   3
#define TOP    5
#define RIGHT  97
#define BOTTOM 56
#define LINE   1.6f

static uint32_t pixels[WIDTH * HEIGHT];
static float cover[SC_RASTER_COVER_FLOATS(BOTTOM - TOP)];

static struct sc_raster blank(void)
{
    memset(pixels, 0, sizeof pixels);
    return (struct sc_raster){.pixels = pixels,
                              .stride_px = WIDTH,
                              .left = LEFT,
                              .top = TOP,
                              .right = RIGHT,
                              .bottom = BOTTOM,
                              .cover = cover};
}

/* How far a pixel's middle lies inside of a box around a segment, in pixels. */
static float depth_in(struct sc_raster_point a, struct sc_raster_point b, float x, float y)
{
    const float length = hypotf(b.x - a.x, b.y - a.y);
    const float right = length > 0 ? (b.x - a.x) / length : 0;
    const float down = length > 0 ? (b.y - a.y) / length : 1;
    const float on = (x - a.x) * right + (y - a.y) * down;
    const float off = (y - a.y) * right - (x - a.x) * down;
    const float reach = (length > 0 ? LINE : LINE * 1.8f) / 2 + 0.5f;
    return fminf(fminf(on, length - on) + reach, reach - fabsf(off));
}

static float wanted(const struct sc_raster_point *points, size_t n, float x, float y)
{
    float depth = 0;
    for (size_t i = 0; i < n; i++) {
        const int is_joined = i + 1 < n && !isnan(points[i + 1].y);
        const int is_dot = !is_joined && (i == 0 || isnan(points[i - 1].y));
        if (!isnan(points[i].y) && (is_joined || is_dot))
            depth = fmaxf(depth, depth_in(points[i], points[is_joined ? i + 1 : i], x, y));
    }
    return fminf(depth, 1);
}

static void each_pixel_is_covered_as_its_distance_from_the_line_says(void **state)
{
    static const struct {
        const char *name;
        size_t n;
        struct sc_raster_point points[8];
    } lines[] = {
        {"level", 2, {{10, 30}, {90, 30}}},
        {"upright", 2, {{33.3f, 10}, {33.3f, 50}}},
        {"where bands meet", 3, {{34, 50}, {35, 8}, {35.5f, 50}}},
        {"a zigzag", 6, {{0, 20}, {1, 40}, {2, 10}, {3, 55}, {50, 20.5f}, {99, 21}}},
        {"gaps and a dot", 6, {{5, 9}, {20, 30}, {21, NAN}, {50, 20}, {51, NAN}, {90, 33}}},
        {"from afar", 2, {{-300, -100}, {400, 160}}},
        {"outside", 4, {{-9, 30}, {10, -20}, {40, 80}, {120, 30}}},
        {"a step", 4, {{10, 10}, {40, 10}, {40, 40}, {70, 40}}},
        {"nothing", 2, {{10, NAN}, {40, NAN}}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        const struct sc_raster raster = blank();
        sc_raster_stroke(&raster, lines[i].points, lines[i].n, LINE, 0xffffff, 1);
        for (int y = 0; y < HEIGHT; y++)
            for (int x = 0; x < WIDTH; x++) {
                const int is_inside = x >= LEFT && x < RIGHT && y >= TOP && y < BOTTOM;
                const float most =
                    wanted(lines[i].points, lines[i].n, (float)x + 0.5f, (float)y + 0.5f);
                const float got = (float)(pixels[y * WIDTH + x] & 255) / 255;
                if (fabsf(got - (is_inside ? most : 0)) > 0.02f)
                    fail_msg("%s: %f at %d, %d", lines[i].name, (double)got, x, y);
            }
    }
}

static void nothing_is_left_over_for_the_next_line(void **state)
{
    const struct sc_raster_point steep[] = {{4, 5}, {5, 55}, {6, 5}, {90, 56}, {97, -10}};
    (void)state;
    const struct sc_raster raster = blank();
    sc_raster_stroke(&raster, steep, 5, 5, 0xffffff, 0.5f);
    for (size_t i = 0; i < sizeof cover / sizeof *cover; i++)
        assert_true(cover[i] == 0);
}

static void points_at_the_end_of_the_world_draw_nothing_wrong(void **state)
{
    const struct sc_raster_point wild[] = {
        {-INFINITY, 10}, {10, INFINITY}, {20, -INFINITY}, {30, 3e38f}, {INFINITY, 3e38f}};
    (void)state;
    const struct sc_raster raster = blank();
    sc_raster_stroke(&raster, wild, 5, LINE, 0xffffff, 1);
    for (int y = 0; y < HEIGHT; y++)
        for (int x = 0; x < WIDTH; x++)
            if (x < LEFT || x >= RIGHT || y < TOP || y >= BOTTOM)
                assert_int_equal(pixels[y * WIDTH + x], 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_pixel_is_covered_as_its_distance_from_the_line_says),
        cmocka_unit_test(nothing_is_left_over_for_the_next_line),
        cmocka_unit_test(points_at_the_end_of_the_world_draw_nothing_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
