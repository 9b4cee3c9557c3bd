/* SPDX-License-Identifier: MIT */
#include "source/runner.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/own.h"
#include "draw/placeholder.h"
#include "rig.h"
#include "stillcast/log.h"
#include "stillcast/registry.h"

#define TRACE_BYTES 2000

/* The source plays a script, one letter per read: p picture, P a larger one, s SVG, b broken when
 * it is sealed, e broken when it is read, w waits for something, x is lost, $ is at its end; behind
 * the last letter it waits until it is wanted back. For each open a ^ or, when it fails, a !, must
 * come first. What is called is traced: O open, R read, C close, each with the stream's state at
 * that moment: w waiting, l live, i idle, x lost, e ended. */
static struct {
    pthread_mutex_t lock; /* guards what follows */
    const char *at;
    bool is_endless; /* the last letter comes for ever */
    struct sc_stream *stream;
    char trace[TRACE_BYTES];
    uint64_t seqs[TRACE_BYTES / 2]; /* of the newest frame at each call */
    uint64_t times_ns[TRACE_BYTES / 2];
    bool gets_signals;
    char note[200];
    unsigned n_teardowns, n_ended, n_lines;
    char lines[TRACE_BYTES];
} play = {.lock = PTHREAD_MUTEX_INITIALIZER};

struct actor {
    bool is_open;
};

static char step(char call)
{
    struct sc_stream_view view;
    sc_stream_look(play.stream, &view);
    (void)pthread_mutex_lock(&play.lock);
    size_t n = strlen(play.trace);
    if (n + 3 < sizeof play.trace) {
        (void)snprintf(play.trace + n, 3, "%c%c", call, "wlixe"[view.state]);
        play.seqs[n / 2] = view.seq;
        play.times_ns[n / 2] = sc_clock_ns();
    }
    (void)snprintf(play.note, sizeof play.note, "%s", view.note);
    char next = call == 'C' ? ' ' : *play.at;
    if (call != 'C' && next && !(play.is_endless && !play.at[1]))
        play.at++;
    (void)pthread_mutex_unlock(&play.lock);
    return next;
}

static int actor_setup(void *state, const struct sc_source_spec *spec, struct sc_err *err)
{
    (void)state;
    return *spec->targets[0] ? 0 : sc_err_set(err, -EINVAL, "no target");
}

static int actor_open(void *state, const struct sc_source_ctx *ctx, struct sc_err *err)
{
    struct actor *actor = state;
    sigset_t blocked;
    (void)ctx;
    assert_false(actor->is_open);
    (void)pthread_sigmask(SIG_BLOCK, NULL, &blocked);
    play.gets_signals = !sigismember(&blocked, SIGTERM);
    if (step('O') == '!')
        return sc_err_set(err, -EIO, "there is no camera");
    actor->is_open = true;
    return 0;
}

static int give(const struct sc_source_ctx *ctx, const void *data, size_t len_bytes,
                struct sc_draft **out_draft)
{
    assert_int_equal(sc_draft_create(ctx->pool, len_bytes, out_draft), 0);
    return sc_draft_append(*out_draft, data, len_bytes);
}

static int give_picture(const struct sc_source_ctx *ctx, int n, struct sc_draft **out_draft)
{
    size_t len_bytes;
    void *jpeg SC_AUTO(sc_own_free) = rig_picture(n, &len_bytes);
    return give(ctx, jpeg, len_bytes, out_draft);
}

static int actor_read(void *state, const struct sc_source_ctx *ctx, struct sc_draft **out_draft,
                      struct sc_err *err)
{
    static const char svg[] = "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>";
    struct actor *actor = state;
    assert_true(actor->is_open);
    switch (step('R')) {
    case 'p':
        return give_picture(ctx, 0, out_draft);
    case 'P':
        return give_picture(ctx, 84, out_draft);
    case 's':
        return give(ctx, svg, sizeof svg - 1, out_draft);
    case 'b':
        return give(ctx, "no picture", 10, out_draft);
    case 'e':
        return sc_err_set(err, -EBADMSG, "something is broken");
    case 'w':
        return sc_err_set(err, -EAGAIN, "waiting for the sun");
    case 'x':
        return sc_err_set(err, -EIO, "the camera is gone");
    case '$':
        return -ENODATA;
    default:
        return sc_source_wait(ctx, -1, 0, UINT64_MAX);
    }
}

