/* SPDX-License-Identifier: MIT */
/* Pictures, failures and ends. */
#include "source/runner.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/own.h"
#include "draw/placeholder.h"
#include "stage.h"

static void pictures_are_published_and_the_stream_is_live(void **state)
{
    struct stage *stage = *state;
    stage_begin(stage, "^ppp");
    stage_await_trace("OwRwRlRlRl");
    stage_assert_stats(stage, 3, 0, 0);
    assert_false(stage_play.gets_signals);
    sc_runner_destroy(&stage->runner);
    stage_await_trace("OwRwRlRlRlCl");
    assert_int_equal(stage_play.n_teardowns, 1);
}

static void a_source_that_cannot_be_opened_is_tried_again(void **state)
{
    struct stage *stage = *state;
    stage_begin(stage, "!!!^pp");
    stage_await_trace("OwOxOxOxRxRlRl");
    stage_assert_stats(stage, 2, 0, 3);
    assert_non_null(strstr(stage_play.lines, "stream=cam: there is no camera, retrying in 0.0 s"));
    assert_non_null(strstr(stage_play.lines, "stream=cam is back after 0."));
    assert_int_equal(stage_play.n_lines, 2);
}

static void a_source_that_fails_is_closed_and_opened_again(void **state)
{
    struct stage *stage = *state;
    stage_begin(stage, "^px^p");
    stage_await_trace("OwRwRlClOxRxRl");
    stage_assert_stats(stage, 2, 0, 1);
    assert_string_equal(stage_play.note, "");
}

static void the_first_delay_comes_again_after_a_picture(void **state)
{
    struct stage *stage = *state;
    stage->config.retry_most_ns = SC_NS_PER_S;
    stage_begin(stage, "!!!!!!!^px^");
    stage_await_trace("OwOxOxOxOxOxOxOxRxRlClOxRx");
    assert_true(stage_play.times_ns[7] - stage_play.times_ns[0] >= 100 * SC_NS_PER_MS);
    assert_true(stage_play.times_ns[11] - stage_play.times_ns[10] < 100 * SC_NS_PER_MS);
}

static void what_comes_and_goes_is_told_once(void **state)
{
    struct stage *stage = *state;
    stage_begin(stage, "^px^px^px^p");
    stage_await_calls('R', 8);
    assert_int_equal(stage_play.n_lines, 2);
    assert_non_null(strstr(stage_play.lines, "stream=cam: the camera is gone, retrying in"));
    assert_non_null(strstr(stage_play.lines, "stream=cam is back"));
}

static void no_placeholder_follows_an_svg(void **state)
{
    struct stage *stage = *state;
    stage_set(stage, "svg", "yes");
    stage_begin(stage, "^sx!!^");
    stage_await_calls('R', 3);
    assert_int_equal(sc_stream_seq(stage->stream), 1);
}

static void a_lost_stream_says_why(void **state)
{
    struct stage *stage = *state;
    stage_begin(stage, "^px!!");
    stage_await_calls('O', 3);
    assert_string_equal(stage_play.note, "there is no camera");
}

static bool can_draw(struct stage *stage)
{
    struct sc_draft *draft SC_AUTO(sc_draft_destroy) = NULL;
    struct sc_placeholder what = {.title = "cam"};
    return sc_placeholder_draft(stage->pool, &what, &draft) == 0;
}

static void the_last_picture_stays_for_one_failure_and_then_a_placeholder_comes(void **state)
{
    struct stage *stage = *state;
    bool can = can_draw(stage);
    stage_begin(stage, "^Px!^");
    stage_await_trace("OwRwRlClOxOxRx");
    assert_int_equal(stage_play.seqs[4], 1);
    assert_int_equal(stage_play.seqs[5], can ? 2 : 1);
    const struct sc_frame *frame SC_AUTO(sc_frame_unref) = sc_stream_newest(stage->stream);
    assert_int_equal(sc_frame_is_placeholder(frame), can);
    assert_int_equal(sc_frame_width_px(frame), 100);
    stage_assert_stats(stage, 1, 0, 2);
}

static void a_source_that_never_gave_a_picture_has_a_placeholder_at_once(void **state)
{
    struct stage *stage = *state;
    bool can = can_draw(stage);
    stage_begin(stage, "!!^p");
    stage_await_trace("OwOxOxRxRl");
    assert_int_equal(sc_stream_seq(stage->stream), can ? 3 : 1);
}

static void broken_pictures_are_counted_and_told_once(void **state)
{
    struct stage *stage = *state;
    stage_begin(stage, "^pbeebp");
    stage_await_calls('R', 7);
    stage_assert_stats(stage, 2, 4, 0);
    assert_non_null(strstr(stage_play.lines, "stream=cam refused a picture: "));
    assert_int_equal(stage_play.n_lines, 1); /* two sentences, but within one second */
}

static void what_it_waits_for_is_the_streams_note(void **state)
{
    struct stage *stage = *state;
    stage_begin(stage, "^wpw");
    stage_await_trace("OwRwRwRlRl");
    assert_string_equal(stage_play.note, "waiting for the sun");
}

static void an_ended_source_keeps_its_last_picture(void **state)
{
    struct stage *stage = *state;
    stage_begin(stage, "^p$");
    stage_await_state(stage, SC_STREAM_ENDED);
    stage_await_trace("OwRwRlCl");
    stage_assert_stats(stage, 1, 0, 0);
    assert_int_equal(stage_play.n_ended, 0);
}

static void at_end_reopen_opens_it_again(void **state)
{
    struct stage *stage = *state;
    stage_set(stage, "at_end", "reopen");
    stage_begin(stage, "^p$^p$^");
    stage_await_trace("OwRwRlClOwRwRlClOwRw");
    stage_assert_stats(stage, 2, 0, 0);
}

static void at_end_reopen_waits_when_there_was_no_picture(void **state)
{
    struct stage *stage = *state;
    stage->config.retry_first_ns = stage->config.retry_most_ns = 10 * SC_NS_PER_MS;
    stage_set(stage, "at_end", "reopen");
    uint64_t before_ns = sc_clock_ns();
    stage_begin(stage, "^$^$^$^$^$");
    stage_await_calls('O', 5);
    assert_true(sc_clock_ns() - before_ns >= 4 * 8 * SC_NS_PER_MS);
}

static void at_end_exit_tells_the_program_once(void **state)
{
    struct stage *stage = *state;
    stage_set(stage, "at_end", "exit");
    stage_begin(stage, "^p$");
    stage_await_state(stage, SC_STREAM_ENDED);
    sc_runner_destroy(&stage->runner);
    assert_int_equal(stage_play.n_ended, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, stage_up, stage_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(pictures_are_published_and_the_stream_is_live),
        TEST(a_source_that_cannot_be_opened_is_tried_again),
        TEST(a_source_that_fails_is_closed_and_opened_again),
        TEST(the_first_delay_comes_again_after_a_picture),
        TEST(what_comes_and_goes_is_told_once),
        TEST(no_placeholder_follows_an_svg),
        TEST(a_lost_stream_says_why),
        TEST(the_last_picture_stays_for_one_failure_and_then_a_placeholder_comes),
        TEST(a_source_that_never_gave_a_picture_has_a_placeholder_at_once),
        TEST(broken_pictures_are_counted_and_told_once),
        TEST(what_it_waits_for_is_the_streams_note),
        TEST(an_ended_source_keeps_its_last_picture),
        TEST(at_end_reopen_opens_it_again),
        TEST(at_end_reopen_waits_when_there_was_no_picture),
        TEST(at_end_exit_tells_the_program_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
