/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <errno.h>

#include "http/h1/conn.h"
#include "http/response.h"

#define PARTS_MAX 4

void sc_h1_answer_drop(struct sc_h1 *h1)
{
    struct sc_h1_exchange *x = &h1->x;
    if (x->release)
        x->release(x->owner);
    x->release = NULL;
    x->rest = NULL;
    x->rest_bytes = 0;
}

static size_t head_left(const struct sc_h1 *h1)
{
    return h1->out.len_bytes - h1->out_sent_bytes;
}

static void note_sent(struct sc_h1 *h1, bool is_short)
{
    h1->progress_ns = sc_loop_now_ns(h1->config->loop);
    if (is_short && !h1->is_blocked) {
        h1->is_blocked =
            true; /* a short write has filled the socket (epoll(7)): EPOLLOUT follows */
        sc_h1_arm(h1);
    }
}

/* One system call; what is left of the head goes first. Returns as sc_exchange_send, and 0 when
 * only bytes of the head were taken. */
static ssize_t send_parts(struct sc_h1 *h1, const struct iovec *parts, int n_parts)
{
    struct iovec all[PARTS_MAX + 1];
    size_t head = head_left(h1), total = head;
    int n_all = 0;
    assert(n_parts <= PARTS_MAX);
    if (head)
        all[n_all++] = (struct iovec){h1->out.data + h1->out_sent_bytes, head};
    for (int i = 0; i < n_parts; i++) {
        all[n_all++] = parts[i];
        total += parts[i].iov_len;
    }
    ssize_t n = h1->conn.ops->send(&h1->conn, all, n_all);
    if (n < 0 && n != -EAGAIN)
        return n;
    note_sent(h1, n < 0 || (size_t)n < total);
    if (n < 0)
        return n;
    size_t of_head = (size_t)n < head ? (size_t)n : head;
    h1->out_sent_bytes += of_head;
    if (head && head_left(h1) == 0) {
        sc_buf_fini(&h1->out);
        h1->out_sent_bytes = 0;
    }
    return n - (ssize_t)of_head;
}

int sc_h1_flush(struct sc_h1 *h1)
{
    struct sc_h1_exchange *x = &h1->x;
    while (head_left(h1) || x->rest_bytes) {
        struct iovec rest = {(void *)(uintptr_t)x->rest, x->rest_bytes};
        ssize_t n = h1->is_blocked ? -EAGAIN : send_parts(h1, &rest, x->rest_bytes ? 1 : 0);
        if (n < 0)
            return (int)n;
        if (n > 0) {
            x->rest += n;
            x->rest_bytes -= (size_t)n;
        }
    }
    return 0;
}

static bool must_close(const struct sc_h1 *h1, const struct sc_answer *answer)
{
    const struct sc_h1_exchange *x = &h1->x;
    bool is_body_left = x->body == SC_BODY_UNREAD || x->body == SC_BODY_READING;
    return answer->must_close || !x->is_keep_alive || is_body_left || h1->config->is_draining;
}

/* Copies a body that is not lent; one that is lent is given back with the exchange. Returns as
 * sc_buf_append. */
static int take_body(struct sc_h1 *h1, const struct sc_answer *answer, bool has_body)
{
    struct sc_h1_exchange *x = &h1->x;
    if (!answer->release)
        return has_body ? sc_buf_append(&h1->out, answer->body, answer->body_bytes) : 0;
    x->release = answer->release;
    x->owner = answer->owner;
    if (has_body) {
        x->rest = answer->body;
        x->rest_bytes = answer->body_bytes;
    }
    return 0;
}

