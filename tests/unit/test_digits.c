/* SPDX-License-Identifier: MIT */
#include "draw/digits.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define WIDTH  400
#define HEIGHT 60

static struct sc_digits *made(double width_px, double height_px)
{
    struct sc_digits *digits = NULL;
    assert_int_equal(sc_digits_create("Sans Bold", "00:00:00.000", width_px, height_px, &digits),
                     0);
    return digits;
}

static void the_sample_fills_the_box_and_does_not_leave_it(void **state)
{
    struct sc_digits *wide = made(400, 20), *high = made(200, 100);
    (void)state;
    assert_true(sc_digits_height_px(wide) <= 20 && sc_digits_height_px(wide) > 15);
    assert_true(sc_digits_width_px(wide, "00:00:00.000") <= 400);
    assert_true(sc_digits_width_px(high, "00:00:00.000") <= 202); /* widths are rounded per size */
    assert_true(sc_digits_width_px(high, "00:00:00.000") > 170);
    sc_digits_destroy(&wide);
    sc_digits_destroy(&high);
    assert_null(high);
}

static void all_digits_are_equally_wide_and_others_count_nothing(void **state)
{
    struct sc_digits *digits = made(WIDTH, HEIGHT);
    const double one = sc_digits_width_px(digits, "1");
    (void)state;
    assert_true(one > 0);
    for (char c = '0'; c <= '9'; c++)
        assert_true(sc_digits_width_px(digits, (char[]){c, '\0'}) == one);
    assert_true(sc_digits_width_px(digits, ":") > 0 && sc_digits_width_px(digits, ":") < one);
    assert_true(sc_digits_width_px(digits, "ax-") == 0);
    assert_true(sc_digits_width_px(digits, "") == 0);
    sc_digits_destroy(&digits);
}

static void too_little_room_is_told(void **state)
{
    static const double boxes[][2] = {{20, 60}, {400, 6}, {0, 0}, {-10, -10}, {400, 0}};
    (void)state;
    for (size_t i = 0; i < sizeof boxes / sizeof *boxes; i++) {
        struct sc_digits *digits = NULL;
        assert_int_equal(sc_digits_create(NULL, "00:00:00.000", boxes[i][0], boxes[i][1], &digits),
                         -EINVAL);
        assert_null(digits);
    }
}

/* Sum of all that is drawn at x and y, and left of them. */
static void draw_at(const struct sc_digits *digits, double x, const char *text, long *out_left,
                    long *out_right)
{
    static uint8_t pixels[HEIGHT][WIDTH];
    memset(pixels, 0, sizeof pixels);
    cairo_surface_t *surface =
        cairo_image_surface_create_for_data(pixels[0], CAIRO_FORMAT_A8, WIDTH, HEIGHT, WIDTH);
    cairo_t *cr = cairo_create(surface);
    sc_digits_draw(digits, cr, x, 0, text);
    assert_int_equal(cairo_status(cr), CAIRO_STATUS_SUCCESS);
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
    *out_left = *out_right = 0;
    for (int row = 0; row < HEIGHT; row++)
        for (int column = 0; column < WIDTH; column++)
            *(column < (int)x ? out_left : out_right) += pixels[row][column];
}

static void it_draws_where_it_is_told_to_and_digits_differ(void **state)
{
    struct sc_digits *digits = made(WIDTH / 2.0, HEIGHT);
    long left, one, eight, stranger;
    (void)state;
    draw_at(digits, 100, "1", &left, &one);
    assert_true(left == 0 && one > 1000);
    draw_at(digits, 100, "8", &left, &eight);
    assert_true(eight > one);
    draw_at(digits, 100, "x", &left, &stranger);
    assert_int_equal(stranger, 0);
    sc_digits_destroy(&digits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sample_fills_the_box_and_does_not_leave_it),
        cmocka_unit_test(all_digits_are_equally_wide_and_others_count_nothing),
        cmocka_unit_test(too_little_room_is_told),
        cmocka_unit_test(it_draws_where_it_is_told_to_and_digits_differ),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
