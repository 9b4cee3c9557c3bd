/* SPDX-License-Identifier: MIT */
/* POST /NAME.mjpg: publishes frames for as long as the connection lasts, as multipart or one
 * picture behind the other. A stream has one such publisher at a time. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/own.h"
#include "media/stream.h"
#include "picture/cut.h"
#include "web/endpoints.h"
#include "web/publish.h"

#define BOUNDARY_BYTES 256

struct push {
    struct sc_web *web;
    struct sc_lane *lane;
    struct sc_reply reply;
    struct sc_cut *cut;
    struct sc_stream *stream; /* NULL before the first frame of a new one */
    bool is_takeover;
    bool is_over; /* the body has ended, well or not */
    uint64_t id, seq, n_frames, n_rejected;
    struct sc_err last; /* why a picture was refused */
    char name[SC_STREAM_NAME_BYTES];
};

static int lose(struct push *push)
{
    push->is_over = true;
    sc_reply_error(&push->reply, 409, NULL,
                   "the stream '%s' has another long publisher; take over with ?takeover=1",
                   push->name);
    return -ECANCELED;
}

static int publish_picture(struct push *push, const uint8_t *picture, size_t len_bytes)
{
    struct sc_draft *draft SC_AUTO(sc_draft_destroy) = NULL;
    struct sc_stream *stream SC_AUTO(sc_stream_unref) = NULL;
    int rc = sc_draft_create(push->web->pool, len_bytes, &draft);
    if (rc == 0)
        rc = sc_draft_append(draft, picture, len_bytes);
    if (rc < 0) {
        sc_err_set(&push->last, rc, "the server has no memory left for pictures");
        sc_publish_rejected(push->web, push->stream, rc);
    } else {
        rc = sc_publish_draft(push->lane, push->name, &draft, &stream, &push->seq, &push->last);
    }
    if (rc < 0) {
        push->n_rejected++;
        return 0; /* one picture lost; the next may be good */
    }
    push->n_frames++;
    if (stream == push->stream)
        return 0;
    sc_stream_unref(&push->stream); /* made just now, or deleted and made again */
    push->stream = sc_steal(stream);
    return sc_stream_claim(push->stream, push->id, push->is_takeover) < 0 ? lose(push) : 0;
}

static int publish_all(struct push *push)
{
    const uint8_t *picture;
    size_t len_bytes;
    for (;;) {
        int rc = sc_cut_next(push->cut, &picture, &len_bytes);
        if (rc == -EAGAIN || rc == -ENODATA)
            return 0;
        if (rc < 0) {
            sc_err_set(&push->last, rc,
                       rc == -EMSGSIZE ? "a picture is larger than this server takes: see "
                                         "--max-frame"
                                       : "a picture is damaged or cut off");
            sc_publish_rejected(push->web, push->stream, rc);
            push->n_rejected++;
            continue;
        }
        if (push->stream && !sc_stream_is_claimed_by(push->stream, push->id))
            return lose(push);
        rc = publish_picture(push, picture, len_bytes);
        if (rc < 0)
            return rc;
    }
}

static int on_room(void *self, uint8_t **out_room, size_t *out_room_bytes)
{
    struct push *push = self;
    if (push->stream && !sc_stream_is_claimed_by(push->stream, push->id))
        return lose(push);
    int rc = sc_cut_room(push->cut, out_room, out_room_bytes);
    if (rc < 0)
        sc_reply_error(&push->reply, 503, "Retry-After: 5\r\n", "the server is out of memory");
    return rc;
}

static int on_received(void *self, size_t bytes)
{
    struct push *push = self;
    sc_cut_commit(push->cut, bytes);
    return publish_all(push);
}

static void on_complete(void *self)
{
    struct push *push = self;
    push->is_over = true;
    sc_cut_end(push->cut);
    if (publish_all(push) < 0)
        return;
    if (push->n_frames == 0) {
        bool is_unreadable = push->last.code == 0 || push->last.code == -EBADMSG;
        sc_reply_error(&push->reply, 400, NULL, "no picture was published: %s%s",
                       push->last.code ? push->last.text : "the body has none",
                       is_unreadable ? "; send multipart, or JPEGs and PNGs one behind the other"
                                     : "");
        return;
    }
    sc_reply_json(&push->reply, 200,
                  json_pack("{s:s,s:I,s:I,s:I,s:i}", "name", push->name, "seq",
                            (json_int_t)push->seq, "frames", (json_int_t)push->n_frames, "rejected",
                            (json_int_t)push->n_rejected, "viewers",
                            (int)sc_stream_n_viewers(push->stream)));
}

