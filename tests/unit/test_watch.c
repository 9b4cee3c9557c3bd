/* SPDX-License-Identifier: MIT */
#include "source/table.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/own.h"
#include "rig.h"

/* Nothing but notices shows a picture within the test's time. */
#define SLOW "#recheck=3600"
/* A look every 20 ms, quiet is 10 ms. */
#define FAST "#recheck=0.02"

static void expect(struct rig *rig, int number)
{
    int rc = rig_read(rig, RIG_PATIENCE_MS);
    if (rc != number)
        fail_msg("%d instead of %d: %s", rc, number, rig->err.text);
}

static void expect_nothing(struct rig *rig)
{
    assert_int_equal(rig_read(rig, 2 * RIG_GLANCE_MS), -ECANCELED);
}

static void expect_waiting(struct rig *rig, const char *sentence)
{
    expect(rig, -EAGAIN);
    assert_string_equal(rig->err.text, sentence);
}

static int open_for_writing(const char *path, int flags)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | flags, 0644);
    assert_true(fd >= 0);
    return fd;
}

static void set_written(const char *path, time_t at_s)
{
    struct timespec times[] = {{at_s, 0}, {at_s, 0}};
    assert_int_equal(utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW), 0);
}

static void shows_what_is_there_and_each_one_renamed_into_place(void **state)
{
    struct rig *rig = *state;
    rig_write("plot.jpg", 1);
    rig_start(rig, "watch:plot.jpg" SLOW);
    expect(rig, 1);
    for (int i = 2; i < 20; i++) {
        rig_replace("plot.jpg", i);
        expect(rig, i);
    }
}

static void shows_each_one_written_in_place_and_closed(void **state)
{
    struct rig *rig = *state;
    rig_write("plot.jpg", 1);
    rig_start(rig, "watch:plot.jpg" SLOW);
    expect(rig, 1);
    for (int i = 2; i < 20; i++) {
        rig_write("plot.jpg", i);
        expect(rig, i);
    }
}

static void an_absolute_path_will_do(void **state)
{
    struct rig *rig = *state;
    char argument[200];
    (void)snprintf(argument, sizeof argument, "watch:%s//./plot.jpg" SLOW, rig->folder);
    rig_start(rig, argument);
    expect(rig, -EAGAIN);
    rig_replace("plot.jpg", 1);
    expect(rig, 1);
}

static void waits_for_a_file_that_does_not_exist_yet(void **state)
{
    struct rig *rig = *state;
    rig_start(rig, "watch:plot.jpg" SLOW);
    expect_waiting(rig, "waiting for 'plot.jpg', which does not exist yet");
    rig_write("plot.jpg", 1);
    expect(rig, 1);
}

static void waits_for_folders_that_do_not_exist_yet(void **state)
{
    struct rig *rig = *state;
    rig_start(rig, "watch:a/b/c/plot.jpg" SLOW);
    expect_waiting(rig, "waiting for 'a/b/c/plot.jpg', which does not exist yet");
    assert_int_equal(mkdir("a", 0755), 0);
    assert_int_equal(rig_read(rig, 5), -ECANCELED);
    assert_int_equal(mkdir("a/b", 0755) | mkdir("a/b/c", 0755), 0);
    rig_write("a/b/c/plot.jpg", 1);
    expect(rig, 1);
    rig_replace("a/b/c/plot.jpg", 2);
    expect(rig, 2);
}

static void a_file_may_go_and_come_back(void **state)
{
    struct rig *rig = *state;
    rig_write("plot.jpg", 1);
    rig_start(rig, "watch:plot.jpg" SLOW);
    expect(rig, 1);
    for (int i = 2; i < 5; i++) {
        assert_int_equal(unlink("plot.jpg"), 0);
        expect_waiting(rig, "waiting for 'plot.jpg', which is gone");
        rig_write("plot.jpg", i);
        expect(rig, i);
    }
}

