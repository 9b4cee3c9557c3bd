/* SPDX-License-Identifier: MIT */
/* idle (listens) --fresh--> sending --all sent--> idle
 *                               `--short write--> busy (holds the frame) --writable--> sending
 *
 * A frame is committed by its first byte: as long as the socket takes none, a newer one replaces
 * it. */
#include "web/viewer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "media/ages.h"
#include "media/stream.h"
#include "net/timer.h"
#include "web/audience.h"

#define REPEAT_NS    (300 * SC_NS_PER_MS) /* WebKit shows a frame when the next one comes */
#define SLOW_NS      (5 * SC_NS_PER_S) /* so long after it was slow a viewer's line is looked at ... */
#define NEW_NS       (2 * SC_NS_PER_S) /* ... and so long after it came */
#define LOOK_FRAMES  16
#define PARTS        3
#define HOME_VIEWERS 8 /* of a stream, on one loop */

struct sc_viewer {
    struct sc_listener listener;
    struct sc_exchange *x;
    struct sc_audience *audience;
    struct sc_timer quiet; /* looks whether the newest frame is to be sent again */
    struct sc_timer lag;   /* the line is nearly free */
    struct sc_line line;
    uint64_t slow_until_ns;
    unsigned n_unlooked; /* frames sent without a look at the line */
    enum sc_viewer_form form;
    bool is_webkit, is_begun, is_ending, is_busy;
    const struct sc_frame *frame; /* in flight, partly sent; else NULL */
    size_t sent_bytes;            /* of it */
    uint64_t seq;                 /* last one sent whole */
    uint64_t sent_ns;             /* when */
    uint64_t repeated_seq;
    struct sc_seat seat; /* for /api */
};

static struct iovec part(struct sc_slice slice)
{
    return (struct iovec){(void *)(uintptr_t)slice.data, slice.len_bytes};
}

/* Everything that this viewer gets for the frame. Returns the number of parts. */
static int lay_out(const struct sc_viewer *v, const struct sc_frame *frame, struct iovec *parts)
{
    static const char first_line[] = "--" SC_FRAME_BOUNDARY "\r\n";
    int n = 0;
    if (v->form == SC_VIEWER_RAW) {
        parts[n++] = part(sc_frame_picture(frame));
        return n;
    }
    if (!v->is_begun)
        parts[n++] = (struct iovec){(void *)(uintptr_t)first_line, sizeof first_line - 1};
    if (v->form == SC_VIEWER_PARTS) {
        parts[n++] = part(sc_frame_part(frame));
        return n;
    }
    if (!v->is_begun)
        parts[n++] = part(sc_frame_first_head(frame));
    parts[n++] = part(sc_frame_continued(frame));
    return n;
}

static size_t total_bytes(const struct iovec *parts, int n_parts)
{
    size_t total = 0;
    for (int i = 0; i < n_parts; i++)
        total += parts[i].iov_len;
    return total;
}

/* Leaves out what was sent already. Returns the first part that is left. */
static int skip_sent(struct iovec *parts, int n_parts, size_t sent_bytes)
{
    int i = 0;
    while (i < n_parts && sent_bytes >= parts[i].iov_len)
        sent_bytes -= parts[i++].iov_len;
    if (i < n_parts) {
        parts[i].iov_base = (char *)parts[i].iov_base + sent_bytes;
        parts[i].iov_len -= sent_bytes;
    }
    return i;
}

static void become_busy(struct sc_viewer *v)
{
    v->is_busy = true;
    sc_list_remove(&v->listener.link);
}

static void become_idle(struct sc_viewer *v)
{
    if (v->is_busy)
        sc_list_append(&v->audience->listeners, &v->listener.link);
    v->is_busy = false;
    if (v->is_ending)
        sc_exchange_finish(v->x);
}

static void add(_Atomic uint64_t *mine, uint64_t n)
{
    uint64_t old = atomic_load_explicit(mine, memory_order_relaxed);
    atomic_store_explicit(mine, old + n, memory_order_relaxed); /* nobody else writes it */
}

