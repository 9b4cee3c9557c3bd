/* SPDX-License-Identifier: MIT */
#include "source/table.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/own.h"
#include "rig.h"

static void expect(struct rig *rig, const int *numbers, size_t n)
{
    for (size_t i = 0; i < n; i++)
        assert_int_equal(rig_read(rig, RIG_PATIENCE_MS), numbers[i]);
}

#define EXPECT(rig, ...)                                                                           \
    expect((rig), (const int[]){__VA_ARGS__}, sizeof((int[]){__VA_ARGS__}) / sizeof(int))

static void write_bytes(const char *path, const void *data, size_t len_bytes)
{
    int fd SC_AUTO(sc_own_close) = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    rig_pour(fd, data, len_bytes);
}

static void write_truncated(const char *path)
{
    size_t len_bytes;
    void *jpeg SC_AUTO(sc_own_free) = rig_picture(9, &len_bytes);
    write_bytes(path, jpeg, len_bytes / 2);
}

static void set_written(const char *path, time_t at_s)
{
    struct timespec times[] = {{at_s, 0}, {at_s, 0}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
}

static void shows_a_folder_in_natural_order_round_after_round(void **state)
{
    struct rig *rig = *state;
    rig_write("10.jpg", 10);
    rig_write("2.jpg", 2);
    rig_write("1.JPEG", 1);
    rig_start(rig, ".");
    EXPECT(rig, 1, 2, 10, 1, 2, 10, 1);
}

static void sorts_by_time_or_not_at_all(void **state)
{
    struct rig *rig = *state;
    rig_write("a.jpg", 1);
    rig_write("b.jpg", 2);
    rig_write("c.jpg", 3);
    set_written("a.jpg", 2000);
    set_written("b.jpg", 1000);
    set_written("c.jpg", 2000);
    rig_start(rig, ".#sort=time");
    EXPECT(rig, 2, 1, 3, 2);
    rig_start(rig, "{c,a}.jpg#sort=none");
    EXPECT(rig, 3, 1, 3);
    rig_start(rig, "{c,a}.jpg#sort=name");
    EXPECT(rig, 1, 3, 1);
}

static void loops_as_often_as_told(void **state)
{
    static const struct {
        const char *argument;
        int n_rounds;
    } rows[] = {{"*.jpg#loop=no", 1}, {"*.jpg#loop=1", 1}, {"*.jpg#loop=3", 3}};
    struct rig *rig = *state;
    rig_write("1.jpg", 1);
    rig_write("2.jpg", 2);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        rig_start(rig, rows[i].argument);
        for (int round = 0; round < rows[i].n_rounds; round++)
            EXPECT(rig, 1, 2);
        assert_int_equal(rig_read(rig, RIG_PATIENCE_MS), -ENODATA);
    }
}

static void a_single_picture_may_be_shown_so_many_times(void **state)
{
    struct rig *rig = *state;
    rig_write("1.jpg", 1);
    rig_start(rig, "1.jpg#loop=3");
    EXPECT(rig, 1, 1, 1);
    assert_int_equal(rig_read(rig, RIG_PATIENCE_MS), -ENODATA);
}

static void pictures_come_and_go_with_each_round(void **state)
{
    struct rig *rig = *state;
    rig_write("1.jpg", 1);
    rig_write("2.jpg", 2);
    rig_start(rig, "*.jpg");
    EXPECT(rig, 1);
    assert_int_equal(unlink("2.jpg"), 0);
    rig_write("3.jpg", 3);
    EXPECT(rig, 1, 3, 1, 3);
}

static void a_broken_picture_is_told_by_name_and_left_out(void **state)
{
    struct rig *rig = *state;
    rig_write("1.jpg", 1);
    write_truncated("2.jpg");
    write_bytes("3.jpg", "", 0);
    write_bytes("4.jpg", "no picture at all", 17);
    rig_write("5.jpg", 5);
    rig_start(rig, ".");
    EXPECT(rig, 1, -EBADMSG);
    assert_non_null(strstr(rig->err.text, "'./2.jpg'"));
    EXPECT(rig, -EBADMSG);
    assert_string_equal(rig->err.text, "'./3.jpg' is empty");
    EXPECT(rig, -EBADMSG, 5, 1);
}

static void a_picture_at_the_limit_passes_and_one_byte_more_does_not(void **state)
{
    struct rig *rig = *state;
    rig_write("1.jpg", 1);
    rig_write("2.jpg", 2);
    assert_int_equal(truncate("1.jpg", RIG_FRAME_MAX_BYTES), 0); /* what follows is trimmed */
    assert_int_equal(truncate("2.jpg", RIG_FRAME_MAX_BYTES + 1), 0);
    rig_start(rig, ".");
    EXPECT(rig, 1, -EMSGSIZE, 1, -EMSGSIZE);
    assert_non_null(strstr(rig->err.text, "'./2.jpg' has 100001 bytes"));
}

static void when_all_are_broken_the_source_is_lost(void **state)
{
    struct rig *rig = *state;
    write_truncated("1.jpg");
    write_truncated("2.jpg");
    rig_start(rig, ".");
    EXPECT(rig, -EBADMSG, -EBADMSG, -EIO);
    assert_non_null(strstr(rig->err.text, "none of 2 files is a picture"));
    assert_non_null(strstr(rig->err.text, "2.jpg"));
}

