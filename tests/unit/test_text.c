/* SPDX-License-Identifier: MIT */
#include "draw/text.h"

#include <errno.h>
#include <glib.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define SIDE 256

static const struct sc_box middle = {32, 64, 192, 96};

/* Where something white is on a black canvas, as a box; 0 x 0 when nowhere. */
static struct sc_box inked(cairo_surface_t *surface)
{
    const uint8_t *rows = cairo_image_surface_get_data(surface);
    const int stride = cairo_image_surface_get_stride(surface);
    int left = SIDE, top = SIDE, right = 0, bottom = 0;
    for (int y = 0; y < SIDE; y++) {
        for (int x = 0; x < SIDE; x++) {
            if (rows[y * stride + x * 4] == 0)
                continue;
            left = x < left ? x : left;
            right = x >= right ? x + 1 : right;
            top = y < top ? y : top;
            bottom = y + 1;
        }
    }
    return (struct sc_box){left, top, right > left ? right - left : 0,
                           bottom > top ? bottom - top : 0};
}

/* Draws white on black. Returns: what is white. */
static struct sc_box drawn(const char *text, const struct sc_box *box,
                           const struct sc_text_style *style, struct sc_box *out_used)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, SIDE, SIDE);
    cairo_t *cr = cairo_create(surface);
    sc_text_draw(cr, box, style, text, out_used);
    assert_int_equal(cairo_status(cr), CAIRO_STATUS_SUCCESS);
    cairo_destroy(cr);
    cairo_surface_flush(surface);
    struct sc_box white = inked(surface);
    cairo_surface_destroy(surface);
    return white;
}

/* Letters may lean out of their cell by their antialiased edge. */
static bool is_inside(const struct sc_box *inner, const struct sc_box *outer)
{
    return inner->x >= outer->x - 2 && inner->y >= outer->y - 2 &&
           inner->x + inner->width <= outer->x + outer->width + 2 &&
           inner->y + inner->height <= outer->y + outer->height + 2;
}

static void any_text_stays_in_its_box(void **state)
{
    static const struct {
        const char *name, *text;
        bool is_one_line;
    } cases[] = {
        {"a word", "door", false},
        {"a word in a line", "door", true},
        {"a sentence", "the camera does not answer: is it switched on?", false},
        {"a sentence in a line", "the camera does not answer: is it switched on?", true},
        {"a word that is too long", "/dev/v4l/by-id/usb-046d_HD_Pro_Webcam_C920-video-index0",
         false},
        {"lines", "one\ntwo\n\nfour", false},
        {"Chinese", "直播图片 你好，世界", false},
        {"Arabic", "الكاميرا لا تجيب", false},
        {"Hindi and emoji", "नमस्ते 🎥", false},
        {"broken UTF-8", "caf\xe9 \xff\xfe\x80 \xed\xa0\x80", false},
        {"control characters", "a\x01\x1b[31mb\tc\r\n", false},
    };
    const struct sc_text_style style = {.least_px = 6, .most_px = 90, .rgb = 0xffffff};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sc_text_style s = style;
        struct sc_box used;
        s.is_one_line = cases[i].is_one_line;
        struct sc_box white = drawn(cases[i].text, &middle, &s, &used);
        if (white.width == 0 || !is_inside(&white, &middle) || !is_inside(&used, &middle))
            fail_msg("%s: %gx%g at %g, %g", cases[i].name, white.width, white.height, white.x,
                     white.y);
    }
}

static void a_long_text_is_cut_at_the_smallest_size(void **state)
{
    static char text[4 * SC_TEXT_MAX_BYTES];
    const struct sc_text_style style = {.least_px = 12, .most_px = 40, .rgb = 0xffffff};
    struct sc_box used;
    (void)state;
    for (size_t i = 0; i + 1 < sizeof text; i++)
        text[i] = i % 7 ? 'w' : ' ';
    struct sc_box white = drawn(text, &middle, &style, &used);
    assert_true(white.height > middle.height / 2);
    assert_true(is_inside(&white, &middle));
}

