/* SPDX-License-Identifier: MIT */
/*
 *            nobody watches              pictures                end
 *   resting <--------------- opening ---------------> showing -------> ended
 *      |    ---------------> ^    |                      |               | #at_end=reopen, or a
 *      |      somebody does  |    v failure              v failure       | new audience
 *      |                     +-- lost: waits longer and longer           |
 *      +-----------------------------------------------------------------+
 *
 * wake.fd interrupts every wait. may_go_on() says what it was for. */
#include "source/runner/run.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/own.h"
#include "draw/placeholder.h"
#include "source/overlay.h"

#define SC_LOG_TOPIC "source"
#include "stillcast/log.h"

#define EMPTY_FREE     16 /* reads without picture that cost no pause */
#define EMPTY_PAUSE_NS (100 * SC_NS_PER_MS)

static bool is_stopping(const struct sc_run *run)
{
    return atomic_load(&run->is_stopping) || sc_stream_is_closed(run->stream);
}

static bool is_wanted(const struct sc_run *run)
{
    return !run->is_on_demand || sc_stream_has_demand(run->stream);
}

static void set_rest(struct sc_run *run, uint64_t at_ns)
{
    run->rest_at_ns = at_ns;
    sc_wake_set_timer(&run->wake, at_ns);
}

/* Returns: whether somebody watches, or did until a moment ago. */
static bool is_worth_it(struct sc_run *run)
{
    if (is_wanted(run))
        set_rest(run, UINT64_MAX);
    else if (run->rest_at_ns == UINT64_MAX)
        set_rest(run, sc_clock_ns() + run->linger_ns);
    return sc_clock_ns() < run->rest_at_ns;
}

/* For a source that is read whether or not somebody watches. */
static void note_audience(struct sc_run *run)
{
    bool is_watched = is_worth_it(run);
    if (run->ctx.is_watched && !is_watched)
        sc_stream_set_state(run->stream, SC_STREAM_IDLE, NULL);
    run->ctx.is_watched = is_watched;
}

static bool may_go_on(struct sc_run *run)
{
    sc_wake_hear(&run->wake);
    if (is_stopping(run))
        return false;
    if (!run->ops->is_always_read)
        return is_worth_it(run);
    note_audience(run);
    return true;
}

static void rest(struct sc_run *run)
{
    if (is_wanted(run) || run->ops->is_always_read)
        return;
    sc_stream_set_state(run->stream, SC_STREAM_IDLE, NULL);
    while (!is_stopping(run) && !is_wanted(run)) {
        (void)sc_source_wait(&run->ctx, -1, 0, UINT64_MAX);
        sc_wake_hear(&run->wake);
    }
    set_rest(run, UINT64_MAX);
}

static void pause_until(struct sc_run *run, uint64_t until_ns)
{
    int rc;
    do
        rc = sc_source_wait(&run->ctx, -1, 0, until_ns);
    while (rc == -ECANCELED && may_go_on(run));
}

static void refuse(struct sc_run *run, const char *sentence)
{
    const char *what = run->ops->is_always_read ? "numbers" : "a picture";
    int n = sc_told_pass(&run->told_refusals, sentence);
    if (n > 0)
        sc_log(SC_WARN, "stream=%s refused %s: %s (and %d more)", sc_stream_name(run->stream), what,
               sentence, n);
    else if (n == 0)
        sc_log(SC_WARN, "stream=%s refused %s: %s", sc_stream_name(run->stream), what, sentence);
}

static void count_refused(struct sc_run *run)
{
    struct sc_stream_stats *stats = sc_stream_stats(run->stream);
    atomic_fetch_add_explicit(&stats->n_rejected, 1, memory_order_relaxed);
    run->n_empty_in_row++;
}

