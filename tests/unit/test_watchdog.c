/* SPDX-License-Identifier: MIT */
#include "app/watchdog.h"

#include <pthread.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "net/loop.h"

#define LOOKS 4

/* A loop on a thread of its own, with a task that stalls it until it is let go. */
struct stall {
    struct sc_task task;
    struct sc_loop *loop;
    pthread_t thread;
    sem_t begun, let_go;
    bool is_joined;
};

static struct stall stall;

static void hold(struct sc_task *task)
{
    (void)sem_post(&stall.begun);
    (void)sem_wait(&stall.let_go);
}

static void *run(void *self)
{
    sc_loop_run(stall.loop);
    return NULL;
}

static int set_up(void **state)
{
    stall = (struct stall){.task.run = hold};
    assert_int_equal(sem_init(&stall.begun, 0, 0), 0);
    assert_int_equal(sem_init(&stall.let_go, 0, 0), 0);
    assert_int_equal(sc_loop_create(&stall.loop), 0);
    assert_int_equal(pthread_create(&stall.thread, NULL, run, NULL), 0);
    return 0;
}

static void end(void)
{
    sc_loop_stop(stall.loop);
    assert_int_equal(pthread_join(stall.thread, NULL), 0);
    stall.is_joined = true;
}

static int tear_down(void **state)
{
    if (!stall.is_joined)
        end();
    sc_loop_destroy(&stall.loop);
    return 0;
}

static bool is_lost(struct sc_pulse *pulse)
{
    return sc_pulse_is_lost(pulse, sc_loop_stats(stall.loop), LOOKS);
}

static void stall_the_loop(void)
{
    sc_loop_post(stall.loop, &stall.task);
    (void)sem_wait(&stall.begun);
}

static void a_loop_that_does_not_come_back_is_lost(void **state)
{
    struct sc_pulse pulse = {0};
    stall_the_loop();
    for (int i = 0; i < LOOKS; i++)
        assert_false(is_lost(&pulse));
    assert_true(is_lost(&pulse));
    (void)sem_post(&stall.let_go);
}

static void a_loop_that_comes_back_in_time_is_not_lost(void **state)
{
    struct sc_pulse pulse = {0};
    for (int turn = 0; turn < 3; turn++) {
        stall_the_loop();
        for (int i = 0; i < LOOKS; i++)
            assert_false(is_lost(&pulse));
        (void)sem_post(&stall.let_go);
    }
}

static void a_loop_that_waits_is_never_lost(void **state)
{
    const struct sc_loop_stats *stats = sc_loop_stats(stall.loop);
    struct sc_pulse pulse = {0};
    while (atomic_load(&stats->n_begun) != atomic_load(&stats->n_turns)) {
    }
    for (int i = 0; i < 10 * LOOKS; i++)
        assert_false(is_lost(&pulse));
}

static void a_turn_s_length_is_counted_once(void **state)
{
    const struct sc_loop_stats *stats = sc_loop_stats(stall.loop);
    uint64_t n = 0;
    stall_the_loop();
    (void)sem_post(&stall.let_go);
    end();
    for (size_t i = 0; i <= SC_LOOP_LAGS; i++)
        n += atomic_load(&stats->n_lags[i]);
    assert_true(n >= 1);
    assert_int_equal(n, atomic_load(&stats->n_turns));
    assert_int_equal(n, atomic_load(&stats->n_begun));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(a_loop_that_does_not_come_back_is_lost),
        TEST(a_loop_that_comes_back_in_time_is_not_lost),
        TEST(a_loop_that_waits_is_never_lost),
        TEST(a_turn_s_length_is_counted_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
