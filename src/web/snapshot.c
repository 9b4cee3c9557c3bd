/* SPDX-License-Identifier: MIT */
/* GET /NAME.jpg: answered at once when the newest frame is what was asked for; else the exchange
 * waits in the stream's audience until such a frame comes or patience ends. */
#include "web/snapshot.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/own.h"
#include "base/url.h"
#include "http/conditional.h"
#include "http/date.h"
#include "media/stream.h"
#include "net/timer.h"
#include "web/audience.h"
#include "web/endpoints.h"
#include "web/suffix.h"

#define WAIT_NS    (10 * SC_NS_PER_S)
#define EXPECT_NS  SC_NS_PER_S
#define ETAG_BYTES 64
#define AGE_MAX_MS (1000ULL * 3600 * 24 * 365)

/* What a picture must be to be the answer. */
struct wish {
    uint64_t after_seq;
    uint64_t age_max_ns; /* UINT64_MAX: any age */
    bool is_waiting_asked;
    bool is_expecting; /* a picture that is on its way; the newest will do if it takes too long */
};

struct waiter {
    struct sc_listener listener;
    struct sc_audience *audience;
    struct sc_timer patience;
    struct sc_reply reply;
    struct wish wish;
    struct sc_web *web;
};

static void release_frame(void *owner)
{
    const struct sc_frame *frame = owner;
    sc_frame_unref(&frame);
}

/* A stream that was deleted and made again counts from 1 again; no two pictures are of one time. */
static void make_etag(const struct sc_web *web, const struct sc_frame *frame, char *out)
{
    (void)snprintf(out, ETAG_BYTES, "\"%s-%" PRIu64 "-%" PRIx64 "\"", web->boot,
                   sc_frame_seq(frame), sc_frame_sealed_ns(frame));
}

static void answer_frame(const struct sc_web *web, const struct sc_reply *reply, int status,
                         const struct sc_frame *frame)
{
    char etag[ETAG_BYTES], modified[SC_DATE_BYTES], headers[1280];
    struct sc_slice picture = sc_frame_picture(frame);
    uint64_t us = sc_frame_captured_unix_us(frame);
    make_etag(web, frame, etag);
    sc_date_write((int64_t)(us / 1000000), modified);
    (void)snprintf(headers, sizeof headers,
                   "Cache-Control: no-cache, no-transform\r\n"
                   "ETag: %s\r\nLast-Modified: %s\r\n"
                   "X-Timestamp: %" PRIu64 ".%06" PRIu64 "\r\n"
                   "X-Sequence: %" PRIu64 "\r\n%s" SC_WEB_PICTURE_HEADERS "%s",
                   etag, modified, us / 1000000, us % 1000000, sc_frame_seq(frame),
                   status == 503 ? "Retry-After: 2\r\n" : "", reply->cors);
    struct sc_answer answer = {
        .status = status,
        .media_type = sc_kind_media_type(sc_frame_kind(frame)),
        .headers = headers,
        .body = picture.data,
        .body_bytes = picture.len_bytes,
        .release = status == 304 ? NULL : release_frame,
        .owner = status == 304 ? NULL : (void *)(uintptr_t)sc_frame_ref(frame),
    };
    sc_exchange_answer(reply->x, &answer);
}

static bool is_granted(const struct wish *wish, const struct sc_frame *frame)
{
    if (!frame || sc_frame_seq(frame) <= wish->after_seq)
        return false;
    return wish->age_max_ns == UINT64_MAX ||
           (!sc_frame_is_placeholder(frame) &&
            sc_clock_ns() - sc_frame_sealed_ns(frame) <= wish->age_max_ns);
}

static bool is_known(const struct sc_call *call, const struct sc_frame *frame)
{
    char etag[ETAG_BYTES];
    make_etag(call->web, frame, etag);
    return sc_request_is_fresh(call->request, etag,
                               (int64_t)(sc_frame_captured_unix_us(frame) / 1000000));
}

/* A picture that stands for a missing one is shown, but no success. */
static int status_of(const struct sc_frame *frame)
{
    return sc_frame_is_placeholder(frame) ? 503 : 200;
}

/* --- waiting --- */

static void settle(struct waiter *w)
{
    sc_list_remove(&w->listener.link);
    sc_timer_stop(sc_loop_timers(w->audience->lane->loop), &w->patience);
}

static void on_fresh(struct sc_listener *listener, const struct sc_frame *frame)
{
    struct waiter *w = sc_container_of(listener, struct waiter, listener);
    if (!is_granted(&w->wish, frame))
        return;
    settle(w);
    answer_frame(w->web, &w->reply, status_of(frame), frame);
}

static void on_closed(struct sc_listener *listener)
{
    struct waiter *w = sc_container_of(listener, struct waiter, listener);
    settle(w);
    sc_reply_error(&w->reply, 404, NULL, "the stream has ended");
}

