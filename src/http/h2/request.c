/* SPDX-License-Identifier: MIT */
/* A request's fields are written as HTTP/1 would write them and read by the one strict parser, so
 * that both protocols accept and refuse the same. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "http/h2/conn.h"
#include "net/loop.h"

static struct sc_h2_stream *stream_of(nghttp2_session *session, const nghttp2_frame *frame)
{
    return nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
}

static bool is_request(const nghttp2_frame *frame)
{
    return frame->hd.type == NGHTTP2_HEADERS && frame->headers.cat == NGHTTP2_HCAT_REQUEST;
}

/* --- the head --- */

static int on_begin(nghttp2_session *session, const nghttp2_frame *frame, void *self)
{
    struct sc_h2 *h2 = self;
    if (!is_request(frame))
        return 0;
    sc_h2_past_begin(&h2->past, frame->hd.stream_id);
    struct sc_h2_stream *s = calloc(1, sizeof *s);
    if (!s || nghttp2_session_set_stream_user_data(session, frame->hd.stream_id, s) < 0) {
        free(s);
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    }
    s->base.carrier = &sc_h2_carrier;
    s->base.door = h2->door;
    s->base.peer = &h2->peer;
    s->base.id = sc_exchange_next_id();
    s->h2 = h2;
    s->id = frame->hd.stream_id;
    s->progress_ns = sc_loop_now_ns(h2->config->loop);
    sc_buf_init(&s->head, SC_REQUEST_HEAD_MAX_BYTES);
    sc_buf_init(&s->copy, SC_H2_COPY_MAX);
    sc_buf_init(&s->early, SC_H2_EARLY_MAX);
    sc_list_append(&h2->streams, &s->link);
    return 0;
}

static bool is_named(const char *wanted, const uint8_t *name, size_t name_bytes)
{
    return strlen(wanted) == name_bytes && memcmp(wanted, name, name_bytes) == 0;
}

static void keep_text(char **out_text, const uint8_t *value, size_t bytes)
{
    free(*out_text);
    *out_text = strndup((const char *)value, bytes);
}

static void keep_pseudo(struct sc_h2_stream *s, const uint8_t *name, size_t name_bytes,
                        const uint8_t *value, size_t bytes)
{
    if (is_named(":method", name, name_bytes))
        (void)snprintf(s->method, sizeof s->method, "%.*s", (int)bytes, (const char *)value);
    else if (is_named(":path", name, name_bytes))
        keep_text(&s->path, value, bytes);
    else if (is_named(":authority", name, name_bytes))
        keep_text(&s->authority, value, bytes);
}

/* RFC 9113 section 8.3.1: an authority and a Host say the same. */
static bool is_said_already(const struct sc_h2_stream *s, const uint8_t *name, size_t name_bytes,
                            const uint8_t *value, size_t bytes)
{
    return s->authority && is_named("host", name, name_bytes) &&
           is_named(s->authority, value, bytes);
}

static int on_field(nghttp2_session *session, const nghttp2_frame *frame, const uint8_t *name,
                    size_t name_bytes, const uint8_t *value, size_t bytes, uint8_t flags,
                    void *self)
{
    struct sc_h2_stream *s = stream_of(session, frame);
    if (!s || !is_request(frame) || s->is_too_large)
        return 0;
    if (name[0] == ':') {
        keep_pseudo(s, name, name_bytes, value, bytes);
        return 0;
    }
    if (is_said_already(s, name, name_bytes, value, bytes))
        return 0;
    s->has_length = s->has_length || is_named("content-length", name, name_bytes);
    s->is_too_large = sc_buf_printf(&s->head, "%.*s: %.*s\r\n", (int)name_bytes, (const char *)name,
                                    (int)bytes, (const char *)value) < 0;
    return 0;
}

/* Returns: 0; -EMSGSIZE; -ENOMEM. */
static int write_head(const struct sc_h2_stream *s, struct sc_buf *head)
{
    bool is_chunked = s->body == SC_H2_BODY_UNREAD && !s->has_length;
    const char *target = s->path ? s->path : s->authority;
    int rc = s->is_too_large ? -EMSGSIZE : 0;
    if (rc == 0)
        rc = sc_buf_printf(head, "%s %s HTTP/1.1\r\n", s->method, target ? target : "/");
    if (rc == 0 && s->authority)
        rc = sc_buf_printf(head, "Host: %s\r\n", s->authority);
    if (rc == 0)
        rc = sc_buf_append(head, s->head.data ? s->head.data : "", s->head.len_bytes);
    return rc < 0
               ? rc
               : sc_buf_printf(head, "%s\r\n", is_chunked ? "Transfer-Encoding: chunked\r\n" : "");
}

static void handle(struct sc_h2_stream *s)
{
    struct sc_h1_config *c = s->h2->config;
    struct sc_buf head;
    struct sc_request request;
    const char *reason = "the request's head is too large";
    s->is_handled = true;
    sc_buf_init(&head, SC_REQUEST_HEAD_MAX_BYTES);
    int rc = write_head(s, &head) < 0
                 ? -431
                 : sc_request_parse(head.data, head.len_bytes, &request, &reason);
    if (rc == 0) {
        s->base.is_head = request.method == SC_METHOD_HEAD;
        s->wants_continue = request.wants_continue;
        atomic_fetch_add_explicit(&c->stats->n_requests, 1, memory_order_relaxed);
        c->handle(&s->base, &request, c->self);
    } else {
        atomic_fetch_add_explicit(&c->stats->n_bad_requests, 1, memory_order_relaxed);
        c->refuse(&s->base, rc == -EAGAIN ? 400 : -rc, reason ? reason : "the request is malformed",
                  c->self);
    }
    sc_buf_fini(&head);
    sc_buf_fini(&s->head);
}