static void actor_close(void *state)
{
    struct actor *actor = state;
    assert_true(actor->is_open);
    actor->is_open = false;
    (void)step('C');
}

static void actor_teardown(void *state)
{
    struct actor *actor = state;
    assert_false(actor->is_open);
    play.n_teardowns++;
}

static const struct sc_source_ops actor_ops = {
    .name = "actor",
    .state_size = sizeof(struct actor),
    .setup = actor_setup,
    .open = actor_open,
    .read = actor_read,
    .close = actor_close,
    .teardown = actor_teardown,
};

/* A stream of its own and a runner, for one script. */
struct stage {
    struct sc_registry *registry;
    struct sc_pool *pool;
    struct sc_stream *stream;
    struct sc_runner *runner;
    struct sc_runner_config config;
    struct sc_source_spec spec;
    struct sc_source_setting settings[2];
    char *targets[1];
};

static void count_ended(void *self)
{
    (void)self;
    (void)pthread_mutex_lock(&play.lock);
    play.n_ended++;
    (void)pthread_mutex_unlock(&play.lock);
}

static void keep_line(enum sc_log_level level, const char *topic, const char *text, void *self)
{
    (void)level;
    (void)topic;
    (void)self;
    (void)pthread_mutex_lock(&play.lock);
    size_t n = strlen(play.lines);
    (void)snprintf(play.lines + n, sizeof play.lines - n, "%s\n", text);
    play.n_lines++;
    (void)pthread_mutex_unlock(&play.lock);
}

static char *text(const char *borrowed)
{
    return (char *)(uintptr_t)borrowed;
}

static int stage_up(void **state)
{
    struct stage *stage = calloc(1, sizeof *stage);
    assert_non_null(stage);
    assert_int_equal(sc_registry_create(4, &stage->registry), 0);
    assert_int_equal(sc_pool_create(1000000, RIG_FRAME_MAX_BYTES, &stage->pool), 0);
    assert_int_equal(
        sc_registry_add(stage->registry, "cam", SC_STREAM_SOURCED, &stage->stream, NULL), 0);
    stage->targets[0] = text("somewhere");
    stage->spec = (struct sc_source_spec){.name = text("cam"),
                                          .targets = stage->targets,
                                          .n_targets = 1,
                                          .settings = stage->settings,
                                          .ops = &actor_ops};
    stage->config = (struct sc_runner_config){.pool = stage->pool,
                                              .linger_ns = 30 * SC_NS_PER_MS,
                                              .retry_first_ns = SC_NS_PER_MS,
                                              .retry_most_ns = 4 * SC_NS_PER_MS,
                                              .ended = count_ended};
    play.is_endless = false;
    play.stream = stage->stream;
    play.trace[0] = play.note[0] = play.lines[0] = '\0';
    play.n_teardowns = play.n_ended = play.n_lines = 0;
    sc_log_set(SC_INFO, keep_line, NULL);
    *state = stage;
    return 0;
}

static int stage_down(void **state)
{
    struct stage *stage = *state;
    sc_runner_destroy(&stage->runner);
    sc_log_set(SC_INFO, NULL, NULL);
    sc_registry_destroy(&stage->registry);
    sc_stream_unref(&stage->stream);
    assert_int_equal(sc_pool_used_bytes(stage->pool), 0);
    sc_pool_unref(&stage->pool);
    free(stage);
    return 0;
}

static void set(struct stage *stage, const char *name, const char *value)
{
    stage->settings[stage->spec.n_settings++] = (struct sc_source_setting){text(name), text(value)};
}

