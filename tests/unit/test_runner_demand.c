/* SPDX-License-Identifier: MIT */
/* Starting and stopping with demand, stopping at all, pace, and what is refused. */
#include "source/runner.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "stage.h"

static void on_demand_it_runs_while_somebody_watches(void **state)
{
    struct stage *stage = *state;
    stage_set(stage, "on_demand", "yes");
    stage_begin(stage, "^p  ^p");
    stage_await_state(stage, SC_STREAM_IDLE);
    stage_await_trace("");
    sc_stream_join(stage->stream, true);
    stage_await_trace("OwRwRl");
    uint64_t left_ns = sc_clock_ns();
    sc_stream_leave(stage->stream, true);
    stage_await_trace("OwRwRlRlCl");
    assert_true(sc_clock_ns() - left_ns >= stage->config.linger_ns);
    stage_await_state(stage, SC_STREAM_IDLE);
    sc_stream_join(stage->stream, false); /* a waiting snapshot counts, too */
    stage_await_trace("OwRwRlRlClOwRwRl");
    sc_stream_leave(stage->stream, false);
}

static void a_viewer_who_comes_back_in_time_keeps_it_running(void **state)
{
    struct stage *stage = *state;
    stage_set(stage, "on_demand", "yes");
    stage_set(stage, "linger", "3600");
    stage_begin(stage, "^p");
    sc_stream_join(stage->stream, true);
    stage_await_calls('R', 2);
    for (int i = 0; i < 20; i++) {
        sc_stream_leave(stage->stream, true);
        sc_stream_join(stage->stream, true);
    }
    sc_stream_leave(stage->stream, true);
    stage_await_calls('R', 3);
    assert_int_equal(stage_count_calls('O'), 1);
    assert_int_equal(stage_count_calls('C'), 0);
}

static void linger_0_closes_at_once(void **state)
{
    struct stage *stage = *state;
    stage->config.linger_ns = 3600 * SC_NS_PER_S;
    stage_set(stage, "on_demand", "yes");
    stage_set(stage, "linger", "0");
    stage_begin(stage, "^p");
    sc_stream_join(stage->stream, true);
    stage_await_trace("OwRwRl");
    sc_stream_leave(stage->stream, true);
    stage_await_trace("OwRwRlCl");
}

static void a_lost_source_rests_too_when_nobody_watches(void **state)
{
    struct stage *stage = *state;
    stage->config.retry_first_ns = stage->config.retry_most_ns = 3600 * SC_NS_PER_S;
    stage_set(stage, "on_demand", "yes");
    stage_begin(stage, "!^p");
    sc_stream_join(stage->stream, true);
    stage_await_state(stage, SC_STREAM_LOST);
    sc_stream_leave(stage->stream, true);
    stage_await_state(stage, SC_STREAM_IDLE);
    sc_stream_join(stage->stream, true);
    stage_await_calls('R', 2);
    sc_stream_leave(stage->stream, true);
}

static void a_new_audience_starts_an_ended_source_again(void **state)
{
    struct stage *stage = *state;
    stage_set(stage, "on_demand", "yes");
    stage_begin(stage, "^p$^p");
    sc_stream_join(stage->stream, true);
    stage_await_state(stage, SC_STREAM_ENDED);
    sc_stream_leave(stage->stream, true);
    stage_await_state(stage, SC_STREAM_IDLE);
    sc_stream_join(stage->stream, true);
    stage_await_calls('O', 2);
    sc_stream_leave(stage->stream, true);
}

static void it_stops_whatever_it_is_doing(void **state)
{
    static const struct {
        const char *script, *option;
        enum sc_stream_state while_it_is;
    } rows[] = {
        {"^", "no", SC_STREAM_WAITING}, {"^p", "no", SC_STREAM_LIVE}, {"!", "no", SC_STREAM_LOST},
        {"^$", "no", SC_STREAM_ENDED},  {"^", "yes", SC_STREAM_IDLE},
    };
    struct stage *stage = *state;
    stage->config.retry_first_ns = stage->config.retry_most_ns = 3600 * SC_NS_PER_S;
    stage_set(stage, "on_demand", "no");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        stage->settings[0].value = stage_text(rows[i].option);
        stage_begin(stage, rows[i].script);
        stage_await_state(stage, rows[i].while_it_is);
        sc_runner_destroy(&stage->runner); /* the test's time limit is the assertion */
    }
    assert_int_equal(stage_play.n_teardowns, sizeof rows / sizeof *rows);
}