static void a_folder_that_became_empty_is_not_lost(void **state)
{
    struct rig *rig = *state;
    rig_write("1.jpg", 1);
    write_truncated("2.jpg");
    rig_start(rig, ".");
    EXPECT(rig, 1, -EBADMSG);
    assert_int_equal(unlink("1.jpg") | unlink("2.jpg"), 0);
    EXPECT(rig, -EAGAIN);
}

static void an_empty_folder_is_waited_for(void **state)
{
    struct rig *rig = *state;
    rig_start(rig, ".");
    EXPECT(rig, -EAGAIN);
    assert_string_equal(rig->err.text, "there is no picture in '.' yet");
    assert_int_equal(rig_read(rig, RIG_GLANCE_MS), -ECANCELED);
    rig_write("1.jpg", 1);
    EXPECT(rig, 1);
}

static void a_single_picture_is_shown_again_when_it_changed(void **state)
{
    struct rig *rig = *state;
    rig_write("1.jpg", 1);
    rig_start(rig, "1.jpg");
    EXPECT(rig, 1);
    assert_int_equal(rig_read(rig, RIG_GLANCE_MS), -ECANCELED);
    rig_replace("1.jpg", 2);
    EXPECT(rig, 2);
}

static void a_folder_is_not_searched_for_what_is_no_picture_file(void **state)
{
    struct rig *rig = *state;
    rig_write("1.jpg", 1);
    rig_write("readme.txt", 2);
    rig_write(".hidden.jpg", 3);
    rig_write("elsewhere", 4);
    assert_int_equal(mkdir("folder.jpg", 0755), 0);
    assert_int_equal(mkfifo("fifo.jpg", 0600), 0);
    assert_int_equal(symlink("elsewhere", "link.jpg"), 0);
    rig_start(rig, ".#loop=2");
    EXPECT(rig, 1, 1, -ENODATA);
}

static void what_a_person_names_is_followed_and_never_waited_for(void **state)
{
    struct rig *rig = *state;
    rig_write("elsewhere", 4);
    assert_int_equal(symlink("elsewhere", "link.jpg"), 0);
    rig_start(rig, "link.jpg#loop=no");
    EXPECT(rig, 4, -ENODATA);
    assert_int_equal(mkfifo("fifo.jpg", 0600), 0);
    rig_start(rig, "files:fifo.jpg");
    EXPECT(rig, -EBADMSG, -EIO);
    assert_non_null(strstr(rig->err.text, "'fifo.jpg' is not a regular file"));
}

static void svg_needs_to_be_allowed(void **state)
{
    static const char svg[] = "<svg xmlns='http://www.w3.org/2000/svg' width='18' height='9'/>";
    struct rig *rig = *state;
    write_bytes("1.svg", svg, sizeof svg - 1);
    rig_start(rig, "1.svg");
    EXPECT(rig, -EBADMSG);
    assert_non_null(strstr(rig->err.text, "#svg=yes"));
    rig_start(rig, "1.svg#svg=yes");
    EXPECT(rig, 2);
}

static void what_can_never_work_is_refused_at_the_start(void **state)
{
    static const struct {
        const char *argument;
        int rc;
        const char *sentence;
    } rows[] = {
        {"files:nope.jpg", -ENOENT, "'nope.jpg': No such file"},
        {"files:nope/", -ENOENT, "'nope/'"},
        {"*.nope", -ENOENT, "no file matches '*.nope'"},
        {"files:", -EINVAL, "'files:' needs a path"},
        {".#loop=0", -EINVAL, "'#loop=0': loop must be yes, no or a number"},
        {".#loop=1000001", -EINVAL, "from 1 to 1000000"},
        {".#loop=2x", -EINVAL, "'#loop=2x'"},
        {".#sort=size", -EINVAL, "sort must be name, time or none"},
    };
    struct rig *rig = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(rig_make(rig, rows[i].argument), rows[i].rc);
        if (!strstr(rig->err.text, rows[i].sentence))
            fail_msg("\"%s\"", rig->err.text);
    }
    assert_int_equal(rig_make(rig, ".#loop=1000000"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(shows_a_folder_in_natural_order_round_after_round),
        TEST(sorts_by_time_or_not_at_all),
        TEST(loops_as_often_as_told),
        TEST(a_single_picture_may_be_shown_so_many_times),
        TEST(pictures_come_and_go_with_each_round),
        TEST(a_broken_picture_is_told_by_name_and_left_out),
        TEST(a_picture_at_the_limit_passes_and_one_byte_more_does_not),
        TEST(when_all_are_broken_the_source_is_lost),
        TEST(a_folder_that_became_empty_is_not_lost),
        TEST(an_empty_folder_is_waited_for),
        TEST(a_single_picture_is_shown_again_when_it_changed),
        TEST(a_folder_is_not_searched_for_what_is_no_picture_file),
        TEST(what_a_person_names_is_followed_and_never_waited_for),
        TEST(svg_needs_to_be_allowed),
        TEST(what_can_never_work_is_refused_at_the_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
