/* SPDX-License-Identifier: MIT */
#include "source/table.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/own.h"
#include "rig.h"

/* A row of JPEGs, numbers first to last. */
static void write_row(const char *path, int first, int last)
{
    int fd SC_AUTO(sc_own_close) = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    for (int n = first; n <= last; n++) {
        size_t len_bytes;
        void *jpeg SC_AUTO(sc_own_free) = rig_picture(n, &len_bytes);
        rig_pour(fd, jpeg, len_bytes);
    }
}

static void assert_gives(struct rig *rig, int first, int last)
{
    for (int n = first; n <= last; n++)
        assert_int_equal(rig_read(rig, RIG_PATIENCE_MS), n);
}

static void a_row_of_jpegs_is_played_to_its_end(void **state)
{
    struct rig *rig = *state;
    write_row("row.mjpeg", 1, 4);
    rig_start(rig, "row.mjpeg#fps=1000");
    assert_string_equal(rig->specs->ops->name, "recording");
    assert_gives(rig, 1, 4);
    assert_int_equal(rig_read(rig, RIG_PATIENCE_MS), -ENODATA);
}

static void its_end_is_followed_by_its_beginning_when_asked(void **state)
{
    struct rig *rig = *state;
    write_row("row.mjpg", 1, 2);
    rig_start(rig, "row.mjpg#loop=yes#fps=1000");
    for (int round = 0; round < 3; round++)
        assert_gives(rig, 1, 2);
}

static void rate_is_kept_and_a_call_that_is_cut_short_loses_nothing(void **state)
{
    struct rig *rig = *state;
    write_row("row.mjpeg", 1, 3);
    rig_start(rig, "row.mjpeg#fps=10");
    uint64_t began_ns = sc_clock_ns();
    assert_int_equal(rig_read(rig, RIG_PATIENCE_MS), 1);
    assert_int_equal(rig_read(rig, 1), -ECANCELED);
    assert_int_equal(rig_read(rig, RIG_PATIENCE_MS), 2);
    assert_int_equal(rig_read(rig, RIG_PATIENCE_MS), 3);
    assert_true(sc_clock_ns() - began_ns >= SC_NS_PER_S / 5);
}

static void what_is_no_recording_is_refused_with_the_way_out(void **state)
{
    struct rig *rig = *state;
    int fd SC_AUTO(sc_own_close) = open("no.mp4", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    rig_pour(fd, "this is only a text, however it is called\n", 42);
    assert_int_equal(rig_make(rig, "no.mp4"), 0);
    assert_int_equal(rig->specs->ops->open(rig->state, &rig->ctx, &rig->err), -EINVAL);
    assert_non_null(strstr(rig->err.text, "exec:ffmpeg"));
}

static void a_file_that_is_not_there_is_named(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(rig_make(rig, "recording:none.mkv"), 0);
    assert_int_equal(rig->specs->ops->open(rig->state, &rig->ctx, &rig->err), -ENOENT);
    assert_non_null(strstr(rig->err.text, "none.mkv"));
}

static void options_out_of_range_are_refused(void **state)
{
    struct rig *rig = *state;
    static const struct {
        const char *argument;
        int rc;
    } cases[] = {
        {"row.mjpeg#speed=0.009", -EINVAL},  {"row.mjpeg#speed=0.01", 0},
        {"row.mjpeg#speed=1000", 0},         {"row.mjpeg#speed=1001", -EINVAL},
        {"row.mjpeg#loop=perhaps", -EINVAL},
    };
    write_row("row.mjpeg", 1, 1);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(rig_make(rig, cases[i].argument), cases[i].rc);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_row_of_jpegs_is_played_to_its_end),
        TEST(its_end_is_followed_by_its_beginning_when_asked),
        TEST(rate_is_kept_and_a_call_that_is_cut_short_loses_nothing),
        TEST(what_is_no_recording_is_refused_with_the_way_out),
        TEST(a_file_that_is_not_there_is_named),
        TEST(options_out_of_range_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