static void on_patience_end(struct sc_timer *timer)
{
    struct waiter *w = sc_container_of(timer, struct waiter, patience);
    const struct sc_frame *newest = sc_audience_newest(w->audience);
    settle(w);
    w->wish.after_seq = 0;
    if (w->wish.is_expecting && is_granted(&w->wish, newest))
        answer_frame(w->web, &w->reply, status_of(newest), newest);
    else if (w->wish.is_waiting_asked)
        sc_reply_text(&w->reply, 204, NULL, NULL, 0);
    else
        sc_reply_error(&w->reply, 503, "Retry-After: 2\r\n",
                       "the stream has no picture that is recent enough");
}

static void on_drain(void *self)
{
    struct waiter *w = self;
    settle(w);
    sc_reply_error(&w->reply, 503, "Retry-After: 5\r\n", "the server is stopping");
}

static void on_gone(void *self)
{
    struct waiter *w = self;
    struct sc_stream *stream = sc_stream_ref(w->audience->tap.stream);
    settle(w);
    sc_audience_leave(&w->audience);
    sc_stream_leave(stream, false);
    sc_stream_unref(&stream);
    free(w);
}

static const struct sc_exchange_ops waiter_ops = {.drain = on_drain, .gone = on_gone};

static void wait_for(const struct sc_call *call, struct sc_stream *stream, const struct wish *wish)
{
    struct waiter *w = calloc(1, sizeof *w);
    struct sc_audience *audience = w ? sc_audience_join(call->lane, stream) : NULL;
    if (!audience) {
        free(w);
        sc_reply_error(&call->reply, 503, "Retry-After: 5\r\n", "the server is out of memory");
        return;
    }
    w->listener.fresh = on_fresh;
    w->listener.closed = on_closed;
    w->audience = audience;
    w->patience.fire = on_patience_end;
    w->reply = call->reply;
    w->wish = *wish;
    w->web = call->web;
    sc_list_append(&audience->listeners, &w->listener.link);
    sc_exchange_take(call->reply.x, &waiter_ops, w);
    sc_stream_join(stream, false);
    if (sc_timer_start(sc_loop_timers(call->lane->loop), &w->patience,
                       sc_loop_now_ns(call->lane->loop) +
                           (wish->is_expecting ? EXPECT_NS : WAIT_NS)) < 0) {
        sc_exchange_abort(call->reply.x);
        return;
    }
    const struct sc_frame *newest = sc_audience_newest(audience);
    if (newest) /* one may have come since the first look */
        on_fresh(&w->listener, newest);
    if (sc_stream_is_closed(stream)) /* before there was a tap to tell */
        on_closed(&w->listener);
}

/* --- asking --- */

/* Whoever publishes and then looks sees what he has published. */
static void expect(struct sc_stream *stream, struct wish *wish)
{
    uint64_t expected = sc_stream_seq_expected(stream);
    wish->is_expecting = expected > wish->after_seq + 1;
    if (wish->is_expecting)
        wish->after_seq = expected - 1;
}

/* Returns: 0; negative after it has answered. */
static int read_wish(const struct sc_call *call, struct sc_stream *stream, struct wish *out_wish)
{
    const struct sc_text query = call->request->query;
    struct sc_stream_view view;
    char wait[8] = "";
    uint64_t age_ms, after;
    int has_after =
        sc_url_query_number(query.data, query.len_bytes, "after", UINT64_MAX - 1, &after);
    int rc = sc_call_number(call, "after", UINT64_MAX - 1, 0, &out_wish->after_seq);
    if (rc == 0)
        rc = sc_call_number(call, "max_age", AGE_MAX_MS, UINT64_MAX, &age_ms);
    if (rc < 0)
        return rc;
    (void)sc_url_query(query.data, query.len_bytes, "wait", wait, sizeof wait);
    bool is_next = strcmp(wait, "next") == 0;
    sc_stream_look(stream, &view);
    out_wish->is_waiting_asked = is_next || has_after == 0;
    out_wish->age_max_ns = age_ms == UINT64_MAX ? UINT64_MAX : age_ms * SC_NS_PER_MS;
    /* A source that rests is woken: its last picture may be hours old. */
    if ((is_next && has_after != 0) || view.state == SC_STREAM_IDLE)
        out_wish->after_seq = view.seq;
    else if (!out_wish->is_waiting_asked)
        expect(stream, out_wish);
    return 0;
}

void sc_snapshot_show(const struct sc_call *call, struct sc_stream *stream)
{
    struct wish wish = {0};
    if (read_wish(call, stream, &wish) < 0)
        return;
    const struct sc_frame *newest SC_AUTO(sc_frame_unref) = sc_stream_newest(stream);
    if (!is_granted(&wish, newest))
        wait_for(call, stream, &wish);
    else
        answer_frame(call->web, &call->reply, is_known(call, newest) ? 304 : status_of(newest),
                     newest);
}

static void show(const struct sc_call *call)
{
    struct sc_stream *stream SC_AUTO(sc_stream_unref) = sc_call_stream(call);
    if (stream)
        sc_snapshot_show(call, stream);
}

const struct sc_endpoint sc_endpoint_snapshot[] = {
    SC_PICTURE_ROWS(SC_METHOD_GET, SC_RIGHT_VIEW, show),
    {0},
};