static void a_folder_on_the_way_may_go_and_come_back(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(mkdir("a", 0755) | mkdir("a/b", 0755), 0);
    rig_write("a/b/plot.jpg", 1);
    rig_start(rig, "watch:a/b/plot.jpg" SLOW);
    expect(rig, 1);
    for (int i = 2; i < 5; i++) {
        char away[20];
        (void)snprintf(away, sizeof away, "away%d", i);
        assert_int_equal(rename("a", away), 0);
        expect_waiting(rig, "waiting for 'a/b/plot.jpg', which is gone");
        assert_int_equal(mkdir("a", 0755) | mkdir("a/b", 0755), 0);
        rig_write("a/b/plot.jpg", i);
        expect(rig, i);
        assert_int_equal(unlink("a/b/plot.jpg") | rmdir("a/b"), 0);
        expect_waiting(rig, "waiting for 'a/b/plot.jpg', which is gone");
        assert_int_equal(mkdir("a/b", 0755), 0);
        rig_write("a/b/plot.jpg", 10 + i);
        expect(rig, 10 + i);
    }
}

static void half_a_picture_is_never_shown(void **state)
{
    struct rig *rig = *state;
    size_t len_bytes;
    uint8_t *jpeg SC_AUTO(sc_own_free) = rig_picture(2, &len_bytes);
    rig_write("plot.jpg", 1);
    rig_start(rig, "watch:plot.jpg" SLOW);
    expect(rig, 1);
    int fd = open_for_writing("plot.jpg", O_TRUNC);
    for (size_t at = 0; at < len_bytes; at += 101) {
        rig_pour(fd, jpeg + at, len_bytes - at < 101 ? len_bytes - at : 101);
        assert_int_equal(rig_read(rig, 1), -ECANCELED);
    }
    sc_own_close(&fd);
    expect(rig, 2);
}

static void a_picture_that_is_written_over_is_not_shown_as_a_mixture(void **state)
{
    struct rig *rig = *state;
    size_t len_bytes;
    uint8_t *jpeg SC_AUTO(sc_own_free) = rig_picture(3, &len_bytes);
    rig_write("plot.jpg", 1);
    rig_start(rig, "watch:plot.jpg" SLOW);
    expect(rig, 1);
    int fd = open_for_writing("plot.jpg", 0); /* closed, and begun again before anybody looks */
    rig_pour(fd, jpeg, len_bytes);
    sc_own_close(&fd);
    fd = open_for_writing("plot.jpg", 0);
    rig_pour(fd, jpeg, len_bytes / 2);
    expect_nothing(rig);
    sc_own_close(&fd);
    expect(rig, 3);
}

static void half_a_picture_that_was_closed_is_given_time_to_become_whole(void **state)
{
    struct rig *rig = *state;
    size_t len_bytes;
    uint8_t *jpeg SC_AUTO(sc_own_free) = rig_picture(2, &len_bytes);
    rig_write("plot.jpg", 1);
    rig_start(rig, "watch:plot.jpg" SLOW);
    expect(rig, 1);
    for (int part = 0; part < 2; part++) {
        size_t from = part * (len_bytes / 2);
        int fd = open_for_writing("plot.jpg", part ? O_APPEND : O_TRUNC);
        rig_pour(fd, jpeg + from, part ? len_bytes - from : len_bytes / 2);
        sc_own_close(&fd);
        assert_int_equal(rig_read(rig, part ? RIG_PATIENCE_MS : RIG_GLANCE_MS),
                         part ? 2 : -ECANCELED);
    }
}

static void a_writer_that_goes_on_and_on_is_waited_for(void **state)
{
    struct rig *rig = *state;
    rig_write("plot.jpg", 1);
    rig_start(rig, "watch:plot.jpg#recheck=0.06");
    expect(rig, 1);
    int fd SC_AUTO(sc_own_close) = open_for_writing("plot.jpg", 0);
    for (int i = 2; i < 8; i++) {
        size_t len_bytes;
        uint8_t *jpeg SC_AUTO(sc_own_free) = rig_picture(i, &len_bytes);
        assert_int_equal(pwrite(fd, jpeg, len_bytes, 0), len_bytes);
        assert_int_equal(rig_read(rig, 15), -ECANCELED);
    }
    expect(rig, 7);
}