static void begin(struct stage *stage, const char *script)
{
    struct sc_err err;
    play.at = script;
    if (sc_runner_create(&stage->spec, stage->stream, &stage->config, &stage->runner, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(sc_runner_start(stage->runner), 0);
}

static void get_trace(char out[static TRACE_BYTES])
{
    (void)pthread_mutex_lock(&play.lock);
    (void)snprintf(out, TRACE_BYTES, "%s", play.trace);
    (void)pthread_mutex_unlock(&play.lock);
}

/* Until the trace is that or differs from it. */
static void await_trace(const char *wanted)
{
    char trace[TRACE_BYTES];
    uint64_t until_ns = sc_clock_ns() + RIG_PATIENCE_MS * SC_NS_PER_MS;
    do {
        get_trace(trace);
        if (strcmp(trace, wanted) == 0)
            return;
        (void)poll(NULL, 0, 1);
    } while (strncmp(trace, wanted, strlen(trace)) == 0 && sc_clock_ns() < until_ns);
    fail_msg("%s instead of %s", trace, wanted);
}

static void await_state(struct stage *stage, enum sc_stream_state wanted)
{
    struct sc_stream_view view;
    uint64_t until_ns = sc_clock_ns() + RIG_PATIENCE_MS * SC_NS_PER_MS;
    do {
        sc_stream_look(stage->stream, &view);
        if (view.state == wanted)
            return;
        (void)poll(NULL, 0, 1);
    } while (sc_clock_ns() < until_ns);
    fail_msg("%s instead of %s", sc_stream_state_name(view.state), sc_stream_state_name(wanted));
}

static size_t count_calls(char call)
{
    char trace[TRACE_BYTES];
    size_t n = 0;
    get_trace(trace);
    for (const char *at = trace; *at; at += 2)
        n += *at == call;
    return n;
}

static void await_calls(char call, size_t n)
{
    uint64_t until_ns = sc_clock_ns() + RIG_PATIENCE_MS * SC_NS_PER_MS;
    while (count_calls(call) < n && sc_clock_ns() < until_ns)
        (void)poll(NULL, 0, 1);
    assert_true(count_calls(call) >= n);
}

static void assert_stats(struct stage *stage, uint64_t n_frames, uint64_t n_rejected,
                         uint64_t n_retries)
{
    struct sc_stream_stats *stats = sc_stream_stats(stage->stream);
    assert_int_equal(stats->n_frames_in, n_frames);
    assert_int_equal(stats->n_rejected, n_rejected);
    assert_int_equal(stats->n_retries, n_retries);
}

static void pictures_are_published_and_the_stream_is_live(void **state)
{
    struct stage *stage = *state;
    begin(stage, "^ppp");
    await_trace("OwRwRlRlRl");
    assert_stats(stage, 3, 0, 0);
    assert_false(play.gets_signals);
    sc_runner_destroy(&stage->runner);
    await_trace("OwRwRlRlRlCl");
    assert_int_equal(play.n_teardowns, 1);
}

static void a_source_that_cannot_be_opened_is_tried_again(void **state)
{
    struct stage *stage = *state;
    begin(stage, "!!!^pp");
    await_trace("OwOxOxOxRxRlRl");
    assert_stats(stage, 2, 0, 3);
    assert_non_null(strstr(play.lines, "stream=cam: there is no camera, retrying in 0.0 s"));
    assert_non_null(strstr(play.lines, "stream=cam is back after 0."));
    assert_int_equal(play.n_lines, 2);
}

static void a_source_that_fails_is_closed_and_opened_again(void **state)
{
    struct stage *stage = *state;
    begin(stage, "^px^p");
    await_trace("OwRwRlClOxRxRl");
    assert_stats(stage, 2, 0, 1);
    assert_string_equal(play.note, "");
}

static void the_first_delay_comes_again_after_a_picture(void **state)
{
    struct stage *stage = *state;
    stage->config.retry_most_ns = SC_NS_PER_S;
    begin(stage, "!!!!!!!^px^");
    await_trace("OwOxOxOxOxOxOxOxRxRlClOxRx");
    assert_true(play.times_ns[7] - play.times_ns[0] >= 100 * SC_NS_PER_MS);
    assert_true(play.times_ns[11] - play.times_ns[10] < 100 * SC_NS_PER_MS);
}

static void what_comes_and_goes_is_told_once(void **state)
{
    struct stage *stage = *state;
    begin(stage, "^px^px^px^p");
    await_calls('R', 8);
    assert_int_equal(play.n_lines, 2);
    assert_non_null(strstr(play.lines, "stream=cam: the camera is gone, retrying in"));
    assert_non_null(strstr(play.lines, "stream=cam is back"));
}

static void no_placeholder_follows_an_svg(void **state)
{
    struct stage *stage = *state;
    set(stage, "svg", "yes");
    begin(stage, "^sx!!^");
    await_calls('R', 3);
    assert_int_equal(sc_stream_seq(stage->stream), 1);
}

static void a_lost_stream_says_why(void **state)
{
    struct stage *stage = *state;
    begin(stage, "^px!!");
    await_calls('O', 3);
    assert_string_equal(play.note, "there is no camera");
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
    begin(stage, "^Px!^");
    await_trace("OwRwRlClOxOxRx");
    assert_int_equal(play.seqs[4], 1);
    assert_int_equal(play.seqs[5], can ? 2 : 1);
    const struct sc_frame *frame SC_AUTO(sc_frame_unref) = sc_stream_newest(stage->stream);
    assert_int_equal(sc_frame_is_placeholder(frame), can);
    assert_int_equal(sc_frame_width_px(frame), 100);
    assert_stats(stage, 1, 0, 2);
}

static void a_source_that_never_gave_a_picture_has_a_placeholder_at_once(void **state)
{
    struct stage *stage = *state;
    bool can = can_draw(stage);
    begin(stage, "!!^p");
    await_trace("OwOxOxRxRl");
    assert_int_equal(sc_stream_seq(stage->stream), can ? 3 : 1);
}

static void broken_pictures_are_counted_and_told_once(void **state)
{
    struct stage *stage = *state;
    begin(stage, "^pbeebp");
    await_calls('R', 7);
    assert_stats(stage, 2, 4, 0);
    assert_non_null(strstr(play.lines, "stream=cam refused a picture: "));
    assert_int_equal(play.n_lines, 1); /* two sentences, but within one second */
}

static void what_it_waits_for_is_the_streams_note(void **state)
{
    struct stage *stage = *state;
    begin(stage, "^wpw");
    await_trace("OwRwRwRlRl");
    assert_string_equal(play.note, "waiting for the sun");
}

static void an_ended_source_keeps_its_last_picture(void **state)
{
    struct stage *stage = *state;
    begin(stage, "^p$");
    await_state(stage, SC_STREAM_ENDED);
    await_trace("OwRwRlCl");
    assert_stats(stage, 1, 0, 0);
    assert_int_equal(play.n_ended, 0);
}

static void at_end_reopen_opens_it_again(void **state)
{
    struct stage *stage = *state;
    set(stage, "at_end", "reopen");
    begin(stage, "^p$^p$^");
    await_trace("OwRwRlClOwRwRlClOwRw");
    assert_stats(stage, 2, 0, 0);
}

static void at_end_reopen_waits_when_there_was_no_picture(void **state)
{
    struct stage *stage = *state;
    stage->config.retry_first_ns = stage->config.retry_most_ns = 10 * SC_NS_PER_MS;
    set(stage, "at_end", "reopen");
    uint64_t before_ns = sc_clock_ns();
    begin(stage, "^$^$^$^$^$");
    await_calls('O', 5);
    assert_true(sc_clock_ns() - before_ns >= 4 * 8 * SC_NS_PER_MS);
}

static void at_end_exit_tells_the_program_once(void **state)
{
    struct stage *stage = *state;
    set(stage, "at_end", "exit");
    begin(stage, "^p$");
    await_state(stage, SC_STREAM_ENDED);
    sc_runner_destroy(&stage->runner);
    assert_int_equal(play.n_ended, 1);
}

static void on_demand_it_runs_while_somebody_watches(void **state)
{
    struct stage *stage = *state;
    set(stage, "on_demand", "yes");
    begin(stage, "^p  ^p");
    await_state(stage, SC_STREAM_IDLE);
    await_trace("");
    sc_stream_join(stage->stream, true);
    await_trace("OwRwRl");
    uint64_t left_ns = sc_clock_ns();
    sc_stream_leave(stage->stream, true);
    await_trace("OwRwRlRlCl");
    assert_true(sc_clock_ns() - left_ns >= stage->config.linger_ns);
    await_state(stage, SC_STREAM_IDLE);
    sc_stream_join(stage->stream, false); /* a waiting snapshot counts, too */
    await_trace("OwRwRlRlClOwRwRl");
    sc_stream_leave(stage->stream, false);
}

static void a_viewer_who_comes_back_in_time_keeps_it_running(void **state)
{
    struct stage *stage = *state;
    set(stage, "on_demand", "yes");
    set(stage, "linger", "3600");
    begin(stage, "^p");
    sc_stream_join(stage->stream, true);
    await_calls('R', 2);
    for (int i = 0; i < 20; i++) {
        sc_stream_leave(stage->stream, true);
        sc_stream_join(stage->stream, true);
    }
    sc_stream_leave(stage->stream, true);
    await_calls('R', 3);
    assert_int_equal(count_calls('O'), 1);
    assert_int_equal(count_calls('C'), 0);
}

static void linger_0_closes_at_once(void **state)
{
    struct stage *stage = *state;
    stage->config.linger_ns = 3600 * SC_NS_PER_S;
    set(stage, "on_demand", "yes");
    set(stage, "linger", "0");
    begin(stage, "^p");
    sc_stream_join(stage->stream, true);
    await_trace("OwRwRl");
    sc_stream_leave(stage->stream, true);
    await_trace("OwRwRlCl");
}

static void a_lost_source_rests_too_when_nobody_watches(void **state)
{
    struct stage *stage = *state;
    stage->config.retry_first_ns = stage->config.retry_most_ns = 3600 * SC_NS_PER_S;
    set(stage, "on_demand", "yes");
    begin(stage, "!^p");
    sc_stream_join(stage->stream, true);
    await_state(stage, SC_STREAM_LOST);
    sc_stream_leave(stage->stream, true);
    await_state(stage, SC_STREAM_IDLE);
    sc_stream_join(stage->stream, true);
    await_calls('R', 2);
    sc_stream_leave(stage->stream, true);
}

static void a_new_audience_starts_an_ended_source_again(void **state)
{
    struct stage *stage = *state;
    set(stage, "on_demand", "yes");
    begin(stage, "^p$^p");
    sc_stream_join(stage->stream, true);
    await_state(stage, SC_STREAM_ENDED);
    sc_stream_leave(stage->stream, true);
    await_state(stage, SC_STREAM_IDLE);
    sc_stream_join(stage->stream, true);
    await_calls('O', 2);
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
    set(stage, "on_demand", "no");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        stage->settings[0].value = text(rows[i].option);
        begin(stage, rows[i].script);
        await_state(stage, rows[i].while_it_is);
        sc_runner_destroy(&stage->runner); /* the test's time limit is the assertion */
    }
    assert_int_equal(play.n_teardowns, sizeof rows / sizeof *rows);
}

static void it_stops_between_pictures_that_come_without_end(void **state)
{
    struct stage *stage = *state;
    play.is_endless = true;
    begin(stage, "^p");
    await_calls('R', 50);
    sc_runner_destroy(&stage->runner);
}

static void fps_paces_it(void **state)
{
    struct stage *stage = *state;
    set(stage, "fps", "100");
    uint64_t before_ns = sc_clock_ns();
    begin(stage, "^pppppp");
    await_calls('R', 7);
    assert_true(sc_clock_ns() - before_ns >= 6 * 10 * SC_NS_PER_MS);
}

static void nothing_but_broken_pictures_does_not_spin(void **state)
{
    struct stage *stage = *state;
    play.is_endless = true;
    begin(stage, "^e");
    uint64_t until_ns = sc_clock_ns() + 150 * SC_NS_PER_MS;
    while (sc_clock_ns() < until_ns)
        (void)poll(NULL, 0, 10);
    assert_in_range(count_calls('R'), 16, 20);
}

static void svg_is_refused_unless_allowed_and_never_mixed(void **state)
{
    struct stage *stage = *state;
    begin(stage, "^s");
    await_calls('R', 2);
    assert_stats(stage, 0, 1, 0);
    sc_runner_destroy(&stage->runner);
    set(stage, "svg", "yes");
    begin(stage, "^sps!");
    await_calls('R', 6);
    assert_stats(stage, 2, 2, 0);
}

static void a_closed_stream_ends_it(void **state)
{
    struct stage *stage = *state;
    play.is_endless = true;
    begin(stage, "^p");
    await_calls('R', 2);
    sc_stream_close(stage->stream);
    await_calls('C', 1);
    assert_int_equal(count_calls('O'), 1);
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
        set(stage, rows[i][0], rows[i][1]);
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
    stage->targets[0] = text("");
    assert_int_equal(
        sc_runner_create(&stage->spec, stage->stream, &stage->config, &stage->runner, &err),
        -EINVAL);
    assert_string_equal(err.text, "no target");
    assert_int_equal(play.n_teardowns, 0);
}

static void one_that_never_started_is_destroyed(void **state)
{
    struct stage *stage = *state;
    assert_int_equal(
        sc_runner_create(&stage->spec, stage->stream, &stage->config, &stage->runner, NULL), 0);
    sc_runner_destroy(&stage->runner);
    assert_int_equal(play.n_teardowns, 1);
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
