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

#include "draw/card.h"
#include "rig.h"

static void wrong_options_are_refused_with_the_way_out(void **state)
{
    static const struct {
        const char *argument, *says;
    } cases[] = {
        {"test:hello", "test:#size=1280x720"},  {"test:#size=15x16", "at least 16"},
        {"test:#size=16x15", "at least 16"},    {"test:#size=16384x16384", "7680x4320"},
        {"test:#size=wide", "1280x720"},        {"test:#quality=0", "from 1 to 100"},
        {"test:#quality=101", "from 1 to 100"}, {"test:#format=bmp", "jpeg or png"},
        {"test:#fps=-1", "from 0 to"},
    };
    struct rig *rig = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (rig_make(rig, cases[i].argument) != -EINVAL || !strstr(rig->err.text, cases[i].says))
            fail_msg("%s: %s", cases[i].argument, rig->err.text);
}

static void right_options_are_taken_to_their_limits(void **state)
{
    static const char *const arguments[] = {
        "test:",
        "test:#size=16x16",
        "test:#size=16384x16",
        "test:#size=7680x4320",
        "test:#quality=1",
        "test:#quality=100",
        "test:#format=png",
        "test:#fps=0",
        "test:#size=320x240#fps=12.5#quality=90#format=jpeg",
    };
    struct rig *rig = *state;
    for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++)
        if (rig_make(rig, arguments[i]) != 0)
            fail_msg("%s: %s", arguments[i], rig->err.text);
}

static void it_names_its_stream_test_and_runs_at_25_fps(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(rig_make(rig, "test:"), 0);
    assert_string_equal(rig->specs->name, "test");
    assert_true(rig->specs->ops->default_fps == 25);
}

static const struct sc_frame *next_frame(struct rig *rig)
{
    struct sc_draft *draft = NULL;
    const struct sc_frame *frame = NULL;
    assert_int_equal(rig->specs->ops->read(rig->state, &rig->ctx, &draft, &rig->err), 0);
    assert_int_equal(sc_draft_seal(&draft, &(struct sc_seal){0}, &frame, &rig->err), 0);
    return frame;
}

static void pictures_have_the_kind_and_size_asked_for(void **state)
{
    static const struct {
        const char *argument;
        enum sc_kind kind;
        uint32_t width_px, height_px;
    } cases[] = {
        {"test:", SC_KIND_JPEG, 640, 360},
        {"test:#size=161x99", SC_KIND_JPEG, 161, 99},
        {"test:#size=16x16#format=png", SC_KIND_PNG, 16, 16},
    };
    struct rig *rig = *state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        rig_start(rig, cases[i].argument);
        const struct sc_frame *frame = next_frame(rig);
        if (sc_frame_kind(frame) != cases[i].kind ||
            sc_frame_width_px(frame) != cases[i].width_px ||
            sc_frame_height_px(frame) != cases[i].height_px)
            fail_msg("%s", cases[i].argument);
        sc_frame_unref(&frame);
        rig_stop(rig);
    }
}

static void pictures_differ_also_after_it_was_opened_again(void **state)
{
    const struct sc_frame *frames[4];
    struct rig *rig = *state;
    rig_start(rig, "test:#size=320x240");
    for (size_t i = 0; i < 4; i++) {
        if (i == 2) {
            rig->specs->ops->close(rig->state);
            assert_int_equal(rig->specs->ops->open(rig->state, &rig->ctx, &rig->err), 0);
        }
        frames[i] = next_frame(rig);
        for (size_t j = 0; j < i; j++) {
            struct sc_slice a = sc_frame_picture(frames[i]), b = sc_frame_picture(frames[j]);
            if (a.len_bytes == b.len_bytes && memcmp(a.data, b.data, a.len_bytes) == 0)
                fail_msg("pictures %zu and %zu are the same", j, i);
        }
    }
    for (size_t i = 0; i < 4; i++)
        sc_frame_unref(&frames[i]);
}

/* Returns: the 640x360 picture's gray values. */
static uint8_t *grays_of(const struct sc_frame **taken)
{
    struct sc_slice jpeg = sc_frame_picture(*taken);
    uint8_t *grays = malloc(640UL * 360);
    tjhandle turbo = tjInitDecompress();
    assert_non_null(grays);
    assert_int_equal(
        tjDecompress2(turbo, jpeg.data, jpeg.len_bytes, grays, 640, 0, 360, TJPF_GRAY, 0), 0);
    tjDestroy(turbo);
    sc_frame_unref(taken);
    return grays;
}

static void each_picture_shows_another_number(void **state)
{
    struct rig *rig = *state;
    struct sc_card card;
    int most = 0;
    sc_card_lay(&card, 640, 360);
    rig_start(rig, "test:#quality=95");
    const struct sc_frame *first = next_frame(rig), *second = next_frame(rig);
    uint8_t *before = grays_of(&first), *after = grays_of(&second);
    for (int y = (int)card.number.y + 4; y < (int)(card.number.y + card.number.height) - 4; y++) {
        for (int x = (int)card.number.x; x < (int)(card.number.x + card.number.width); x++) {
            int by = abs(before[y * 640 + x] - after[y * 640 + x]);
            most = by > most ? by : most;
        }
    }
    assert_true(most > 60);
    free(before);
    free(after);
}

static void quality_changes_the_bytes(void **state)
{
    struct rig *rig = *state;
    rig_start(rig, "test:#size=320x240#quality=10");
    const struct sc_frame *poor = next_frame(rig);
    rig_stop(rig);
    rig_start(rig, "test:#size=320x240#quality=95");
    const struct sc_frame *good = next_frame(rig);
    assert_true(sc_frame_picture(good).len_bytes > 2 * sc_frame_picture(poor).len_bytes);
    sc_frame_unref(&poor);
    sc_frame_unref(&good);
}

static void a_picture_above_the_servers_largest_is_told(void **state)
{
    struct rig *rig = *state;
    struct sc_draft *draft = NULL;
    rig_start(rig, "test:#size=3840x2160#quality=100"); /* above RIG_FRAME_MAX_BYTES */
    assert_int_equal(rig->specs->ops->read(rig->state, &rig->ctx, &draft, &rig->err), -EMSGSIZE);
    assert_non_null(strstr(rig->err.text, "3840x2160"));
    assert_null(draft);
}

int main(void)
{
#define RIGGED(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)
    const struct CMUnitTest tests[] = {
        RIGGED(wrong_options_are_refused_with_the_way_out),
        RIGGED(right_options_are_taken_to_their_limits),
        RIGGED(it_names_its_stream_test_and_runs_at_25_fps),
        RIGGED(pictures_have_the_kind_and_size_asked_for),
        RIGGED(pictures_differ_also_after_it_was_opened_again),
        RIGGED(each_picture_shows_another_number),
        RIGGED(quality_changes_the_bytes),
        RIGGED(a_picture_above_the_servers_largest_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