static void note_shown(struct sc_run *run)
{
    uint64_t now = sc_clock_ns();
    if (run->is_loss_told)
        sc_log(SC_INFO, "stream=%s is back after %.1f s", sc_stream_name(run->stream),
               (double)(now - run->lost_ns) / (double)SC_NS_PER_S);
    if (run->lost_ns)
        run->back_ns = now;
    run->lost_ns = 0;
    run->is_loss_told = false;
    run->n_lost_in_row = 0;
    run->n_empty_in_row = 0;
    run->has_shown = true;
    sc_backoff_reset(&run->backoff);
    sc_pace_step(&run->pace, now);
}

/* Without it a picture is still worth showing; whether it is one at all is found out next. */
static void lay_over(struct sc_run *run, struct sc_draft **draft)
{
    int rc = sc_overlay_lay(run->overlay, &run->ctx, draft);
    if (rc == 0 || rc == -EBADMSG || run->is_overlay_told)
        return;
    run->is_overlay_told = true;
    sc_log(SC_WARN, "stream=%s: no overlay: %s", sc_stream_name(run->stream),
           rc == -ENOTSUP ? "it can only be laid over usual JPEGs" : strerror(-rc));
}

static int publish(struct sc_run *run, struct sc_draft **draft)
{
    if (run->overlay)
        lay_over(run, draft);
    struct sc_seal how = {.is_svg_allowed = run->is_svg_allowed};
    const struct sc_frame *frame = NULL;
    struct sc_err err;
    if (sc_draft_seal(draft, &how, &frame, &err) < 0) {
        count_refused(run);
        refuse(run, err.text);
        return 0;
    }
    int rc = sc_stream_publish(run->stream, &frame, NULL);
    if (rc == -EPERM) {
        run->n_empty_in_row++;
        refuse(run, "SVG and other pictures cannot follow each other in one stream");
        return 0;
    }
    if (rc == 0)
        note_shown(run);
    return rc;
}

static void note_waiting(struct sc_run *run, const char *sentence)
{
    bool has_picture = sc_stream_seq(run->stream) > 0 && !run->lost_ns;
    enum sc_stream_state state = !run->ctx.is_watched ? SC_STREAM_IDLE
                                 : has_picture        ? SC_STREAM_LIVE
                                                      : SC_STREAM_WAITING;
    sc_stream_set_state(run->stream, state, sentence);
    run->n_empty_in_row++;
}

static uint64_t next_read_ns(const struct sc_run *run)
{
    uint64_t pause = run->n_empty_in_row > EMPTY_FREE ? sc_clock_ns() + EMPTY_PAUSE_NS : 0;
    return pause > run->pace.due_ns ? pause : run->pace.due_ns;
}

static int read_one(struct sc_run *run, struct sc_err *err)
{
    struct sc_draft *draft SC_AUTO(sc_draft_destroy) = NULL;
    int rc = sc_source_wait(&run->ctx, -1, 0, next_read_ns(run));
    if (rc != -ETIMEDOUT)
        return rc;
    rc = run->ops->read(run->state, &run->ctx, &draft, err);
    if (rc == 0)
        return publish(run, &draft);
    if (rc == -EAGAIN) {
        note_waiting(run, err->text);
        return 0;
    }
    if (rc != -EBADMSG && rc != -EMSGSIZE)
        return rc;
    count_refused(run);
    refuse(run, err->text);
    return 0;
}

static int show(struct sc_run *run, struct sc_err *err)
{
    int rc;
    do
        rc = run->ops->open(run->state, &run->ctx, err);
    while (rc == -ECANCELED && may_go_on(run));
    if (rc < 0)
        return rc;
    bool is_self_paced = run->ops->is_always_read || run->ops->is_self_paced;
    sc_pace_init(&run->pace, is_self_paced ? 0 : run->fps);
    run->n_empty_in_row = 0;
    run->has_shown = false;
    do
        rc = read_one(run, err);
    while (rc == 0 || (rc == -ECANCELED && may_go_on(run)));
    run->ops->close(run->state);
    return rc;
}

static void tell_loss(struct sc_run *run, const char *sentence, const char *next)
{
    if (sc_told_pass(&run->told_losses, sentence) >= 0) {
        sc_log(SC_WARN, "stream=%s: %s, %s", sc_stream_name(run->stream), sentence, next);
        run->is_loss_told = true;
    }
    sc_stream_set_state(run->stream, SC_STREAM_LOST, sentence);
}

