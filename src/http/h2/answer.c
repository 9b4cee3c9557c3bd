/* SPDX-License-Identifier: MIT */
/* Answers over HTTP/2. nghttp2 asks for bytes (sc_h2_give), 16 KiB at the most: what it has taken
 * is committed, what it has not a newer frame may replace. Without TLS they go from where they lie
 * to the socket (sc_h2_hand), several of its frames by one system call. TLS makes records of them
 * in any case: there they are copied behind their head, so that a frame is one record and one
 * system call and not two. */
#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "http/h2/conn.h"
#include "http/response.h"
#include "net/backlog.h"
#include "net/loop.h"

#define FIELDS_MAX   48
#define RECORD_BYTES 16384 /* of TLS (RFC 8446 section 5.1), and what any peer takes as a frame */

void sc_h2_answer_drop(struct sc_h2_stream *s)
{
    if (s->release)
        s->release(s->owner);
    s->release = NULL;
    s->rest = NULL;
    s->rest_bytes = 0;
}

/* --- bytes --- */

static size_t left_bytes(const struct sc_h2_stream *s)
{
    size_t left = s->rest_bytes;
    for (size_t i = 0; i < s->n_pending; i++)
        left += s->pending[i].iov_len;
    return left - s->pending_at;
}

static void take_pending(struct sc_h2_stream *s, size_t bytes)
{
    s->taken_bytes += bytes;
    s->pending_at += bytes;
    if (s->pending_at == s->pending->iov_len) {
        s->pending++;
        s->n_pending--;
        s->pending_at = 0;
    }
}

/* Takes the next bytes, which must be there. Returns: in how many slices they lie. */
static int take(struct sc_h2_stream *s, size_t bytes, struct iovec out_slices[SC_H2_SLICES])
{
    int n = 0;
    if (s->rest_bytes > 0) {
        out_slices[n++] = (struct iovec){(void *)(uintptr_t)s->rest, bytes};
        s->rest += bytes;
        s->rest_bytes -= bytes;
        return n;
    }
    while (bytes > 0) {
        size_t left = s->pending->iov_len - s->pending_at, here = left < bytes ? left : bytes;
        out_slices[n++] = (struct iovec){(uint8_t *)s->pending->iov_base + s->pending_at, here};
        take_pending(s, here);
        bytes -= here;
    }
    return n;
}

static void copy(struct sc_h2_stream *s, size_t bytes, uint8_t *room)
{
    struct iovec slices[SC_H2_SLICES];
    int n = take(s, bytes, slices);
    for (int i = 0; i < n; i++) {
        memcpy(room, slices[i].iov_base, slices[i].iov_len);
        room += slices[i].iov_len;
    }
}

ssize_t sc_h2_give(nghttp2_session *session, int32_t id, uint8_t *room, size_t room_bytes,
                   uint32_t *flags, nghttp2_data_source *source, void *self)
{
    struct sc_h2 *h2 = self;
    struct sc_h2_stream *s = nghttp2_session_get_stream_user_data(session, id);
    if (!s)
        return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE; /* it was reset */
    if (h2->is_blocked)
        return NGHTTP2_ERR_PAUSE; /* or it would be committed to nothing but our memory */
    bool is_end = s->answer == SC_H2_ANSWER_WHOLE || s->answer == SC_H2_ANSWER_LAST;
    size_t left = left_bytes(s), n = left < room_bytes ? left : room_bytes;
    s->progress_ns = sc_loop_now_ns(h2->config->loop);
    if (n == 0 && !is_end)
        return NGHTTP2_ERR_DEFERRED;
    if (n == left && is_end)
        *flags |= NGHTTP2_DATA_FLAG_EOF;
    if (n > 0 && h2->conn.ops->is_plain)
        *flags |= NGHTTP2_DATA_FLAG_NO_COPY;
    else
        copy(s, n, room);
    return (ssize_t)n;
}

int sc_h2_hand(nghttp2_session *session, nghttp2_frame *frame, const uint8_t *head, size_t bytes,
               nghttp2_data_source *source, void *self)
{
    struct sc_h2_stream *s = nghttp2_session_get_stream_user_data(session, frame->hd.stream_id);
    struct iovec slices[SC_H2_SLICES];
    assert(s && frame->data.padlen == 0);
    int n = take(s, bytes, slices);
    return sc_h2_gather(self, head, slices, n) < 0 ? NGHTTP2_ERR_CALLBACK_FAILURE : 0;
}

ssize_t sc_h2_most(nghttp2_session *session, uint8_t type, int32_t id, int32_t session_window,
                   int32_t window, uint32_t frame_max, void *self)
{
    const struct sc_h2 *h2 = self;
    return h2->conn.ops->is_plain ? RECORD_BYTES : RECORD_BYTES - SC_H2_HEAD_BYTES;
}

/* --- heads --- */

/* "Name: value\r\n" becomes a field; connections are HTTP/1's. Returns where the next line is. */
static char *read_line(char *line, nghttp2_nv *fields, size_t *n_fields)
{
    char *end = strstr(line, "\r\n"), *colon = strchr(line, ':');
    if (colon && colon < end && *n_fields < FIELDS_MAX) {
        char *value = colon + 1 + strspn(colon + 1, " ");
        for (char *c = line; c < colon; c++)
            *c = (char)tolower((unsigned char)*c);
        nghttp2_nv field = {(uint8_t *)line, (uint8_t *)value, (size_t)(colon - line),
                            (size_t)(end - value), NGHTTP2_NV_FLAG_NONE};
        if (strncmp(line, "connection:", 11) != 0)
            fields[(*n_fields)++] = field;
    }
    return end + 2;
}

