/* SPDX-License-Identifier: MIT */
#include "media/registry.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "shapes.h"

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

struct publisher {
    struct sc_stream *stream;
    const struct sc_frame *frame;
    atomic_int step; /* 1: publish, 2: published */
    int rc;
};

static void *publish_when_told(void *self)
{
    struct publisher *publisher = self;
    for (int step; (step = atomic_load(&publisher->step)) >= 0;)
        if (step == 1) {
            const struct sc_frame *frame = sc_frame_ref(publisher->frame);
            publisher->rc = sc_stream_publish(publisher->stream, &frame, NULL);
            atomic_store(&publisher->step, 2);
        }
    return NULL;
}

/* A picture that comes while its stream is forgotten: kept, or refused. */
static void no_picture_is_taken_and_then_forgotten(void **state)
{
    const struct shape *shape = shapes_find("baseline-420");
    struct publisher publisher = {0};
    struct sc_pool *pool = NULL;
    struct sc_draft *draft = NULL;
    pthread_t thread;
    unsigned n_lost = 0;
    assert_int_equal(sc_pool_create(1 << 20, 1 << 20, &pool), 0);
    assert_int_equal(pthread_create(&thread, NULL, publish_when_told, &publisher), 0);
    for (unsigned round = 0; round < 3000; round++) {
        assert_int_equal(sc_registry_add(registry, "a", SC_STREAM_PUSHED, &publisher.stream, NULL),
                         0);
        uint64_t since_ns = sc_clock_ns() + 1;
        assert_int_equal(sc_draft_create(pool, shape->len_bytes, &draft), 0);
        assert_int_equal(sc_draft_append(draft, shape->data, shape->len_bytes), 0);
        while (sc_clock_ns() <= since_ns) {
        }
        const struct sc_seal how = {0};
        assert_int_equal(sc_draft_seal(&draft, &how, &publisher.frame, NULL), 0);
        atomic_store(&publisher.step, 1);
        for (volatile unsigned i = 0; i < round % 512; i++) {
        }
        (void)sc_registry_forget(registry, since_ns);
        while (atomic_load(&publisher.step) == 1) {
        }
        n_lost += publisher.rc == 0 && sc_stream_is_closed(publisher.stream);
        sc_frame_unref(&publisher.frame);
        sc_stream_unref(&publisher.stream);
        (void)sc_registry_remove(registry, "a");
    }
    atomic_store(&publisher.step, -1);
    (void)pthread_join(thread, NULL);
    sc_pool_unref(&pool);
    assert_int_equal(n_lost, 0);
}

static void *leave_when_told(void *self)
{
    struct publisher *viewer = self;
    for (int step; (step = atomic_load(&viewer->step)) >= 0;)
        if (step == 1) {
            sc_stream_leave(viewer->stream, true);
            atomic_store(&viewer->step, 2);
        }
    return NULL;
}

static void a_stream_is_kept_from_the_last_viewers_leave_on(void **state)
{
    struct publisher viewer = {0};
    pthread_t thread;
    unsigned n_lost = 0;
    assert_int_equal(pthread_create(&thread, NULL, leave_when_told, &viewer), 0);
    for (unsigned round = 0; round < 30000; round++) {
        assert_int_equal(sc_registry_add(registry, "a", SC_STREAM_PUSHED, &viewer.stream, NULL), 0);
        sc_stream_join(viewer.stream, true);
        uint64_t since_ns = sc_clock_ns() + 1;
        while (sc_clock_ns() <= since_ns) {
        }
        atomic_store(&viewer.step, 1);
        for (volatile unsigned i = 0; i < round % 512; i++) {
        }
        n_lost += (unsigned)sc_registry_forget(registry, since_ns);
        while (atomic_load(&viewer.step) == 1) {
        }
        sc_stream_unref(&viewer.stream);
        (void)sc_registry_remove(registry, "a");
    }
    atomic_store(&viewer.step, -1);
    (void)pthread_join(thread, NULL);
    assert_int_equal(n_lost, 0);
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
        TEST(no_picture_is_taken_and_then_forgotten),
        TEST(a_stream_is_kept_from_the_last_viewers_leave_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