/* --- the body --- */

/* Returns: 0; negative: it is not wanted any more. */
static int feed(struct sc_h2_stream *s, const uint8_t *data, size_t bytes)
{
    int rc = 0;
    s->progress.n_bytes += bytes;
    s->progress.last_ns = sc_loop_now_ns(s->h2->config->loop);
    while (rc == 0 && bytes > 0 && !s->is_dead && s->answer == SC_H2_ANSWER_NONE) {
        uint8_t *room;
        size_t n;
        rc = s->base.ops->room(s->base.self, &room, &n);
        if (rc < 0)
            break;
        n = n < bytes ? n : bytes;
        memcpy(room, data, n);
        data += n;
        bytes -= n;
        rc = s->base.ops->received(s->base.self, n);
    }
    return rc;
}

/* A body that nobody reads yet fills its stream's window and no more: the others go on. */
static int on_data(nghttp2_session *session, uint8_t flags, int32_t id, const uint8_t *data,
                   size_t bytes, void *self)
{
    struct sc_h2_stream *s = nghttp2_session_get_stream_user_data(session, id);
    bool is_wanted = s && s->answer == SC_H2_ANSWER_NONE;
    bool is_early = is_wanted && s->body != SC_H2_BODY_READING;
    if (nghttp2_session_consume_connection(session, bytes) < 0 ||
        (!is_early && nghttp2_session_consume_stream(session, id, bytes) < 0))
        return NGHTTP2_ERR_CALLBACK_FAILURE;
    if (is_early && sc_buf_append(&s->early, data, bytes) < 0)
        sc_h2_reset(s, NGHTTP2_ENHANCE_YOUR_CALM);
    else if (is_wanted && !is_early)
        (void)feed(s, data, bytes); /* it has answered when it wants no more */
    return 0;
}

static void complete(struct sc_h2_stream *s)
{
    if (s->body == SC_H2_BODY_READING && s->answer == SC_H2_ANSWER_NONE && !s->is_dead)
        s->base.ops->complete(s->base.self);
    s->body = SC_H2_BODY_DONE;
}

static void say_continue(struct sc_h2_stream *s)
{
    static uint8_t name[] = ":status", value[] = "100";
    nghttp2_nv field = {name, value, sizeof name - 1, sizeof value - 1, NGHTTP2_NV_FLAG_NONE};
    s->wants_continue = false;
    (void)nghttp2_submit_headers(s->h2->session, NGHTTP2_FLAG_NONE, s->id, NULL, &field, 1, NULL);
}

/* What had come before, and the end if that came too, is told at once. */
void sc_h2_read_body(struct sc_exchange *x, const struct sc_body_patience *patience)
{
    struct sc_h2_stream *s = sc_h2_stream_of(x);
    uint64_t now = sc_loop_now_ns(s->h2->config->loop);
    bool is_whole = s->body != SC_H2_BODY_UNREAD;
    if (s->is_dead)
        return;
    s->progress = (struct sc_body_progress){*patience, 0, now, now};
    if (s->wants_continue && s->early.len_bytes == 0)
        say_continue(s);
    s->body = SC_H2_BODY_READING;
    (void)nghttp2_session_consume_stream(s->h2->session, s->id, s->early.len_bytes);
    (void)feed(s, (const uint8_t *)s->early.data, s->early.len_bytes);
    sc_buf_fini(&s->early);
    if (is_whole)
        complete(s);
    sc_h2_advance_later(s->h2);
}

void sc_h2_body_give_up(struct sc_h2_stream *s)
{
    struct sc_h1_config *c = s->h2->config;
    c->refuse(&s->base, 408, "the request's body did not come in time", c->self);
}

static int on_frame(nghttp2_session *session, const nghttp2_frame *frame, void *self)
{
    struct sc_h2 *h2 = self;
    struct sc_h2_stream *s = stream_of(session, frame);
    bool has_body = frame->hd.type == NGHTTP2_HEADERS || frame->hd.type == NGHTTP2_DATA;
    bool is_end = has_body && frame->hd.flags & NGHTTP2_FLAG_END_STREAM;
    if (is_end || frame->hd.type == NGHTTP2_RST_STREAM)
        sc_h2_past_end(&h2->past, frame->hd.stream_id);
    if (!s || !has_body)
        return 0;
    if (is_request(frame)) {
        s->body = is_end ? SC_H2_BODY_NONE : SC_H2_BODY_UNREAD;
        handle(s);
    } else if (is_end) {
        complete(s);
    }
    return 0;
}

static int on_close(nghttp2_session *session, int32_t id, uint32_t error_code, void *self)
{
    struct sc_h2_stream *s = nghttp2_session_get_stream_user_data(session, id);
    if (s)
        sc_h2_bury_later(s);
    return 0;
}

void sc_h2_hear_requests(nghttp2_session_callbacks *callbacks)
{
    nghttp2_session_callbacks_set_on_begin_headers_callback(callbacks, on_begin);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_field);
    nghttp2_session_callbacks_set_on_data_chunk_recv_callback(callbacks, on_data);
    nghttp2_session_callbacks_set_on_frame_recv_callback(callbacks, on_frame);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_close);
}
