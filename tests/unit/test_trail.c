/* SPDX-License-Identifier: MIT */
#include "source/files/trail.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "rig.h"

static struct sc_trail_notice take(struct sc_trail *trail)
{
    struct sc_trail_notice notice;
    struct sc_err err;
    if (sc_trail_take(trail, &notice, &err) < 0)
        fail_msg("%s", err.text);
    return notice;
}

/* As the system sees it. */
static int count_watches(const struct sc_trail *trail)
{
    char path[64], line[256];
    int n = 0;
    (void)snprintf(path, sizeof path, "/proc/self/fdinfo/%d", sc_trail_fd(trail));
    FILE *info = fopen(path, "re");
    assert_non_null(info);
    while (fgets(line, sizeof line, info))
        n += strncmp(line, "inotify wd:", 11) == 0;
    (void)fclose(info);
    return n;
}

static bool is_readable(const struct sc_trail *trail)
{
    struct pollfd fd = {.fd = sc_trail_fd(trail), .events = POLLIN};
    return poll(&fd, 1, 0) == 1;
}

static void what_the_path_no_longer_leads_to_is_let_go(void **state)
{
    struct sc_trail *trail = NULL;
    char away[20];
    (void)state;
    assert_int_equal(mkdir("a", 0755) | mkdir("a/b", 0755), 0);
    rig_write("a/b/c", 1);
    assert_int_equal(sc_trail_create("a/b/c", &trail, NULL), 0);
    assert_int_equal(count_watches(trail), 4);
    for (int i = 0; i < 10; i++) {
        (void)snprintf(away, sizeof away, "away%d", i);
        assert_int_equal(rename("a", away), 0);
        assert_true(take(trail).is_way_changed);
        assert_int_equal(count_watches(trail), 1);
        assert_int_equal(mkdir("a", 0755) | mkdir("a/b", 0755), 0);
        rig_write("a/b/c", 1);
        assert_true(take(trail).is_way_changed);
        assert_int_equal(count_watches(trail), 4);
    }
    sc_trail_destroy(&trail);
}

static void others_in_the_same_folder_are_nobodys_business(void **state)
{
    struct sc_trail *trail = NULL;
    (void)state;
    assert_int_equal(sc_trail_create("plot.jpg", &trail, NULL), 0);
    rig_write("other.jpg", 1);
    rig_write("plot.jpg.part", 1);
    assert_true(is_readable(trail));
    struct sc_trail_notice notice = take(trail);
    assert_false(notice.is_way_changed || notice.is_written || notice.is_touched);
    assert_false(is_readable(trail));
    sc_trail_destroy(&trail);
}

static void a_folder_tells_the_last_name_that_was_finished(void **state)
{
    struct sc_trail *trail = NULL;
    (void)state;
    assert_int_equal(sc_trail_create(".", &trail, NULL), 0);
    rig_write("1.jpg", 1);
    rig_write("2.jpg", 2);
    assert_int_equal(mkdir("folder", 0755), 0);
    FILE *open_one = fopen("3.jpg", "we");
    assert_non_null(open_one);
    (void)take(trail);
    rig_write("2.jpg", 2);
    assert_int_equal(fputs("x", open_one), 1);
    assert_int_equal(fflush(open_one), 0);
    assert_int_equal(unlink("1.jpg"), 0);
    struct sc_trail_notice notice = take(trail);
    assert_true(notice.is_written && notice.is_touched && !notice.is_way_changed);
    assert_string_equal(notice.name, "2.jpg");
    (void)fclose(open_one);
    sc_trail_destroy(&trail);
}

static void paths_of_all_forms_are_watched(void **state)
{
    static const char *const paths[] = {"x", "./x", "././x", "sub/../x", "sub//../x", ".//x"};
    struct rig *rig = *state;
    char absolute[100];
    assert_int_equal(mkdir("sub", 0755), 0);
    (void)snprintf(absolute, sizeof absolute, "/%s/x", rig->folder);
    for (size_t i = 0; i <= sizeof paths / sizeof *paths; i++) {
        struct sc_trail *trail = NULL;
        const char *path = i ? paths[i - 1] : absolute;
        assert_int_equal(sc_trail_create(path, &trail, NULL), 0);
        rig_write("x", 1);
        if (!take(trail).is_written)
            fail_msg("'%s'", path);
        assert_int_equal(unlink("x"), 0);
        sc_trail_destroy(&trail);
    }
}

static void the_longest_name_fits(void **state)
{
    struct sc_trail *trail = NULL;
    char name[NAME_MAX + 1];
    (void)state;
    memset(name, 'n', NAME_MAX);
    name[NAME_MAX] = '\0';
    assert_int_equal(sc_trail_create(".", &trail, NULL), 0);
    rig_write(name, 1);
    assert_string_equal(take(trail).name, name);
    sc_trail_destroy(&trail);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_the_path_no_longer_leads_to_is_let_go),
        TEST(others_in_the_same_folder_are_nobodys_business),
        TEST(a_folder_tells_the_last_name_that_was_finished),
        TEST(paths_of_all_forms_are_watched),
        TEST(the_longest_name_fits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