static void a_short_text_is_as_large_as_asked_and_no_larger(void **state)
{
    const struct sc_text_style small = {.most_px = 10, .rgb = 0xffffff};
    const struct sc_text_style large = {.most_px = 40, .rgb = 0xffffff};
    struct sc_box used;
    (void)state;
    (void)drawn("Hi", &middle, &small, &used);
    assert_in_range((int)used.height, 10, 14);
    (void)drawn("Hi", &middle, &large, &used);
    assert_in_range((int)used.height, 40, 56);
}

static void alignment_moves_it_in_the_box(void **state)
{
    struct sc_text_style style = {.most_px = 20, .rgb = 0xffffff};
    (void)state;
    struct sc_box at_left = drawn("H", &middle, &style, NULL);
    style.align = SC_TEXT_CENTER;
    style.sink = 0.5;
    struct sc_box at_center = drawn("H", &middle, &style, NULL);
    style.align = SC_TEXT_RIGHT;
    style.sink = 1;
    struct sc_box at_right = drawn("H", &middle, &style, NULL);
    assert_true(at_left.x < middle.x + 10 && at_left.y < middle.y + 15);
    assert_in_range((int)(at_center.x + at_center.width / 2), 125, 131);
    assert_in_range((int)(at_center.y + at_center.height / 2), 108, 116);
    assert_true(at_right.x + at_right.width > middle.x + middle.width - 10);
    assert_true(at_right.y + at_right.height > middle.y + middle.height - 15);
}

static void nothing_is_drawn_of_nothing_or_into_nothing(void **state)
{
    static const struct {
        const char *name, *text;
        struct sc_box box;
    } cases[] = {
        {"no text", NULL, {32, 64, 192, 96}},
        {"empty text", "", {32, 64, 192, 96}},
        {"no box", "text", {32, 64, 0, 0}},
        {"a negative box", "text", {32, 64, -5, -5}},
        {"a box lower than any letter", "text", {32, 64, 192, 3}},
    };
    const struct sc_text_style style = {.most_px = 40, .rgb = 0xffffff};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sc_box used = {1, 1, 1, 1};
        struct sc_box white = drawn(cases[i].text, &cases[i].box, &style, &used);
        if (white.width != 0 || used.width != 0 || used.height != 0 || used.x != 32)
            fail_msg("%s", cases[i].name);
    }
}

/* In a process of its own, and the first of all: fontconfig reads its settings once. */
static void without_any_font_nothing_fails(void **state)
{
    static const char settings[] = "<?xml version=\"1.0\"?><fontconfig></fontconfig>\n";
    char path[] = "/tmp/sc-no-font-XXXXXX";
    int fd = mkstemp(path), status = -1;
    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(write(fd, settings, sizeof settings - 1), sizeof settings - 1);
    assert_int_equal(close(fd), 0);
    pid_t child = fork();
    if (child == 0) {
        const struct sc_text_style style = {.font = "Sans Bold", .most_px = 40, .rgb = 0xffffff};
        struct sc_box used;
        if (setenv("FONTCONFIG_FILE", path, 1) < 0)
            _exit(1);
        (void)drawn("door 12:34", &middle, &style, &used);
        _exit(is_inside(&used, &middle) ? 0 : 2);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(status, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_any_font_nothing_fails),
        cmocka_unit_test(any_text_stays_in_its_box),
        cmocka_unit_test(a_long_text_is_cut_at_the_smallest_size),
        cmocka_unit_test(a_short_text_is_as_large_as_asked_and_no_larger),
        cmocka_unit_test(alignment_moves_it_in_the_box),
        cmocka_unit_test(nothing_is_drawn_of_nothing_or_into_nothing),
    };
    (void)g_log_set_always_fatal(G_LOG_LEVEL_WARNING | G_LOG_LEVEL_CRITICAL);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
