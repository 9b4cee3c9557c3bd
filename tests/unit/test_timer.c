/* SPDX-License-Identifier: MIT */
#include "net/timer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define N 500

static struct sc_timers *timers;
static uint64_t fired[N * 4];
static size_t n_fired;

static void note(struct sc_timer *timer)
{
    assert_false(sc_timer_is_started(timer));
    fired[n_fired++] = timer->due_ns;
}

static int set_up(void **state)
{
    n_fired = 0;
    return sc_timers_create(&timers);
}

static int tear_down(void **state)
{
    sc_timers_destroy(&timers);
    return 0;
}

static void all_fire_in_order_of_time_whatever_was_moved_or_stopped(void **state)
{
    static struct sc_timer some[N];
    unsigned seed = 7;
    size_t n_left = 0;
    for (size_t i = 0; i < N; i++) {
        some[i] = (struct sc_timer){.fire = note};
        assert_int_equal(sc_timer_start(timers, &some[i], (uint64_t)rand_r(&seed) % 10000), 0);
    }
    for (size_t i = 0; i < N; i += 3)
        assert_int_equal(sc_timer_start(timers, &some[i], (uint64_t)rand_r(&seed) % 10000), 0);
    for (size_t i = 0; i < N; i += 5)
        sc_timer_stop(timers, &some[i]);
    for (size_t i = 0; i < N; i++)
        n_left += sc_timer_is_started(&some[i]);
    sc_timers_fire(timers, 10000);
    assert_int_equal(n_fired, n_left);
    for (size_t i = 1; i < n_fired; i++)
        assert_true(fired[i - 1] <= fired[i]);
    assert_true(sc_timers_next_ns(timers) == UINT64_MAX);
}

static void none_fires_early(void **state)
{
    struct sc_timer timer = {.fire = note};
    assert_int_equal(sc_timer_start(timers, &timer, 100), 0);
    sc_timers_fire(timers, 99);
    assert_int_equal(n_fired, 0);
    assert_int_equal(sc_timers_next_ns(timers), 100);
    sc_timers_fire(timers, 100);
    assert_int_equal(n_fired, 1);
}

static void start_again(struct sc_timer *timer)
{
    note(timer);
    if (n_fired < 3)
        assert_int_equal(sc_timer_start(timers, timer, timer->due_ns + 10), 0);
}

static void a_timer_may_start_itself_again(void **state)
{
    struct sc_timer timer = {.fire = start_again};
    assert_int_equal(sc_timer_start(timers, &timer, 5), 0);
    sc_timers_fire(timers, 1000);
    assert_int_equal(n_fired, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(all_fire_in_order_of_time_whatever_was_moved_or_stopped,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(none_fires_early, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_timer_may_start_itself_again, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
