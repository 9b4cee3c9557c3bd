/* SPDX-License-Identifier: MIT */
#include "app/ending.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const struct sc_waiting patient = {.tick_ms = -1};

static void a_signal_ends_the_wait(void **state)
{
    struct sc_ending ending;
    (void)state;
    assert_int_equal(sc_ending_open(&ending), 0);
    assert_int_equal(raise(SIGTERM), 0);
    assert_int_equal(sc_ending_wait(&ending, &patient), SIGTERM);
    sc_ending_close(&ending);
}

static void asking_ends_the_wait_however_often(void **state)
{
    struct sc_ending ending;
    (void)state;
    assert_int_equal(sc_ending_open(&ending), 0);
    for (int i = 0; i < 3; i++)
        sc_ending_ask(&ending);
    assert_int_equal(sc_ending_wait(&ending, &patient), 0);
    sc_ending_close(&ending);
}

static void ask_at_the_third(void *self)
{
    static int n;
    if (++n == 3)
        sc_ending_ask(self);
}

static void while_it_waits_it_ticks(void **state)
{
    struct sc_ending ending;
    const struct sc_waiting waiting = {.tick = ask_at_the_third, .tick_ms = 1, .self = &ending};
    (void)state;
    assert_int_equal(sc_ending_open(&ending), 0);
    assert_int_equal(sc_ending_wait(&ending, &waiting), 0);
    sc_ending_close(&ending);
}

static void a_second_signal_ends_the_process(void **state)
{
    int status = 0;
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        struct sc_ending ending;
        if (sc_ending_open(&ending) < 0)
            _exit(1);
        (void)raise(SIGINT);
        (void)sc_ending_wait(&ending, &patient);
        (void)raise(SIGINT);
        _exit(2);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGINT);
}

static void set_handler(int number, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler};
    assert_int_equal(sigaction(number, &action, NULL), 0);
}

static void a_hangup_that_nohup_ignores_stays_ignored(void **state)
{
    struct sc_ending ending;
    (void)state;
    set_handler(SIGHUP, SIG_IGN);
    assert_int_equal(sc_ending_open(&ending), 0);
    assert_int_equal(raise(SIGHUP), 0);
    assert_int_equal(raise(SIGTERM), 0);
    assert_int_equal(sc_ending_wait(&ending, &patient), SIGTERM);
    sc_ending_close(&ending);
    set_handler(SIGHUP, SIG_DFL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signal_ends_the_wait),
        cmocka_unit_test(asking_ends_the_wait_however_often),
        cmocka_unit_test(while_it_waits_it_ticks),
        cmocka_unit_test(a_second_signal_ends_the_process),
        cmocka_unit_test(a_hangup_that_nohup_ignores_stays_ignored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