static void give_answer(struct sc_exchange *base, const struct sc_answer *answer)
{
    struct sc_h1 *h1 = sc_h1_of(base);
    struct sc_h1_exchange *x = &h1->x;
    if (h1->phase != SC_H1_OPEN || x->answer != SC_ANSWER_NONE) {
        if (answer->release)
            answer->release(answer->owner);
        return;
    }
    x->is_keep_alive = !must_close(h1, answer);
    x->answer = SC_ANSWER_WHOLE;
    struct sc_response response = {
        .status = answer->status,
        .media_type = answer->media_type,
        .headers = answer->headers,
        .length_bytes = answer->body_bytes,
        .is_closing = !x->is_keep_alive,
    };
    bool has_body = !base->is_head && answer->status != 204 && answer->status != 304;
    int rc = sc_response_write(&h1->out, &response);
    if (take_body(h1, answer, has_body) < 0 || rc < 0)
        sc_h1_doom(h1);
    else
        sc_h1_advance_later(h1);
}

static void begin(struct sc_exchange *base, int status, const char *media_type, const char *headers)
{
    struct sc_h1 *h1 = sc_h1_of(base);
    struct sc_h1_exchange *x = &h1->x;
    if (h1->phase != SC_H1_OPEN || x->answer != SC_ANSWER_NONE)
        return;
    x->is_keep_alive = false;
    x->answer = base->is_head ? SC_ANSWER_LAST : SC_ANSWER_STREAM;
    struct sc_response response = {
        .status = status,
        .media_type = media_type,
        .headers = headers,
        .length_bytes = SC_RESPONSE_NO_LENGTH,
        .is_closing = true,
    };
    sc_buf_fini(&h1->in); /* nothing that this peer still says matters */
    if (sc_response_write(&h1->out, &response) < 0)
        sc_h1_doom(h1);
    else
        sc_h1_advance_later(h1);
}

static ssize_t send_some(struct sc_exchange *x, const struct iovec *parts, int n_parts)
{
    struct sc_h1 *h1 = sc_h1_of(x);
    if (h1->phase != SC_H1_OPEN || h1->x.answer != SC_ANSWER_STREAM)
        return -EPIPE;
    if (h1->is_blocked)
        return -EAGAIN;
    ssize_t n = send_parts(h1, parts, n_parts);
    if (n < 0 && n != -EAGAIN)
        sc_h1_doom(h1);
    return n == 0 ? -EAGAIN : n;
}

static int free_socket(const struct sc_exchange *x)
{
    const struct sc_h1 *h1 = sc_h1_of_const(x);
    bool is_free = h1->phase == SC_H1_OPEN && h1->x.answer == SC_ANSWER_STREAM && !h1->is_blocked &&
                   head_left(h1) == 0 && h1->conn.ops->is_plain;
    return is_free ? h1->conn.fd : -EAGAIN;
}

static void was_sent(struct sc_exchange *x, size_t asked_bytes, ssize_t sent)
{
    if (sent < 0 && sent != -EAGAIN)
        sc_h1_doom(sc_h1_of(x));
    else
        note_sent(sc_h1_of(x), sent < 0 || (size_t)sent < asked_bytes);
}

static uint64_t wait_ns(const struct sc_exchange *x, struct sc_line *line)
{
    const struct sc_h1 *h1 = sc_h1_of_const(x);
    struct sc_backlog backlog;
    if (h1->phase != SC_H1_OPEN || sc_backlog_read(h1->conn.fd, &backlog) < 0)
        return 0;
    return sc_line_wait_ns(line, &backlog, sc_loop_now_ns(h1->config->loop));
}

static void finish(struct sc_exchange *x)
{
    struct sc_h1 *h1 = sc_h1_of(x);
    if (h1->x.answer != SC_ANSWER_STREAM)
        return;
    h1->x.answer = SC_ANSWER_LAST;
    sc_h1_advance_later(h1);
}

static void abort_connection(struct sc_exchange *x)
{
    sc_h1_doom(sc_h1_of(x));
}

const struct sc_carrier sc_h1_carrier = {
    .answer = give_answer,
    .read_body = sc_h1_read_body,
    .begin = begin,
    .send = send_some,
    .socket = free_socket,
    .sent = was_sent,
    .wait_ns = wait_ns,
    .finish = finish,
    .abort = abort_connection,
    .move = sc_h1_move,
};