static void note_new(struct sc_viewer *v, const struct sc_frame *frame)
{
    struct sc_audience *a = v->audience;
    uint64_t seq = sc_frame_seq(frame);
    uint64_t age_us = (sc_clock_ns() - sc_frame_sealed_ns(frame)) / 1000;
    if (v->seq && seq > v->seq + 1) {
        a->n_skipped += seq - v->seq - 1;
        add(&v->seat.n_skipped, seq - v->seq - 1);
    }
    a->n_frames++;
    a->n_aged[sc_ages_class(age_us)]++;
    a->aged_us += age_us;
    add(&v->seat.n_frames, 1);
    atomic_store_explicit(&v->seat.age_us, age_us, memory_order_relaxed);
}

static void note_sent(struct sc_viewer *v, const struct sc_frame *frame, size_t bytes)
{
    struct sc_audience *a = v->audience;
    if (sc_frame_seq(frame) == v->seq)
        sc_web_count(&sc_stream_stats(a->tap.stream)->n_resent);
    else
        note_new(v, frame);
    a->n_bytes += bytes;
    v->seq = sc_frame_seq(frame);
    v->is_begun = true;
    v->sent_bytes = 0;
    v->sent_ns = sc_loop_now_ns(a->lane->loop);
}

/* A frame should not wait in the line's queue: it would be old when it arrives. */
static bool must_wait_for_line(struct sc_viewer *v)
{
    struct sc_loop *loop = v->audience->lane->loop;
    uint64_t now = sc_loop_now_ns(loop);
    if (now >= v->slow_until_ns && ++v->n_unlooked < LOOK_FRAMES)
        return false;
    v->n_unlooked = 0;
    uint64_t wait = sc_exchange_wait_ns(v->x, &v->line);
    if (wait == 0)
        return false;
    v->slow_until_ns = now + SLOW_NS;
    return sc_timer_start(sc_loop_timers(loop), &v->lag, now + wait) == 0;
}

static void note_full(struct sc_viewer *v)
{
    v->slow_until_ns = sc_loop_now_ns(v->audience->lane->loop) + SLOW_NS;
    become_busy(v);
}

/* After a send of the frame, or of the rest of it. Returns whether it is out. */
static bool after_send(struct sc_viewer *v, const struct sc_frame *frame, size_t total, ssize_t n)
{
    if (n < 0) {
        note_full(v); /* -EAGAIN: until writable; else: until gone */
        return false;
    }
    v->sent_bytes += (size_t)n;
    if (v->sent_bytes < total) {
        if (!v->frame)
            v->frame = sc_frame_ref(frame);
        note_full(v);
        return false;
    }
    note_sent(v, frame, total);
    return true;
}

/* Sends the frame, or goes on with it. Returns whether it is out. */
static bool send_frame(struct sc_viewer *v, const struct sc_frame *frame)
{
    if (v->sent_bytes == 0 && must_wait_for_line(v)) {
        become_busy(v);
        return false;
    }
    struct iovec parts[PARTS];
    int n_parts = lay_out(v, frame, parts);
    size_t total = total_bytes(parts, n_parts);
    int first = v->sent_bytes ? skip_sent(parts, n_parts, v->sent_bytes) : 0;
    ssize_t n = sc_exchange_send(v->x, parts + first, n_parts - first);
    return after_send(v, frame, total, n);
}

/* Most frames for most viewers go this way: one slice, to a socket that is free. */
static bool on_offer(struct sc_listener *listener, const struct sc_frame *frame,
                     struct sc_send *out_send)
{
    struct sc_viewer *v = sc_container_of(listener, struct sc_viewer, listener);
    uint64_t now = sc_loop_now_ns(v->audience->lane->loop);
    if (!v->is_begun || sc_frame_seq(frame) == v->seq || now < v->slow_until_ns ||
        v->n_unlooked + 1 >= LOOK_FRAMES)
        return false;
    out_send->fd = sc_exchange_socket(v->x);
    if (out_send->fd < 0)
        return false;
    struct iovec parts[PARTS];
    (void)lay_out(v, frame, parts); /* one part, once it has begun */
    out_send->data = parts[0].iov_base;
    out_send->len_bytes = parts[0].iov_len;
    v->n_unlooked++;
    return true;
}

