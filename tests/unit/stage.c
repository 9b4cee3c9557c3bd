/* SPDX-License-Identifier: MIT */
#include "stage.h"

#include <errno.h>
#include <poll.h>
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
#include "rig.h"
#include "stillcast/log.h"

struct stage_play stage_play = {.lock = PTHREAD_MUTEX_INITIALIZER};

struct actor {
    bool is_open;
};

static char step(char call)
{
    struct sc_stream_view view;
    sc_stream_look(stage_play.stream, &view);
    (void)pthread_mutex_lock(&stage_play.lock);
    size_t n = strlen(stage_play.trace);
    if (n + 3 < sizeof stage_play.trace) {
        (void)snprintf(stage_play.trace + n, 3, "%c%c", call, "wlixe"[view.state]);
        stage_play.seqs[n / 2] = view.seq;
        stage_play.times_ns[n / 2] = sc_clock_ns();
    }
    (void)snprintf(stage_play.note, sizeof stage_play.note, "%s", view.note);
    char next = call == 'C' ? ' ' : *stage_play.at;
    if (call != 'C' && next && !(stage_play.is_endless && !stage_play.at[1]))
        stage_play.at++;
    (void)pthread_mutex_unlock(&stage_play.lock);
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
    stage_play.gets_signals = !sigismember(&blocked, SIGTERM);
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
    stage_play.n_teardowns++;
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

static void count_ended(void *self)
{
    (void)self;
    (void)pthread_mutex_lock(&stage_play.lock);
    stage_play.n_ended++;
    (void)pthread_mutex_unlock(&stage_play.lock);
}

static void keep_line(enum sc_log_level level, const char *topic, const char *text, void *self)
{
    (void)level;
    (void)topic;
    (void)self;
    (void)pthread_mutex_lock(&stage_play.lock);
    size_t n = strlen(stage_play.lines);
    (void)snprintf(stage_play.lines + n, sizeof stage_play.lines - n, "%s\n", text);
    stage_play.n_lines++;
    (void)pthread_mutex_unlock(&stage_play.lock);
}

char *stage_text(const char *borrowed)
{
    return (char *)(uintptr_t)borrowed;
}

int stage_up(void **state)
{
    struct stage *stage = calloc(1, sizeof *stage);
    assert_non_null(stage);
    assert_int_equal(sc_registry_create(4, &stage->registry), 0);
    assert_int_equal(sc_pool_create(1000000, RIG_FRAME_MAX_BYTES, &stage->pool), 0);
    assert_int_equal(
        sc_registry_add(stage->registry, "cam", SC_STREAM_SOURCED, &stage->stream, NULL), 0);
    stage->targets[0] = stage_text("somewhere");
    stage->spec = (struct sc_source_spec){.name = stage_text("cam"),
                                          .targets = stage->targets,
                                          .n_targets = 1,
                                          .settings = stage->settings,
                                          .ops = &actor_ops};
    stage->config = (struct sc_runner_config){.pool = stage->pool,
                                              .linger_ns = 30 * SC_NS_PER_MS,
                                              .retry_first_ns = SC_NS_PER_MS,
                                              .retry_most_ns = 4 * SC_NS_PER_MS,
                                              .ended = count_ended};
    stage_play.is_endless = false;
    stage_play.stream = stage->stream;
    stage_play.trace[0] = stage_play.note[0] = stage_play.lines[0] = '\0';
    stage_play.n_teardowns = stage_play.n_ended = stage_play.n_lines = 0;
    sc_log_set(SC_INFO, keep_line, NULL);
    *state = stage;
    return 0;
}

int stage_down(void **state)
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

void stage_set(struct stage *stage, const char *name, const char *value)
{
    stage->settings[stage->spec.n_settings++] =
        (struct sc_source_setting){stage_text(name), stage_text(value)};
}

void stage_begin(struct stage *stage, const char *script)
{
    struct sc_err err;
    stage_play.at = script;
    if (sc_runner_create(&stage->spec, stage->stream, &stage->config, &stage->runner, &err) < 0)
        fail_msg("%s", err.text);
    assert_int_equal(sc_runner_start(stage->runner), 0);
}

void stage_trace(char out[static STAGE_TRACE_BYTES])
{
    (void)pthread_mutex_lock(&stage_play.lock);
    (void)snprintf(out, STAGE_TRACE_BYTES, "%s", stage_play.trace);
    (void)pthread_mutex_unlock(&stage_play.lock);
}

void stage_await_trace(const char *wanted)
{
    char trace[STAGE_TRACE_BYTES];
    uint64_t until_ns = sc_clock_ns() + RIG_PATIENCE_MS * SC_NS_PER_MS;
    do {
        stage_trace(trace);
        if (strcmp(trace, wanted) == 0)
            return;
        (void)poll(NULL, 0, 1);
    } while (strncmp(trace, wanted, strlen(trace)) == 0 && sc_clock_ns() < until_ns);
    fail_msg("%s instead of %s", trace, wanted);
}

void stage_await_state(struct stage *stage, enum sc_stream_state wanted)
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

size_t stage_count_calls(char call)
{
    char trace[STAGE_TRACE_BYTES];
    size_t n = 0;
    stage_trace(trace);
    for (const char *at = trace; *at; at += 2)
        n += *at == call;
    return n;
}

void stage_await_calls(char call, size_t n)
{
    uint64_t until_ns = sc_clock_ns() + RIG_PATIENCE_MS * SC_NS_PER_MS;
    while (stage_count_calls(call) < n && sc_clock_ns() < until_ns)
        (void)poll(NULL, 0, 1);
    assert_true(stage_count_calls(call) >= n);
}

void stage_assert_stats(struct stage *stage, uint64_t n_frames, uint64_t n_rejected,
                        uint64_t n_retries)
{
    struct sc_stream_stats *stats = sc_stream_stats(stage->stream);
    assert_int_equal(stats->n_frames_in, n_frames);
    assert_int_equal(stats->n_rejected, n_rejected);
    assert_int_equal(stats->n_retries, n_retries);
}