/* Not after an SVG: no browser shows both in one stream. */
static void show_placeholder(struct sc_run *run, const char *problem, const char *next)
{
    const struct sc_frame *last SC_AUTO(sc_frame_unref) = sc_stream_newest(run->stream);
    struct sc_placeholder what = {
        .title = sc_stream_name(run->stream), .problem = problem, .next = next};
    if (last && sc_frame_kind(last) == SC_KIND_SVG)
        return;
    if (last) {
        what.width_px = sc_frame_width_px(last);
        what.height_px = sc_frame_height_px(last);
        what.kind = sc_frame_kind(last);
    }
    struct sc_draft *draft SC_AUTO(sc_draft_destroy) = NULL;
    const struct sc_frame *frame = NULL;
    struct sc_seal how = {.is_placeholder = true};
    if (sc_placeholder_draft(run->ctx.pool, &what, &draft) < 0 ||
        sc_draft_seal(&draft, &how, &frame, NULL) < 0)
        return; /* then the last picture stays */
    (void)sc_stream_publish(run->stream, &frame, NULL);
}

/* What comes and goes all the time is told once, what fails after a good while is told again. */
static void begin_loss(struct sc_run *run)
{
    run->lost_ns = sc_clock_ns();
    if (run->lost_ns - run->back_ns > 2 * run->backoff.most_ns)
        sc_told_forget(&run->told_losses);
}

static void be_lost(struct sc_run *run, const char *sentence)
{
    char next[40];
    uint64_t delay_ns = sc_backoff_next_ns(&run->backoff);
    (void)snprintf(next, sizeof next, "retrying in %.1f s", (double)delay_ns / (double)SC_NS_PER_S);
    if (!run->lost_ns)
        begin_loss(run);
    run->n_lost_in_row++;
    tell_loss(run, sentence, next);
    if (run->n_lost_in_row > 1 || sc_stream_seq(run->stream) == 0)
        show_placeholder(run, sentence, next);
    pause_until(run, sc_clock_ns() + delay_ns);
}

static void be_ended(struct sc_run *run)
{
    sc_stream_set_state(run->stream, SC_STREAM_ENDED, NULL);
    if (run->at_end == SC_AT_END_REOPEN) {
        if (!run->has_shown)
            pause_until(run, sc_clock_ns() + sc_backoff_next_ns(&run->backoff));
        return;
    }
    sc_log(SC_INFO, "stream=%s has ended", sc_stream_name(run->stream));
    if (run->at_end == SC_AT_END_EXIT && run->config.ended)
        run->config.ended(run->config.self);
    bool is_for_good = !run->is_on_demand || run->ops->is_always_read;
    while (!is_stopping(run) && (is_for_good || is_wanted(run))) {
        (void)sc_source_wait(&run->ctx, -1, 0, UINT64_MAX);
        sc_wake_hear(&run->wake);
    }
}

static void count_retry(struct sc_run *run)
{
    struct sc_stream_stats *stats = sc_stream_stats(run->stream);
    atomic_fetch_add_explicit(&stats->n_retries, 1, memory_order_relaxed);
}

void sc_run(struct sc_run *run)
{
    run->ctx.is_watched = !run->ops->is_always_read || is_wanted(run);
    run->rest_at_ns = run->ctx.is_watched ? UINT64_MAX : 1; /* it has been resting since ever */
    for (;;) {
        struct sc_err err = {0};
        rest(run);
        if (is_stopping(run))
            return;
        if (run->lost_ns)
            count_retry(run);
        else
            sc_stream_set_state(run->stream,
                                run->ctx.is_watched ? SC_STREAM_WAITING : SC_STREAM_IDLE, NULL);
        int rc = show(run, &err);
        if (rc == -ENODATA)
            be_ended(run);
        else if (rc != -ECANCELED)
            be_lost(run, err.text);
    }
}
