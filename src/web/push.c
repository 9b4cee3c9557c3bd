/* SPDX-License-Identifier: MIT */
/* PUT /NAME.jpg: publishes one frame. The body is received straight into the draft. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "web/endpoints.h"
#include "web/publish.h"
#include "web/suffix.h"

#define FIRST_BYTES (256 * 1024) /* a length that was only promised takes no more than this */
#define STEP_BYTES  4096

struct push {
    struct sc_web *web;
    struct sc_lane *lane;
    struct sc_reply reply;
    struct sc_draft *draft;
    bool is_over; /* published or refused, and counted */
    char name[SC_STREAM_NAME_BYTES];
};

static int refuse(struct push *push, int code, const char *sentence)
{
    struct sc_err err;
    sc_err_set(&err, code, "%s", sentence);
    push->is_over = true;
    struct sc_stream *stream SC_AUTO(sc_stream_unref) =
        sc_registry_get(push->web->registry, push->name);
    sc_publish_rejected(push->web, stream, code);
    sc_publish_reply_error(&push->reply, &err);
    return code;
}

static int on_room(void *self, uint8_t **out_room, size_t *out_room_bytes)
{
    struct push *push = self;
    size_t left = sc_pool_frame_max_bytes(push->web->pool) - sc_draft_len_bytes(push->draft);
    size_t want = left < STEP_BYTES && left > 0 ? left : STEP_BYTES;
    int rc = sc_draft_room(push->draft, want, out_room, out_room_bytes);
    if (rc == -EMSGSIZE)
        return refuse(push, rc, "the picture is larger than this server takes: see --max-frame");
    if (rc < 0)
        return refuse(push, rc, "the server has no memory left for pictures: see --max-store");
    return 0;
}

static int on_received(void *self, size_t bytes)
{
    struct push *push = self;
    sc_draft_commit(push->draft, bytes);
    return 0;
}

static void on_complete(void *self)
{
    struct push *push = self;
    struct sc_stream *stream SC_AUTO(sc_stream_unref) = NULL;
    struct sc_slice written = sc_draft_written(push->draft);
    bool is_picture = sc_kind_of(written.data, written.len_bytes) != SC_KIND_NONE;
    bool is_form = written.len_bytes > 2 && memcmp(written.data, "--", 2) == 0;
    struct sc_err err = {0};
    uint64_t seq = 0;
    push->is_over = true;
    int rc = sc_publish_draft(push->lane, push->name, &push->draft, &stream, &seq, &err);
    if (rc < 0 && is_form)
        sc_reply_error(&push->reply, 415, NULL,
                       "this is a form or multipart: send the picture alone, as curl -T does, or "
                       "post it to /%s.mjpg",
                       push->name);
    else if (rc < 0 && !is_picture && written.len_bytes > 0)
        sc_reply_error(&push->reply, 415, NULL, "%s", err.text);
    else if (rc < 0)
        sc_publish_reply_error(&push->reply, &err);
    else
        sc_reply_json(&push->reply, rc == 1 ? 201 : 200,
                      json_pack("{s:s,s:I,s:i}", "name", push->name, "seq", (json_int_t)seq,
                                "viewers", (int)sc_stream_n_viewers(stream)));
}

static void on_gone(void *self)
{
    struct push *push = self;
    if (!push->is_over) { /* the publisher stopped in the middle */
        struct sc_stream *stream SC_AUTO(sc_stream_unref) =
            sc_registry_get(push->web->registry, push->name);
        sc_publish_rejected(push->web, stream, -EBADMSG);
    }
    sc_draft_destroy(&push->draft);
    free(push);
}

static const struct sc_exchange_ops push_ops = {
    .room = on_room,
    .received = on_received,
    .complete = on_complete,
    .gone = on_gone,
};

static void publish(const struct sc_call *call)
{
    struct sc_web *web = call->web;
    size_t most = sc_pool_frame_max_bytes(web->pool);
    uint64_t length = call->request->has_length ? call->request->length_bytes : STEP_BYTES;
    if (!sc_publish_has_body(call))
        return;
    struct push *push = calloc(1, sizeof *push);
    if (!push) {
        sc_reply_error(&call->reply, 503, "Retry-After: 5\r\n", "the server is out of memory");
        return;
    }
    push->web = web;
    push->lane = call->lane;
    push->reply = call->reply;
    memcpy(push->name, call->star, strlen(call->star) + 1);
    sc_exchange_take(call->reply.x, &push_ops, push);
    if (length > most) {
        (void)refuse(push, -EMSGSIZE,
                     "the picture is larger than this server takes: see --max-frame");
        return;
    }
    if (sc_draft_create(web->pool, length < FIRST_BYTES ? (size_t)length : FIRST_BYTES,
                        &push->draft) < 0) {
        (void)refuse(push, -ENOMEM, "the server has no memory left for pictures: see --max-store");
        return;
    }
    const struct sc_body_patience patience = {.whole_ns = web->config.publish_timeout_ns};
    sc_exchange_read_body(call->reply.x, &patience);
}

const struct sc_endpoint sc_endpoint_push[] = {
    SC_PICTURE_ROWS(SC_METHOD_PUT | SC_METHOD_POST, SC_RIGHT_PUBLISH, publish),
    {0},
};
