/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <string.h>

#include "base/clock.h"
#include "http/h1/conn.h"

#define FRAMING_BYTES 1024 /* read at once when chunk framing is due */

void sc_h1_read_body(struct sc_exchange *base, const struct sc_body_patience *patience)
{
    struct sc_h1 *h1 = sc_h1_of(base);
    struct sc_h1_exchange *x = &h1->x;
    if (h1->phase != SC_H1_OPEN)
        return;
    uint64_t now = sc_loop_now_ns(h1->config->loop);
    x->progress = (struct sc_body_progress){*patience, 0, now, now};
    x->body = SC_BODY_READING;
    sc_h1_arm(h1);
    sc_h1_advance_later(h1);
}

/* Bytes that came with the head, or behind chunk framing, are copied; all others are received in
 * place. Returns: bytes; 0 at the peer's end; -EAGAIN; a negative errno. */
static ssize_t get_bytes(struct sc_h1 *h1, uint8_t *room, size_t bytes)
{
    if (h1->in.len_bytes == 0) {
        ssize_t n = h1->is_readable ? h1->conn.ops->recv(&h1->conn, room, bytes) : -EAGAIN;
        if (n < 0 || (size_t)n < bytes)
            h1->is_readable =
                n > 0 &&
                (h1->is_eof || h1->conn.is_ended); /* a short read has drained it (epoll(7)) */
        return n;
    }
    size_t n = bytes < h1->in.len_bytes ? bytes : h1->in.len_bytes;
    memcpy(room, h1->in.data, n);
    sc_buf_consume(&h1->in, n);
    return (ssize_t)n;
}

/* The framing behind a chunk is received with it where there is room, and put aside. */
static size_t wanted_bytes(const struct sc_h1 *h1, size_t room_bytes)
{
    uint64_t want = h1->x.body_left_bytes;
    if (h1->x.is_chunked && h1->in.len_bytes == 0)
        want += FRAMING_BYTES;
    return want < room_bytes ? (size_t)want : room_bytes;
}

static int read_data(struct sc_h1 *h1)
{
    struct sc_h1_exchange *x = &h1->x;
    uint8_t *room;
    size_t room_bytes;
    int rc = x->base.ops->room(x->base.self, &room, &room_bytes);
    if (rc < 0)
        return rc;
    ssize_t n = get_bytes(h1, room, wanted_bytes(h1, room_bytes));
    if (n <= 0)
        return n < 0 ? (int)n : -ECONNRESET;
    size_t got = (uint64_t)n < x->body_left_bytes ? (size_t)n : (size_t)x->body_left_bytes;
    rc = sc_buf_append(&h1->in, room + got, (size_t)n - got);
    if (rc < 0)
        return rc;
    x->body_left_bytes -= got;
    x->progress.n_bytes += got;
    x->progress.last_ns = sc_loop_now_ns(h1->config->loop);
    return x->base.ops->received(x->base.self, got);
}

static int read_framing(struct sc_h1 *h1)
{
    struct sc_h1_exchange *x = &h1->x;
    if (h1->in.len_bytes == 0) {
        ssize_t n = sc_h1_fill(h1, FRAMING_BYTES);
        if (n <= 0)
            return n < 0 ? (int)n : -ECONNRESET;
    }
    size_t used;
    int rc = sc_chunked_parse(&x->chunked, h1->in.data, h1->in.len_bytes, &used);
    sc_buf_consume(&h1->in, used);
    if (rc == 0) {
        x->body_left_bytes = x->chunked.left_bytes;
        x->chunked.left_bytes = 0;
    }
    return rc == -EAGAIN ? 0 : rc; /* all was used: come again */
}

static int complete(struct sc_h1 *h1)
{
    h1->x.body = SC_BODY_DONE;
    h1->x.base.ops->complete(h1->x.base.self);
    return 0;
}

/* RFC 9110 section 10.1.1: not when some of the body is there already. Returns: 0; -EAGAIN or
 * another negative errno, when not even 25 bytes fit. */
static int say_continue(struct sc_h1 *h1)
{
    static const char line[] = "HTTP/1.1 100 Continue\r\n\r\n";
    h1->x.wants_continue = false;
    if (h1->in.len_bytes > 0)
        return 0;
    int rc = sc_buf_append(&h1->out, line, sizeof line - 1);
    rc = rc == 0 ? sc_h1_flush(h1) : rc;
    return rc == -EAGAIN ? -ENOBUFS : rc;
}

int sc_h1_body_read(struct sc_h1 *h1)
{
    struct sc_h1_exchange *x = &h1->x;
    if (x->wants_continue) {
        int rc = say_continue(h1);
        if (rc < 0)
            return rc;
    }
    if (x->body_left_bytes > 0)
        return read_data(h1);
    if (!x->is_chunked)
        return complete(h1);
    int rc = read_framing(h1);
    if (rc == -ENODATA)
        return complete(h1);
    if (rc == -EPROTO) {
        atomic_fetch_add_explicit(&h1->config->stats->n_bad_requests, 1, memory_order_relaxed);
        h1->config->refuse(&x->base, 400, "the chunked body is malformed (RFC 9112 section 7.1)",
                           h1->config->self);
    }
    return rc;
}
