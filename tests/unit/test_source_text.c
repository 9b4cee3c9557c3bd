/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

#include <cmocka.h>

#include "base/clock.h"
#include "rig.h"
#include "source/color.h"

static void wrong_options_are_refused_with_the_way_out(void **state)
{
    static const struct {
        const char *argument, *says;
    } cases[] = {
        {"text:x#size=15x16", "at least 16"},    {"text:x#size=16384x16384", "7680x4320"},
        {"text:x#color=ff880", "ff8800"},        {"text:x#background=octarine", "orange"},
        {"text:x#format=gif", "png or jpeg"},    {"text:x#align=top", "center or right"},
        {"text:x#letters=5", "from 6"},          {"text:{viewers}", "{stream.viewers}"},
        {"text:x#quality=101", "from 1 to 100"},
    };
    struct rig *rig = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (rig_make(rig, cases[i].argument) != -EINVAL || !strstr(rig->err.text, cases[i].says))
            fail_msg("%s: %s", cases[i].argument, rig->err.text);
}

static int read_draft(struct rig *rig, struct sc_draft **out_draft)
{
    return rig->specs->ops->read(rig->state, &rig->ctx, out_draft, &rig->err);
}

struct rgb {
    uint8_t r, g, b;
};

/* How many pixels are brighter than that in the given part of a picture, in hundredths. */
static void look(struct rig *rig, int width, int height, int *out_n_left, int *out_n_right)
{
    struct rgb *pixels = calloc((size_t)width * (size_t)height, sizeof *pixels);
    struct sc_draft *draft = NULL;
    assert_non_null(pixels);
    assert_int_equal(read_draft(rig, &draft), 0);
    const struct sc_slice jpeg = sc_draft_written(draft);
    tjhandle turbo = tjInitDecompress();
    assert_int_equal(
        tjDecompress2(turbo, jpeg.data, jpeg.len_bytes, &pixels->r, width, 0, height, TJPF_RGB, 0),
        0);
    *out_n_left = *out_n_right = 0;
    for (int i = 0; i < width * height; i++)
        if (pixels[i].r > 150)
            *(i % width < width / 2 ? out_n_left : out_n_right) += 1;
    tjDestroy(turbo);
    free(pixels);
    sc_draft_destroy(&draft);
}

static void the_text_stands_where_and_in_the_color_that_was_asked_for(void **state)
{
    static const struct {
        const char *argument;
        bool is_left, is_right;
    } cases[] = {
        {"text:ii#size=400x40#format=jpeg#align=left#color=red", true, false},
        {"text:ii#size=400x40#format=jpeg#align=right#color=ffffff", false, true},
        {"text:ii#size=400x40#format=jpeg", true, true},
        {"text:ii#size=400x40#format=jpeg#color=black#background=white", true, true},
        {"text:ii#size=400x40#format=jpeg#color=blue", false, false},
    };
    struct rig *rig = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int n_left, n_right;
        rig_start(rig, cases[i].argument);
        look(rig, 400, 40, &n_left, &n_right);
        if ((n_left > 10) != cases[i].is_left || (n_right > 10) != cases[i].is_right)
            fail_msg("%s: %d and %d", cases[i].argument, n_left, n_right);
    }
}

static void a_still_text_gives_one_picture_and_then_waits(void **state)
{
    struct rig *rig = *state;
    struct sc_draft *draft = NULL;
    rig_start(rig, "text:still#size=100x20");
    assert_int_equal(read_draft(rig, &draft), 0);
    sc_draft_destroy(&draft);
    assert_int_equal(rig_read(rig, RIG_GLANCE_MS), -ECANCELED);
}

static void a_clock_ticks_at_the_beginning_of_each_second(void **state)
{
    struct rig *rig = *state;
    struct sc_draft *draft = NULL;
    rig_start(rig, "text:%T#size=100x20");
    assert_int_equal(read_draft(rig, &draft), 0);
    sc_draft_destroy(&draft);
    assert_int_equal(read_draft(rig, &draft), 0);
    const uint64_t late_us = sc_clock_unix_us() % 1000000;
    sc_draft_destroy(&draft);
    if (late_us > 400000)
        fail_msg("%llu us after it", (unsigned long long)late_us);
}

static void colors_are_names_or_six_digits(void **state)
{
    static const struct {
        const char *text;
        int rc;
        uint32_t rgb;
    } cases[] = {{"white", 0, 0xffffff}, {"ff8800", 0, 0xff8800}, {"FF8800", 0, 0xff8800},
                 {"ff880", -EINVAL, 0},  {"ff88000", -EINVAL, 0}, {"gg8800", -EINVAL, 0},
                 {"", -EINVAL, 0},       {"White", -EINVAL, 0}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t rgb = 0;
        if (sc_color_parse(cases[i].text, &rgb) != cases[i].rc || rgb != cases[i].rgb)
            fail_msg("%s: %06x", cases[i].text, rgb);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(wrong_options_are_refused_with_the_way_out),
        TEST(the_text_stands_where_and_in_the_color_that_was_asked_for),
        TEST(a_still_text_gives_one_picture_and_then_waits),
        TEST(a_clock_ticks_at_the_beginning_of_each_second),
        cmocka_unit_test(colors_are_names_or_six_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