static void on_taken(struct sc_listener *listener, const struct sc_frame *frame, ssize_t sent)
{
    struct sc_viewer *v = sc_container_of(listener, struct sc_viewer, listener);
    struct iovec parts[PARTS];
    (void)lay_out(v, frame, parts);
    sc_exchange_sent(v->x, parts[0].iov_len, sent);
    (void)after_send(v, frame, parts[0].iov_len, sent);
}

static void on_fresh(struct sc_listener *listener, const struct sc_frame *frame)
{
    struct sc_viewer *v = sc_container_of(listener, struct sc_viewer, listener);
    if (sc_frame_seq(frame) != v->seq)
        (void)send_frame(v, frame);
}

static void on_closed(struct sc_listener *listener)
{
    struct sc_viewer *v = sc_container_of(listener, struct sc_viewer, listener);
    v->is_ending = true;
    if (!v->is_busy)
        sc_exchange_finish(v->x);
}

static void on_writable(void *self)
{
    struct sc_viewer *v = self;
    if (v->frame) {
        if (!send_frame(v, v->frame))
            return;
        sc_frame_unref(&v->frame);
    }
    const struct sc_frame *newest = sc_audience_newest(v->audience);
    bool is_out =
        !newest || sc_frame_seq(newest) == v->seq || v->is_ending || send_frame(v, newest);
    if (is_out && sc_stream_is_closed(v->audience->tap.stream))
        v->is_ending = true;
    if (is_out)
        become_idle(v);
    sc_audience_settle(v->audience);
}

static void on_lag(struct sc_timer *timer)
{
    on_writable(sc_container_of(timer, struct sc_viewer, lag));
}

/* When the newest frame has to go out once more, if nothing newer comes. */
static uint64_t resend_due_ns(const struct sc_viewer *v)
{
    uint64_t wait = v->audience->lane->web->config.resend_ns;
    if (v->is_webkit && v->repeated_seq != v->seq && wait > REPEAT_NS)
        wait = REPEAT_NS;
    return v->sent_ns + wait;
}

static void on_quiet(struct sc_timer *timer)
{
    struct sc_viewer *v = sc_container_of(timer, struct sc_viewer, quiet);
    struct sc_lane *lane = v->audience->lane;
    const struct sc_frame *newest = sc_audience_newest(v->audience);
    uint64_t now = sc_loop_now_ns(lane->loop);
    if (newest && !v->is_busy && resend_due_ns(v) <= now) {
        v->repeated_seq = sc_frame_seq(newest);
        (void)send_frame(v, newest);
        sc_audience_settle(v->audience);
    }
    uint64_t due = resend_due_ns(v);
    uint64_t least = now + (v->is_webkit ? REPEAT_NS : lane->web->config.resend_ns / 8);
    if (sc_timer_start(sc_loop_timers(lane->loop), timer, due > least ? due : least) < 0)
        sc_exchange_abort(v->x);
}

static void on_drain(void *self)
{
    struct sc_viewer *v = self;
    v->is_ending = true;
    if (!v->frame)
        sc_exchange_finish(v->x);
}

static void on_gone(void *self)
{
    struct sc_viewer *v = self;
    struct sc_stream *stream = sc_stream_ref(v->audience->tap.stream);
    sc_timer_stop(sc_loop_timers(v->audience->lane->loop), &v->quiet);
    sc_timer_stop(sc_loop_timers(v->audience->lane->loop), &v->lag);
    sc_list_remove(&v->listener.link);
    sc_frame_unref(&v->frame);
    sc_audience_leave(&v->audience);
    sc_seats_remove(sc_stream_seats(stream), &v->seat);
    sc_stream_leave(stream, true);
    sc_stream_unref(&stream);
    free(v);
}