static void it_stops_between_pictures_that_come_without_end(void **state)
{
    struct stage *stage = *state;
    stage_play.is_endless = true;
    stage_begin(stage, "^p");
    stage_await_calls('R', 50);
    sc_runner_destroy(&stage->runner);
}

static void fps_paces_it(void **state)
{
    struct stage *stage = *state;
    stage_set(stage, "fps", "100");
    uint64_t before_ns = sc_clock_ns();
    stage_begin(stage, "^pppppp");
    stage_await_calls('R', 7);
    assert_true(sc_clock_ns() - before_ns >= 6 * 10 * SC_NS_PER_MS);
}

static void nothing_but_broken_pictures_does_not_spin(void **state)
{
    struct stage *stage = *state;
    stage_play.is_endless = true;
    stage_begin(stage, "^e");
    uint64_t until_ns = sc_clock_ns() + 150 * SC_NS_PER_MS;
    while (sc_clock_ns() < until_ns)
        (void)poll(NULL, 0, 10);
    assert_in_range(stage_count_calls('R'), 16, 20);
}

static void svg_is_refused_unless_allowed_and_never_mixed(void **state)
{
    struct stage *stage = *state;
    stage_begin(stage, "^s");
    stage_await_calls('R', 2);
    stage_assert_stats(stage, 0, 1, 0);
    sc_runner_destroy(&stage->runner);
    stage_set(stage, "svg", "yes");
    stage_begin(stage, "^sps!");
    stage_await_calls('R', 6);
    stage_assert_stats(stage, 2, 2, 0);
}

static void a_closed_stream_ends_it(void **state)
{
    struct stage *stage = *state;
    stage_play.is_endless = true;
    stage_begin(stage, "^p");
    stage_await_calls('R', 2);
    sc_stream_close(stage->stream);
    stage_await_calls('C', 1);
    assert_int_equal(stage_count_calls('O'), 1);
}

static void wrong_options_are_refused_before_anything_runs(void **state)
{
    static const char *const rows[][2] = {
        {"fps", "1000.1"}, {"fps", "-1"}, {"fps", "fast"},    {"on_demand", "maybe"},
        {"linger", "-1"},  {"svg", "1"},  {"at_end", "stop"}, {"linger", "86401"},
    };
    struct stage *stage = *state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sc_err err = {0};
        stage->spec.n_settings = 0;
        stage_set(stage, rows[i][0], rows[i][1]);
        assert_int_equal(
            sc_runner_create(&stage->spec, stage->stream, &stage->config, &stage->runner, &err),
            -EINVAL);
        assert_null(stage->runner);
        assert_non_null(strstr(err.text, rows[i][0]));
    }
}

static void what_setup_refuses_is_passed_on(void **state)
{
    struct stage *stage = *state;
    struct sc_err err;
    stage->targets[0] = stage_text("");
    assert_int_equal(
        sc_runner_create(&stage->spec, stage->stream, &stage->config, &stage->runner, &err),
        -EINVAL);
    assert_string_equal(err.text, "no target");
    assert_int_equal(stage_play.n_teardowns, 0);
}

static void one_that_never_started_is_destroyed(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(
        sc_runner_create(&stage->spec, stage->stream, &stage->config, &stage->runner, NULL), 0);
    sc_runner_destroy(&stage->runner);
    assert_int_equal(stage_play.n_teardowns, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_up, stage_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(on_demand_it_runs_while_somebody_watches),
        TEST(a_viewer_who_comes_back_in_time_keeps_it_running),
        TEST(linger_0_closes_at_once),
        TEST(a_lost_source_rests_too_when_nobody_watches),
        TEST(a_new_audience_starts_an_ended_source_again),
        TEST(it_stops_whatever_it_is_doing),
        TEST(it_stops_between_pictures_that_come_without_end),
        TEST(fps_paces_it),
        TEST(nothing_but_broken_pictures_does_not_spin),
        TEST(svg_is_refused_unless_allowed_and_never_mixed),
        TEST(a_closed_stream_ends_it),
        TEST(wrong_options_are_refused_before_anything_runs),
        TEST(what_setup_refuses_is_passed_on),
        TEST(one_that_never_started_is_destroyed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