static void on_drain(void *self)
{
    struct push *push = self;
    sc_reply_error(&push->reply, 503, "Retry-After: 5\r\n", "the server is stopping");
}

static void on_gone(void *self)
{
    struct push *push = self;
    if (!push->is_over) { /* what was whole when the publisher stopped is shown, the rest counted */
        push->is_over = true;
        sc_cut_end(push->cut);
        (void)publish_all(push);
    }
    if (push->stream)
        sc_stream_release(push->stream, push->id);
    sc_stream_unref(&push->stream);
    sc_cut_destroy(&push->cut);
    free(push);
}

static const struct sc_exchange_ops push_ops = {
    .room = on_room,
    .received = on_received,
    .complete = on_complete,
    .drain = on_drain,
    .gone = on_gone,
};

/* The boundary parameter as it stands. Returns whether the type is multipart at all. */
static bool read_boundary(const struct sc_request *request, char out[BOUNDARY_BYTES])
{
    static const char word[] = "boundary=";
    struct sc_text type = sc_request_field(request, "content-type");
    out[0] = '\0';
    if (!type.data || type.len_bytes < 10 || strncasecmp(type.data, "multipart/", 10) != 0)
        return false;
    for (size_t i = 10; i + sizeof word - 1 < type.len_bytes; i++) {
        if (strncasecmp(type.data + i, word, sizeof word - 1) != 0)
            continue;
        const char *from = type.data + i + sizeof word - 1;
        size_t left = type.len_bytes - i - (sizeof word - 1);
        const char *end = *from == '"' ? NULL : memchr(from, ';', left);
        (void)snprintf(out, BOUNDARY_BYTES, "%.*s", (int)(end ? (size_t)(end - from) : left), from);
        break;
    }
    return true;
}

static int open_cut(const struct sc_call *call, struct sc_cut **out_cut)
{
    char boundary[BOUNDARY_BYTES];
    bool is_multipart = read_boundary(call->request, boundary);
    return sc_cut_create(is_multipart ? SC_CUT_MULTIPART : SC_CUT_AUTO,
                         boundary[0] ? boundary : NULL, sc_pool_frame_max_bytes(call->web->pool),
                         out_cut);
}

static void publish(const struct sc_call *call)
{
    if (!sc_publish_has_body(call))
        return;
    struct push *push = calloc(1, sizeof *push);
    int rc = push ? open_cut(call, &push->cut) : -ENOMEM;
    if (rc < 0) {
        free(push);
        sc_reply_error(&call->reply, rc == -EINVAL ? 400 : 503, NULL, "%s",
                       rc == -EINVAL ? "the boundary in Content-Type cannot be used"
                                     : "the server is out of memory");
        return;
    }
    push->web = call->web;
    push->lane = call->lane;
    push->reply = call->reply;
    push->id = sc_exchange_id(call->reply.x);
    push->is_takeover = sc_call_flag(call, "takeover");
    memcpy(push->name, call->star, strlen(call->star) + 1);
    sc_exchange_take(call->reply.x, &push_ops, push);
    push->stream = sc_registry_get(call->web->registry, push->name);
    if (push->stream && sc_stream_claim(push->stream, push->id, push->is_takeover) < 0) {
        sc_stream_unref(&push->stream);
        (void)lose(push);
        return;
    }
    const struct sc_body_patience patience = {.silence_ns = call->web->config.publish_timeout_ns};
    sc_exchange_read_body(call->reply.x, &patience);
}

const struct sc_endpoint sc_endpoint_push_many[] = {
    {.methods = SC_METHOD_PUT | SC_METHOD_POST,
     .right = SC_RIGHT_PUBLISH,
     .path = "/*.mjpg",
     .handle = publish},
    {.methods = SC_METHOD_PUT | SC_METHOD_POST,
     .right = SC_RIGHT_PUBLISH,
     .path = "/*.mjpeg",
     .handle = publish},
    {0},
};