static void a_picture_that_stays_broken_is_told_once(void **state)
{
    struct rig *rig = *state;
    size_t len_bytes;
    uint8_t *jpeg SC_AUTO(sc_own_free) = rig_picture(2, &len_bytes);
    rig_write("plot.jpg", 1);
    rig_start(rig, "watch:plot.jpg" FAST);
    expect(rig, 1);
    int fd = open_for_writing("plot.jpg", O_TRUNC);
    rig_pour(fd, jpeg, len_bytes / 2);
    sc_own_close(&fd);
    expect(rig, -EBADMSG);
    assert_non_null(strstr(rig->err.text, "'plot.jpg': "));
    expect_nothing(rig);
    fd = open_for_writing("plot.jpg", 0);
    sc_own_close(&fd);
    expect_nothing(rig);
    rig_write("plot.jpg", 3);
    expect(rig, 3);
}

static void a_writer_that_never_closes_is_shown_when_it_is_quiet(void **state)
{
    struct rig *rig = *state;
    size_t len_bytes;
    uint8_t *jpeg SC_AUTO(sc_own_free) = rig_picture(2, &len_bytes);
    rig_write("plot.jpg", 1);
    rig_start(rig, "watch:plot.jpg" FAST);
    expect(rig, 1);
    int fd SC_AUTO(sc_own_close) = open_for_writing("plot.jpg", O_TRUNC);
    rig_pour(fd, jpeg, len_bytes);
    expect(rig, 2);
}