static const struct sc_exchange_ops viewer_ops = {
    .writable = on_writable,
    .drain = on_drain,
    .gone = on_gone,
};

static const char *const form_names[] = {
    [SC_VIEWER_PARTS] = "parts",
    [SC_VIEWER_CONTINUED] = "continued",
    [SC_VIEWER_RAW] = "raw",
};

static void begin(const struct sc_call *call, enum sc_viewer_form form)
{
    char headers[1024];
    (void)snprintf(headers, sizeof headers,
                   "Cache-Control: no-store, no-cache, must-revalidate, no-transform, "
                   "pre-check=0, post-check=0, max-age=0\r\n"
                   "Pragma: no-cache\r\n"
                   "Expires: Mon, 3 Jan 2000 12:34:56 GMT\r\n"
                   "X-Accel-Buffering: no\r\n" SC_WEB_PICTURE_HEADERS "%s",
                   call->reply.cors);
    sc_exchange_begin(call->reply.x, 200,
                      form == SC_VIEWER_RAW
                          ? "application/octet-stream"
                          : "multipart/x-mixed-replace; boundary=" SC_FRAME_BOUNDARY,
                      headers);
}

static void seat(const struct sc_call *call, struct sc_stream *stream)
{
    struct sc_viewer *v = calloc(1, sizeof *v);
    struct sc_audience *audience = v ? sc_audience_join(call->lane, stream) : NULL;
    if (!audience) {
        free(v);
        sc_reply_error(&call->reply, 503, "Retry-After: 5\r\n", "the server is out of memory");
        return;
    }
    v->listener.fresh = on_fresh;
    v->listener.offer = on_offer;
    v->listener.taken = on_taken;
    v->listener.closed = on_closed;
    v->x = call->reply.x;
    v->audience = audience;
    v->quiet.fire = on_quiet;
    v->lag.fire = on_lag;
    v->form = sc_viewer_form_of(call);
    v->is_webkit = v->form == SC_VIEWER_CONTINUED && sc_viewer_is_webkit(call->request);
    v->is_busy = true; /* until the head is out and writable is called */
    v->sent_ns = sc_loop_now_ns(call->lane->loop);
    v->slow_until_ns = v->sent_ns + NEW_NS;
    sc_list_init(&v->listener.link);
    sc_exchange_take(v->x, &viewer_ops, v);
    v->seat.id = sc_exchange_id(v->x);
    v->seat.since_ns = v->sent_ns;
    v->seat.form = form_names[v->form];
    sc_seats_add(sc_stream_seats(stream), &v->seat);
    sc_stream_join(stream, true);
    uint64_t first_look = v->sent_ns + (v->is_webkit ? REPEAT_NS : call->web->config.resend_ns);
    if (sc_timer_start(sc_loop_timers(call->lane->loop), &v->quiet, first_look) < 0) {
        sc_exchange_abort(v->x);
        return;
    }
    begin(call, v->form);
}

/* What few watch is watched on the loop that publishes it: no other loop is woken for each frame.
 * What many watch is spread over all. */
static bool has_gone_home(const struct sc_call *call, const struct sc_stream *stream)
{
    struct sc_lane *home = sc_stream_home(stream);
    if (!home || home == call->lane || sc_stream_n_viewers(stream) >= HOME_VIEWERS)
        return false;
    return sc_exchange_move(call->reply.x, &home->h1);
}

void sc_viewer_start(const struct sc_call *call, struct sc_stream *stream)
{
    if (has_gone_home(call, stream))
        return;
    if (sc_exchange_is_head(call->reply.x))
        begin(call,
              sc_viewer_form_of(call)); /* nobody watches: no source is to be started for it */
    else
        seat(call, stream);
}