static int submit_head(struct sc_h2_stream *s, const struct sc_response *response, bool has_body)
{
    char status[8];
    struct sc_buf text;
    nghttp2_nv fields[FIELDS_MAX];
    nghttp2_data_provider body = {.read_callback = sc_h2_give};
    size_t n = 0;
    (void)snprintf(status, sizeof status, "%d", response->status);
    sc_buf_init(&text, SC_REQUEST_HEAD_MAX_BYTES);
    int rc = sc_response_write(&text, response);
    if (rc == 0)
        rc = sc_buf_append(&text, "", 1);
    if (rc == 0) {
        fields[n++] = (nghttp2_nv){(uint8_t *)":status", (uint8_t *)status, 7, strlen(status),
                                   NGHTTP2_NV_FLAG_NONE};
        char *line = strstr(text.data, "\r\n") + 2;
        while (*line)
            line = read_line(line, fields, &n);
        rc = nghttp2_submit_response(s->h2->session, s->id, fields, n, has_body ? &body : NULL);
    }
    sc_buf_fini(&text);
    return rc;
}

static void give_answer(struct sc_exchange *x, const struct sc_answer *answer)
{
    struct sc_h2_stream *s = sc_h2_stream_of(x);
    if (s->is_dead || s->answer != SC_H2_ANSWER_NONE) {
        if (answer->release)
            answer->release(answer->owner);
        return;
    }
    s->answer = SC_H2_ANSWER_WHOLE;
    s->release = answer->release;
    s->owner = answer->owner;
    bool has_body =
        !x->is_head && answer->status != 204 && answer->status != 304 && answer->body_bytes > 0;
    int rc = 0;
    if (has_body && !answer->release)
        rc = sc_buf_append(&s->copy, answer->body, answer->body_bytes);
    if (has_body && rc == 0) {
        s->rest = answer->release ? answer->body : s->copy.data;
        s->rest_bytes = answer->body_bytes;
    }
    struct sc_response response = {
        .status = answer->status,
        .media_type = answer->media_type,
        .headers = answer->headers,
        .length_bytes = answer->body_bytes,
    };
    if (rc < 0 || submit_head(s, &response, has_body) < 0)
        sc_h2_reset(s, NGHTTP2_INTERNAL_ERROR);
    sc_h2_advance_later(s->h2);
}

static void begin(struct sc_exchange *x, int status, const char *media_type, const char *headers)
{
    struct sc_h2_stream *s = sc_h2_stream_of(x);
    if (s->is_dead || s->answer != SC_H2_ANSWER_NONE)
        return;
    s->answer = x->is_head ? SC_H2_ANSWER_LAST : SC_H2_ANSWER_STREAM;
    s->is_waiting = !x->is_head;
    struct sc_response response = {
        .status = status,
        .media_type = media_type,
        .headers = headers,
        .length_bytes = SC_RESPONSE_NO_LENGTH,
    };
    if (submit_head(s, &response, !x->is_head) < 0)
        sc_h2_reset(s, NGHTTP2_INTERNAL_ERROR);
    sc_h2_advance_later(s->h2);
}

static ssize_t send_some(struct sc_exchange *x, const struct iovec *parts, int n_parts)
{
    struct sc_h2_stream *s = sc_h2_stream_of(x);
    assert(n_parts <= SC_H2_SLICES);
    if (s->is_dead || s->answer != SC_H2_ANSWER_STREAM)
        return -EPIPE;
    s->is_waiting = true;
    if (!sc_h2_can_send(s))
        return -EAGAIN;
    s->pending = parts;
    s->n_pending = (size_t)n_parts;
    s->taken_bytes = 0;
    (void)nghttp2_session_resume_data(s->h2->session, s->id); /* the first time nothing waits */
    sc_h2_pump(s->h2);
    s->is_waiting = s->n_pending > 0;
    s->pending = NULL;
    s->n_pending = s->pending_at = 0;
    return s->taken_bytes > 0 ? (ssize_t)s->taken_bytes : -EAGAIN;
}

/* The socket is shared: no bytes go to it as they are. */
static int no_socket(const struct sc_exchange *x)
{
    return -EAGAIN;
}

static void was_sent(struct sc_exchange *x, size_t asked_bytes, ssize_t sent)
{
}

static uint64_t wait_ns(const struct sc_exchange *x, struct sc_line *line)
{
    const struct sc_h2 *h2 = ((const struct sc_h2_stream *)(const void *)x)->h2;
    struct sc_backlog backlog;
    if (h2->phase >= SC_H2_LINGER || sc_backlog_read(h2->conn.fd, &backlog) < 0)
        return 0;
    return sc_line_wait_ns(line, &backlog, sc_loop_now_ns(h2->config->loop));
}

static void finish(struct sc_exchange *x)
{
    struct sc_h2_stream *s = sc_h2_stream_of(x);
    if (s->is_dead || s->answer != SC_H2_ANSWER_STREAM)
        return;
    s->answer = SC_H2_ANSWER_LAST;
    s->is_waiting = false;
    (void)nghttp2_session_resume_data(s->h2->session, s->id);
    sc_h2_advance_later(s->h2);
}

static void abort_stream(struct sc_exchange *x)
{
    sc_h2_reset(sc_h2_stream_of(x), NGHTTP2_CANCEL);
}

const struct sc_carrier sc_h2_carrier = {
    .answer = give_answer,
    .read_body = sc_h2_read_body,
    .begin = begin,
    .send = send_some,
    .socket = no_socket,
    .sent = was_sent,
    .wait_ns = wait_ns,
    .finish = finish,
    .abort = abort_stream,
};
