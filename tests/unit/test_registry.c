/* SPDX-License-Identifier: MIT */
#include "media/registry.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"

#define LIMIT 12

static struct sc_registry *registry;

static int set_up(void **state)
{
    return sc_registry_create(LIMIT, &registry);
}

static int tear_down(void **state)
{
    sc_registry_destroy(&registry);
    return 0;
}

static int add(const char *name, enum sc_stream_origin origin, struct sc_err *err)
{
    struct sc_stream *stream = NULL;
    int rc = sc_registry_add(registry, name, origin, &stream, err);
    sc_stream_unref(&stream);
    return rc;
}

static void names_follow_the_rule(void **state)
{
    static const struct {
        const char *name;
        int rc;
    } rows[] = {
        {"plot", 0},
        {"a", 0},
        {"A-b_c.9", 0},
        {"house/door/cam/1", 0},
        {"0123456789012345678901234567890123456789012345678901234567890123", 0},
        {"apis", 0},
        {"x/api", 0},
        {"01234567890123456789012345678901234567890123456789012345678901234", -EINVAL},
        {"", -EINVAL},
        {"a/b/c/d/e", -EINVAL},
        {".", -EINVAL},
        {"..", -EINVAL},
        {".hidden", -EINVAL},
        {"a/.b", -EINVAL},
        {"a/../b", -EINVAL},
        {"/a", -EINVAL},
        {"a/", -EINVAL},
        {"a//b", -EINVAL},
        {"a b", -EINVAL},
        {"a\\b", -EINVAL},
        {"caf\xc3\xa9", -EINVAL},
        {"a\n", -EINVAL},
        {"api", -EINVAL},
        {"api/streams", -EINVAL},
        {"metrics", -EINVAL},
        {"healthz", -EINVAL},
        {"stream", -EINVAL},
        {"snapshot", -EINVAL},
        {"video_feed", -EINVAL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sc_err err = {0};
        int rc = sc_registry_check_name(rows[i].name, &err);
        if (rc != rows[i].rc)
            fail_msg("'%s' gave %d", rows[i].name, rc);
        assert_true(rc == 0 || strlen(err.text) > 20);
    }
}

static void streams_are_listed_in_natural_order(void **state)
{
    static const char *const names[] = {"cam10", "cam2", "b", "a/2", "a/10"};
    static const char *const sorted[] = {"a/2", "a/10", "b", "cam2", "cam10"};
    struct sc_stream **list = NULL;
    size_t n = 0;
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(add(names[i], SC_STREAM_PUSHED, NULL), 0);
    assert_int_equal(sc_registry_list(registry, &list, &n), 0);
    assert_int_equal(n, 5);
    for (size_t i = 0; i < n; i++)
        assert_string_equal(sc_stream_name(list[i]), sorted[i]);
    sc_registry_free_list(&list, n);
}

static void the_limit_is_taken_and_one_more_refused(void **state)
{
    struct sc_err err;
    char name[16];
    for (int i = 0; i < LIMIT; i++) {
        (void)snprintf(name, sizeof name, "s%d", i);
        assert_int_equal(add(name, SC_STREAM_PUSHED, NULL), 0);
    }
    assert_int_equal(add("one-more", SC_STREAM_PUSHED, &err), -ENOSPC);
    assert_non_null(strstr(err.text, "--max-streams"));
    assert_int_equal(add("s3", SC_STREAM_PUSHED, &err), -EEXIST);
    assert_int_equal(sc_registry_remove(registry, "s3"), 0);
    assert_int_equal(add("one-more", SC_STREAM_PUSHED, &err), 0);
}

static void a_removed_stream_is_closed_for_those_who_hold_it(void **state)
{
    struct sc_stream *stream = NULL;
    assert_int_equal(sc_registry_add(registry, "a", SC_STREAM_PUSHED, &stream, NULL), 0);
    assert_int_equal(sc_registry_remove(registry, "a"), 0);
    assert_true(sc_stream_is_closed(stream));
    assert_null(sc_registry_get(registry, "a"));
    assert_int_equal(sc_registry_remove(registry, "a"), -ENOENT);
    sc_stream_unref(&stream);
}

static void a_sourced_stream_is_neither_removed_nor_forgotten(void **state)
{
    assert_int_equal(add("cam", SC_STREAM_SOURCED, NULL), 0);
    assert_int_equal(sc_registry_remove(registry, "cam"), -EPERM);
    assert_int_equal(sc_registry_forget(registry, UINT64_MAX), 0);
}

static void only_what_is_old_and_unwatched_is_forgotten(void **state)
{
    uint64_t before = sc_clock_ns();
    assert_int_equal(add("old", SC_STREAM_PUSHED, NULL), 0);
    assert_int_equal(add("watched", SC_STREAM_PUSHED, NULL), 0);
    struct sc_stream *watched = sc_registry_get(registry, "watched");
    sc_stream_join(watched, true);
    assert_int_equal(sc_registry_forget(registry, before), 0);
    assert_int_equal(sc_registry_forget(registry, UINT64_MAX), 1);
    sc_stream_leave(watched, true);
    assert_int_equal(sc_registry_forget(registry, UINT64_MAX), 1);
    sc_stream_unref(&watched);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(names_follow_the_rule),
        TEST(streams_are_listed_in_natural_order),
        TEST(the_limit_is_taken_and_one_more_refused),
        TEST(a_removed_stream_is_closed_for_those_who_hold_it),
        TEST(a_sourced_stream_is_neither_removed_nor_forgotten),
        TEST(only_what_is_old_and_unwatched_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
