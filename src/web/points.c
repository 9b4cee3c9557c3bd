/* SPDX-License-Identifier: MIT */
/* POST /NAME/points: numbers for a graph, in any form that the reader takes, for as long as the
 * body goes on. A name that nobody has yet becomes a graph. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "media/stream.h"
#include "web/endpoints.h"
#include "web/publish.h"

#define ROOM_BYTES 16384

struct points {
    struct sc_web *web;
    struct sc_reply reply;
    struct sc_stream *stream;
    struct sc_intake *intake;
    void *text;
    bool is_new; /* the stream was made for these numbers */
    char room[ROOM_BYTES];
};

static int on_room(void *self, uint8_t **out_room, size_t *out_room_bytes)
{
    struct points *points = self;
    *out_room = (uint8_t *)points->room;
    *out_room_bytes = sizeof points->room;
    return 0;
}

static int on_received(void *self, size_t bytes)
{
    struct points *points = self;
    sc_stream_touch(points->stream);
    int rc = points->intake->ops->feed(points->text, points->room, bytes);
    if (rc < 0)
        sc_reply_error(&points->reply, 503, "Retry-After: 5\r\n", "the server is out of memory");
    return rc;
}

static void count(struct points *points, const struct sc_intake_receipt *receipt)
{
    struct sc_web_stats *stats = &points->web->stats;
    atomic_fetch_add_explicit(&stats->n_points, receipt->n_taken, memory_order_relaxed);
    atomic_fetch_add_explicit(&stats->n_points_refused, receipt->n_refused, memory_order_relaxed);
    atomic_fetch_add_explicit(&sc_stream_stats(points->stream)->n_rejected, receipt->n_refused,
                              memory_order_relaxed);
}

/* A stream that was made for nothing goes again. */
static void reply_nothing(struct points *points, const struct sc_intake_receipt *receipt)
{
    if (points->is_new)
        (void)sc_registry_remove(points->web->registry, sc_stream_name(points->stream));
    if (receipt->bad_line)
        sc_reply_error(&points->reply, 400, NULL, "no number was taken: line %llu, \"%s\": %s",
                       (unsigned long long)receipt->bad_line, receipt->bad_text,
                       receipt->bad_reason);
    else
        sc_reply_error(&points->reply, 400, NULL,
                       "there are no numbers in the body: send lines such as 'loss 0.3', CSV or "
                       "JSON");
}

static void reply_receipt(struct points *points, const struct sc_intake_receipt *receipt)
{
    json_t *answer =
        json_pack("{s:s,s:I,s:I,s:i}", "name", sc_stream_name(points->stream), "taken",
                  (json_int_t)receipt->n_taken, "refused", (json_int_t)receipt->n_refused,
                  "viewers", (int)sc_stream_n_viewers(points->stream));
    if (receipt->bad_line)
        (void)json_object_set_new(answer, "first_refused",
                                  json_pack("{s:I,s:s,s:s}", "line", (json_int_t)receipt->bad_line,
                                            "text", receipt->bad_text, "reason",
                                            receipt->bad_reason));
    sc_reply_json(&points->reply, points->is_new ? 201 : 200, answer);
}

static void on_complete(void *self)
{
    struct points *points = self;
    struct sc_intake_receipt receipt = {0};
    struct sc_err err = {0};
    int rc = points->intake->ops->end(points->text, &receipt, &err);
    if (rc < 0) {
        sc_reply_error(&points->reply, rc == -EPIPE ? 409 : sc_web_status(rc), NULL, "%s",
                       err.text);
        return;
    }
    count(points, &receipt);
    if (receipt.n_taken == 0)
        reply_nothing(points, &receipt);
    else
        reply_receipt(points, &receipt);
}

static void on_drain(void *self)
{
    struct points *points = self;
    sc_reply_error(&points->reply, 503, "Retry-After: 5\r\n", "the server is stopping");
}

static void on_gone(void *self)
{
    struct points *points = self;
    if (points->text)
        points->intake->ops->drop(&points->text);
    sc_intake_unref(&points->intake);
    sc_stream_unref(&points->stream);
    free(points);
}

static const struct sc_exchange_ops points_ops = {
    .room = on_room,
    .received = on_received,
    .complete = on_complete,
    .drain = on_drain,
    .gone = on_gone,
};

static int find(struct sc_web *web, const char *name, struct points *points)
{
    sc_intake_unref(&points->intake);
    sc_stream_unref(&points->stream);
    points->stream = sc_registry_get(web->registry, name);
    if (!points->stream)
        return -ENOENT;
    points->intake = sc_stream_intake(points->stream);
    return points->intake ? 0 : -EEXIST;
}

static int find_or_make(struct sc_web *web, const char *name, struct points *points,
                        struct sc_err *err)
{
    int rc = find(web, name, points);
    if (rc < 0 && web->maker.make) {
        int made = web->maker.make(web->maker.self, name, err);
        points->is_new = made == 1;
        rc = made < 0 && made != -EEXIST ? made : find(web, name, points);
    }
    if (rc == -EEXIST)
        return sc_err_set(err, rc, "the stream '%s' takes pictures, not numbers", name);
    if (rc == -ENOENT)
        return sc_err_set(err, rc, "there is no graph '%s'", name);
    return rc;
}

static void receive(const struct sc_call *call)
{
    struct sc_err err = {0};
    const struct sc_request *request = call->request;
    if (!request->is_chunked && !request->has_length) {
        sc_reply_error(&call->reply, 411, NULL,
                       "send the numbers as the body, with a Content-Length or chunked");
        return;
    }
    struct points *points = calloc(1, sizeof *points);
    if (!points) {
        sc_reply_error(&call->reply, 503, "Retry-After: 5\r\n", "the server is out of memory");
        return;
    }
    int rc = find_or_make(call->web, call->star, points, &err);
    if (rc == 0 && points->intake->ops->begin(points->intake, &points->text) < 0)
        rc = sc_err_set(&err, -ENOMEM, "the server is out of memory");
    if (rc < 0) {
        on_gone(points);
        if (rc == -ENOSPC)
            sc_web_count(&call->web->stats.n_streams_full);
        sc_publish_reply_error(&call->reply, &err);
        return;
    }
    points->web = call->web;
    points->reply = call->reply;
    sc_exchange_take(call->reply.x, &points_ops, points);
    const struct sc_body_patience patience = {.silence_ns = call->web->config.publish_timeout_ns};
    sc_exchange_read_body(call->reply.x, &patience);
}

const struct sc_endpoint sc_endpoint_points[] = {
    {.methods = SC_METHOD_PUT | SC_METHOD_POST,
     .right = SC_RIGHT_PUBLISH,
     .path = "/*/points",
     .handle = receive},
    {0},
};
