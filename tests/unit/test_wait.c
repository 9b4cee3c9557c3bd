/* SPDX-License-Identifier: MIT */
#include "source/source.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "source/runner/wake.h"

static int setup(void **state)
{
    static struct sc_wake wake;
    *state = &wake;
    return sc_wake_init(&wake);
}

static int teardown(void **state)
{
    sc_wake_fini(*state);
    return 0;
}

static void make_pipe(int ends[2], const char *content)
{
    assert_int_equal(pipe(ends), 0);
    if (content)
        assert_int_equal(write(ends[1], content, 1), 1);
}

static void close_pipe(const int ends[2])
{
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void what_there_is_to_read_ends_it(void **state)
{
    struct sc_wake *wake = *state;
    struct sc_source_ctx ctx = {.wake_fd = wake->fd};
    int ends[2];
    make_pipe(ends, "x");
    assert_int_equal(sc_source_wait(&ctx, ends[0], POLLIN, UINT64_MAX), 0);
    assert_int_equal(sc_source_wait(&ctx, ends[0], POLLIN, 0), 0);
    close_pipe(ends);
}

static void the_end_of_what_is_read_ends_it(void **state)
{
    struct sc_wake *wake = *state;
    struct sc_source_ctx ctx = {.wake_fd = wake->fd};
    int ends[2];
    make_pipe(ends, NULL);
    (void)close(ends[1]);
    assert_int_equal(sc_source_wait(&ctx, ends[0], POLLIN, UINT64_MAX), 0);
    (void)close(ends[0]);
}

static void the_bell_comes_before_all_else_until_it_was_heard(void **state)
{
    struct sc_wake *wake = *state;
    struct sc_source_ctx ctx = {.wake_fd = wake->fd};
    int ends[2];
    make_pipe(ends, "x");
    sc_wake_ring(wake);
    sc_wake_ring(wake);
    for (int i = 0; i < 3; i++)
        assert_int_equal(sc_source_wait(&ctx, ends[0], POLLIN, UINT64_MAX), -ECANCELED);
    assert_int_equal(sc_source_wait(&ctx, -1, 0, 0), -ECANCELED);
    sc_wake_hear(wake);
    assert_int_equal(sc_source_wait(&ctx, ends[0], POLLIN, UINT64_MAX), 0);
    close_pipe(ends);
}

static void time_ends_it_and_not_too_early(void **state)
{
    struct sc_wake *wake = *state;
    struct sc_source_ctx ctx = {.wake_fd = wake->fd};
    uint64_t until_ns = sc_clock_ns() + 5 * SC_NS_PER_MS;
    assert_int_equal(sc_source_wait(&ctx, -1, 0, until_ns), -ETIMEDOUT);
    assert_true(sc_clock_ns() >= until_ns);
    assert_int_equal(sc_source_wait(&ctx, -1, 0, until_ns), -ETIMEDOUT);
    assert_int_equal(sc_source_wait(&ctx, -1, 0, 0), -ETIMEDOUT);
}

static void the_timer_wakes_at_its_time_and_can_be_taken_back(void **state)
{
    struct sc_wake *wake = *state;
    struct sc_source_ctx ctx = {.wake_fd = wake->fd};
    uint64_t at_ns = sc_clock_ns() + 5 * SC_NS_PER_MS;
    sc_wake_set_timer(wake, at_ns);
    assert_int_equal(sc_source_wait(&ctx, -1, 0, UINT64_MAX), -ECANCELED);
    assert_true(sc_clock_ns() >= at_ns);
    sc_wake_hear(wake);
    assert_int_equal(sc_source_wait(&ctx, -1, 0, 0), -ETIMEDOUT);
    sc_wake_set_timer(wake, 1); /* long past */
    assert_int_equal(sc_source_wait(&ctx, -1, 0, 0), -ECANCELED);
    sc_wake_set_timer(wake, UINT64_MAX);
    assert_int_equal(sc_source_wait(&ctx, -1, 0, 0), -ETIMEDOUT);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_there_is_to_read_ends_it),
        TEST(the_end_of_what_is_read_ends_it),
        TEST(the_bell_comes_before_all_else_until_it_was_heard),
        TEST(time_ends_it_and_not_too_early),
        TEST(the_timer_wakes_at_its_time_and_can_be_taken_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