static void a_writer_that_maps_the_file_is_seen_without_any_notice(void **state)
{
    struct rig *rig = *state;
    size_t len_bytes;
    uint8_t *jpeg SC_AUTO(sc_own_free) = rig_picture(2, &len_bytes);
    rig_write("plot.jpg", 1);
    int fd SC_AUTO(sc_own_close) = open_for_writing("plot.jpg", 0);
    assert_int_equal(ftruncate(fd, (off_t)len_bytes), 0);
    set_written("plot.jpg", 1000);
    void *map = mmap(NULL, len_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    assert_true(map != MAP_FAILED);
    rig_start(rig, "watch:plot.jpg" FAST);
    expect(rig, 1);
    memcpy(map, jpeg, len_bytes);
    assert_int_equal(msync(map, len_bytes, MS_SYNC), 0);
    expect(rig, 2);
    assert_int_equal(munmap(map, len_bytes), 0);
}

static void the_same_picture_is_not_shown_again(void **state)
{
    struct rig *rig = *state;
    rig_write("plot.jpg", 1);
    rig_start(rig, "watch:plot.jpg" SLOW);
    expect(rig, 1);
    rig_write("plot.jpg", 1);
    assert_int_equal(rig_read(rig, RIG_GLANCE_MS), -ECANCELED);
    rig_replace("plot.jpg", 1);
    assert_int_equal(rig_read(rig, RIG_GLANCE_MS), -ECANCELED);
    rig_replace("plot.jpg", 2);
    expect(rig, 2);
}

static void too_many_notices_lose_no_picture(void **state)
{
    struct rig *rig = *state;
    rig_write("plot.jpg", 1);
    rig_write("a", 9);
    rig_start(rig, "watch:plot.jpg" SLOW);
    expect(rig, 1);
    for (int i = 0; i < 10000; i++) /* two notices each; the system keeps 16,384 */
        assert_int_equal(rename(i % 2 ? "b" : "a", i % 2 ? "a" : "b"), 0);
    rig_replace("plot.jpg", 2);
    expect(rig, 2);
}

static void a_picture_at_the_limit_passes_and_one_byte_more_does_not(void **state)
{
    struct rig *rig = *state;
    rig_write("fits", 1);
    rig_write("does not", 2);
    assert_int_equal(truncate("fits", RIG_FRAME_MAX_BYTES), 0);
    assert_int_equal(truncate("does not", RIG_FRAME_MAX_BYTES + 1), 0);
    rig_start(rig, "watch:plot.jpg" SLOW);
    expect(rig, -EAGAIN);
    assert_int_equal(rename("does not", "plot.jpg"), 0);
    expect(rig, -EMSGSIZE);
    assert_int_equal(rename("fits", "plot.jpg"), 0);
    expect(rig, 1);
}

static void a_fifo_in_its_place_is_told_and_not_waited_for(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(mkfifo("plot.jpg", 0600), 0);
    rig_start(rig, "watch:plot.jpg" FAST);
    expect(rig, -EBADMSG);
    assert_string_equal(rig->err.text, "'plot.jpg' is not a regular file");
    expect_nothing(rig);
    rig_replace("plot.jpg", 1);
    expect(rig, 1);
}

static void a_link_that_a_person_names_is_followed_wherever_it_leads(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(mkdir("real", 0755), 0);
    rig_write("real/1.jpg", 1);
    rig_write("real/2.jpg", 2);
    assert_int_equal(symlink("real/1.jpg", "current.jpg"), 0);
    rig_start(rig, "watch:current.jpg" SLOW);
    expect(rig, 1);
    rig_write("real/1.jpg", 3);
    expect(rig, 3);
    rig_replace("real/1.jpg", 4);
    expect(rig, 4);
    assert_int_equal(symlink("real/2.jpg", "fresh") | rename("fresh", "current.jpg"), 0);
    expect(rig, 2);
}

static void a_folder_shows_its_newest_picture_and_each_new_one(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(mkdir("shots", 0755), 0);
    rig_write("shots/b.jpg", 1);
    rig_write("shots/a.jpg", 2);
    set_written("shots/b.jpg", 1000);
    set_written("shots/a.jpg", 2000);
    rig_start(rig, "watch:shots" SLOW);
    expect(rig, 2);
    for (int i = 3; i < 10; i++) {
        char path[20];
        (void)snprintf(path, sizeof path, "shots/%d.jpg", i);
        if (i % 2)
            rig_write(path, i);
        else
            rig_replace(path, i);
        expect(rig, i);
    }
    rig_write("shots/a.jpg", 10);
    expect(rig, 10);
}

static void removing_the_newest_does_not_bring_back_an_older_one(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(mkdir("shots", 0755), 0);
    rig_write("shots/1.jpg", 1);
    rig_write("shots/2.jpg", 2);
    set_written("shots/1.jpg", 1000);
    rig_start(rig, "watch:shots" FAST);
    expect(rig, 2);
    assert_int_equal(unlink("shots/2.jpg"), 0);
    expect_nothing(rig);
    rig_write("shots/3.jpg", 3);
    expect(rig, 3);
}

static void an_empty_folder_is_waited_for_and_may_be_made_again(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(mkdir("shots", 0755), 0);
    rig_start(rig, "watch:shots" SLOW);
    expect_waiting(rig, "waiting for 'shots', which has no picture yet");
    rig_write("shots/1.jpg", 1);
    expect(rig, 1);
    assert_int_equal(unlink("shots/1.jpg") | rmdir("shots"), 0);
    expect_waiting(rig, "waiting for 'shots', which is gone");
    assert_int_equal(mkdir("shots", 0755), 0);
    rig_write("shots/2.jpg", 2);
    expect(rig, 2);
}

static void what_lies_in_a_folder_and_is_no_picture_file_is_passed_over(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(mkdir("shots", 0755), 0);
    rig_write("elsewhere.jpg", 9);
    rig_start(rig, "watch:shots" FAST);
    expect(rig, -EAGAIN);
    rig_write("shots/.hidden.jpg", 1);
    rig_write("shots/1.txt", 2);
    rig_write("shots/part", 3);
    assert_int_equal(mkdir("shots/folder.jpg", 0755), 0);
    expect_nothing(rig);
    assert_int_equal(symlink("../elsewhere.jpg", "shots/link.jpg"), 0);
    expect(rig, -EBADMSG);
    assert_string_equal(rig->err.text, "'shots/link.jpg' is a link, which is not followed here");
    assert_int_equal(mkfifo("shots/fifo.jpg", 0600), 0);
    expect(rig, -EBADMSG);
    rig_write("shots/4.jpg", 4);
    expect(rig, 4);
}

static void too_many_notices_of_a_folder_lose_no_picture(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(mkdir("shots", 0755), 0);
    rig_write("shots/a", 9);
    rig_start(rig, "watch:shots" SLOW);
    expect(rig, -EAGAIN);
    for (int i = 0; i < 10000; i++)
        assert_int_equal(rename(i % 2 ? "shots/b" : "shots/a", i % 2 ? "shots/a" : "shots/b"), 0);
    rig_replace("shots/1.jpg", 1);
    expect(rig, 1);
}

static void too_many_notices_of_old_pictures_lose_no_new_one(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(mkdir("shots", 0755), 0);
    rig_write("shots/1.jpg", 1);
    rig_write("shots/2.jpg", 2);
    rig_start(rig, "watch:shots" SLOW);
    expect(rig, 2);
    int a SC_AUTO(sc_own_close) = open_for_writing("shots/a", 0);
    int b SC_AUTO(sc_own_close) = open_for_writing("shots/b", 0);
    assert_int_equal(rig_read(rig, RIG_GLANCE_MS), -ECANCELED);
    for (int i = 0; i < 20000; i++) /* the folder itself does not change */
        assert_int_equal(pwrite(i % 2 ? a : b, "x", 1, 0), 1);
    rig_write("shots/1.jpg", 3);
    expect(rig, 3);
}

static void a_file_may_become_a_folder_and_a_file_again(void **state)
{
    struct rig *rig = *state;
    rig_write("x.jpg", 1);
    rig_start(rig, "watch:x.jpg" SLOW);
    expect(rig, 1);
    assert_int_equal(unlink("x.jpg") | mkdir("x.jpg", 0755), 0);
    rig_write("x.jpg/2.jpg", 2);
    expect(rig, 2);
    assert_int_equal(unlink("x.jpg/2.jpg") | rmdir("x.jpg"), 0);
    rig_write("x.jpg", 3);
    int rc = rig_read(rig, RIG_PATIENCE_MS);
    if (rc == -EAGAIN)
        rc = rig_read(rig, RIG_PATIENCE_MS);
    assert_int_equal(rc, 3);
}

static void it_can_be_closed_and_opened_again(void **state)
{
    struct rig *rig = *state;
    rig_write("plot.jpg", 1);
    rig_start(rig, "watch:plot.jpg" SLOW);
    for (int i = 0; i < 3; i++) {
        expect(rig, 1);
        rig->specs->ops->close(rig->state);
        assert_int_equal(rig->specs->ops->open(rig->state, &rig->ctx, &rig->err), 0);
    }
}

static void what_can_never_work_is_refused_at_the_start(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(rig_make(rig, "watch:"), -EINVAL);
    assert_int_equal(rig_make(rig, "watch:x#recheck=0"), -EINVAL);
    assert_int_equal(rig_make(rig, "watch:x#recheck=3601"), -EINVAL);
    assert_int_equal(rig_make(rig, "watch:x#recheck=3600"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(shows_what_is_there_and_each_one_renamed_into_place),
        TEST(shows_each_one_written_in_place_and_closed),
        TEST(an_absolute_path_will_do),
        TEST(waits_for_a_file_that_does_not_exist_yet),
        TEST(waits_for_folders_that_do_not_exist_yet),
        TEST(a_file_may_go_and_come_back),
        TEST(a_folder_on_the_way_may_go_and_come_back),
        TEST(half_a_picture_is_never_shown),
        TEST(a_picture_that_is_written_over_is_not_shown_as_a_mixture),
        TEST(half_a_picture_that_was_closed_is_given_time_to_become_whole),
        TEST(a_writer_that_goes_on_and_on_is_waited_for),
        TEST(a_picture_that_stays_broken_is_told_once),
        TEST(a_writer_that_never_closes_is_shown_when_it_is_quiet),
        TEST(a_writer_that_maps_the_file_is_seen_without_any_notice),
        TEST(the_same_picture_is_not_shown_again),
        TEST(too_many_notices_lose_no_picture),
        TEST(a_picture_at_the_limit_passes_and_one_byte_more_does_not),
        TEST(a_fifo_in_its_place_is_told_and_not_waited_for),
        TEST(a_link_that_a_person_names_is_followed_wherever_it_leads),
        TEST(a_folder_shows_its_newest_picture_and_each_new_one),
        TEST(removing_the_newest_does_not_bring_back_an_older_one),
        TEST(an_empty_folder_is_waited_for_and_may_be_made_again),
        TEST(what_lies_in_a_folder_and_is_no_picture_file_is_passed_over),
        TEST(too_many_notices_of_a_folder_lose_no_picture),
        TEST(too_many_notices_of_old_pictures_lose_no_new_one),
        TEST(a_file_may_become_a_folder_and_a_file_again),
        TEST(it_can_be_closed_and_opened_again),
        TEST(what_can_never_work_is_refused_at_the_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
