/* SPDX-License-Identifier: MIT */
#include "http/h1.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "http/h1/conn.h"
#include "http/h2.h"
#include "net/tls.h"

#define EVENTS       (EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET)
#define READ_BYTES   2048              /* first read of a head */
#define OUT_BYTES    (4 * 1024 * 1024) /* an answer that is copied */
#define STEPS        64                /* of one connection in one turn: others wait */
#define LINGER_NS    (5 * SC_NS_PER_S)
#define PARTING_NS   (500 * SC_NS_PER_MS) /* the same while the server stops, or when it was late */
#define LINGER_BYTES 4096                 /* thrown away in one step */

/* --- patience --- */

static uint64_t deadline_ns(const struct sc_h1 *h1)
{
    const struct sc_h1_config *c = h1->config;
    switch (h1->phase) {
    case SC_H1_HEAD:
        if (h1->in.len_bytes == 0 && !h1->is_first)
            return h1->since_ns + c->idle_timeout_ns;
        return h1->since_ns + c->header_timeout_ns;
    case SC_H1_OPEN:
        if (h1->is_blocked)
            return h1->progress_ns + c->stall_timeout_ns;
        return h1->x.body == SC_BODY_READING && h1->x.answer == SC_ANSWER_NONE
                   ? sc_body_deadline_ns(&h1->x.progress)
                   : UINT64_MAX;
    case SC_H1_LINGER:
        return h1->since_ns + (c->is_draining || h1->is_late ? PARTING_NS : LINGER_NS);
    case SC_H1_MOVING:
    case SC_H1_DOOMED:
        break;
    }
    return UINT64_MAX;
}

void sc_h1_arm(struct sc_h1 *h1)
{
    uint64_t due = deadline_ns(h1);
    if (due == UINT64_MAX || (sc_timer_is_started(&h1->timer) && h1->timer.due_ns <= due))
        return; /* it looks again when it fires */
    if (sc_timer_start(sc_loop_timers(h1->config->loop), &h1->timer, due) < 0)
        sc_h1_doom(h1);
}

static void count(_Atomic uint64_t *counter)
{
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

static void give_up(struct sc_h1 *h1)
{
    struct sc_h1_config *c = h1->config;
    h1->is_late = true;
    if (h1->phase == SC_H1_HEAD && (h1->in.len_bytes > 0 || h1->is_first)) {
        count(&c->stats->n_header_timeouts);
        if (h1->in.len_bytes > 0) {
            sc_h1_enter(h1, SC_H1_OPEN);
            c->refuse(&h1->x.base, 408, "the request's head did not come in time", c->self);
            return;
        }
    } else if (h1->phase == SC_H1_HEAD) {
        count(&c->stats->n_idle_timeouts);
    } else if (h1->phase == SC_H1_OPEN && h1->is_blocked) {
        count(&c->stats->n_stalls);
        sc_conn_give_up(&h1->conn);
    } else if (h1->phase == SC_H1_OPEN) {
        count(&c->stats->n_body_timeouts);
        c->refuse(&h1->x.base, 408, "the request's body did not come in time", c->self);
        return;
    }
    sc_h1_doom(h1);
}

static void on_timer(struct sc_timer *timer)
{
    struct sc_h1 *h1 = sc_container_of(timer, struct sc_h1, timer);
    if (deadline_ns(h1) <= sc_loop_now_ns(h1->config->loop))
        give_up(h1);
    if (h1->phase != SC_H1_DOOMED)
        sc_h1_arm(h1);
}

/* --- life --- */

static void bury(struct sc_h1 *h1)
{
    struct sc_h1_exchange *x = &h1->x;
    sc_h1_answer_drop(h1);
    if (x->base.ops)
        x->base.ops->gone(x->base.self);
    sc_list_remove(&h1->link);
    sc_buf_fini(&h1->in);
    sc_buf_fini(&h1->out);
    atomic_fetch_sub_explicit(&h1->config->stats->n_connections, 1, memory_order_relaxed);
    free(h1);
}

void sc_h1_at_end_of_turn(struct sc_task *task)
{
    struct sc_h1 *h1 = sc_container_of(task, struct sc_h1, end_of_turn);
    h1->is_deferred = false;
    if (h1->phase == SC_H1_DOOMED)
        bury(h1);
    else if (h1->phase == SC_H1_MOVING)
        sc_h1_depart(h1);
    else
        sc_h1_advance(h1);
}

static void defer(struct sc_h1 *h1)
{
    if (!h1->is_deferred)
        sc_loop_defer(h1->config->loop, &h1->end_of_turn);
    h1->is_deferred = true;
}

void sc_h1_join(struct sc_h1 *h1)
{
    sc_list_append(&h1->config->connections, &h1->link);
    sc_h1_enter(h1, SC_H1_HEAD);
    if (h1->phase != SC_H1_DOOMED && sc_loop_add(h1->config->loop, &h1->watch, EVENTS) < 0)
        sc_h1_doom(h1);
}

void sc_h1_leave(struct sc_h1 *h1, enum sc_h1_phase phase)
{
    h1->phase = phase;
    sc_timer_stop(sc_loop_timers(h1->config->loop), &h1->timer);
    sc_loop_remove(h1->config->loop, &h1->watch);
    defer(h1);
}

void sc_h1_doom(struct sc_h1 *h1)
{
    if (h1->phase == SC_H1_DOOMED)
        return;
    sc_h1_leave(h1, SC_H1_DOOMED);
    h1->conn.ops->close(&h1->conn);
}

void sc_h1_enter(struct sc_h1 *h1, enum sc_h1_phase phase)
{
    h1->phase = phase;
    h1->since_ns = h1->progress_ns = sc_loop_now_ns(h1->config->loop);
    h1->is_blocked = false;
    sc_h1_arm(h1);
}

void sc_h1_advance_later(struct sc_h1 *h1)
{
    if (!h1->is_advancing && h1->phase != SC_H1_DOOMED)
        defer(h1);
}

/* A viewer whose socket was full goes on when those that keep up have been served. */
static void on_ready(struct sc_watch *watch, uint32_t events)
{
    struct sc_h1 *h1 = sc_container_of(watch, struct sc_h1, watch);
    bool is_behind = events == EPOLLOUT && h1->x.answer == SC_ANSWER_STREAM;
    if (events & EPOLLERR) {
        sc_h1_doom(h1);
        return;
    }
    if (events & EPOLLHUP) /* what came before the end is still there to be read */
        events |= EPOLLIN | EPOLLRDHUP | EPOLLOUT;
    if (events & (EPOLLIN | EPOLLRDHUP))
        h1->is_readable = true;
    if (events & EPOLLRDHUP)
        h1->is_eof = true;
    if (events & EPOLLOUT) {
        h1->is_blocked = false;
        h1->is_readable = h1->is_readable || h1->conn.wants_write;
    }
    if (is_behind)
        sc_h1_advance_later(h1);
    else
        sc_h1_advance(h1);
}

static bool is_above_limit(struct sc_h1_config *config)
{
    uint64_t n = atomic_fetch_add_explicit(&config->stats->n_connections, 1, memory_order_relaxed);
    return n >= config->max_connections || config->is_draining;
}

/* A connection above the limit gets no handshake: that would be the dearest way to say no. */
static void refuse_connection(struct sc_h1_config *config, const struct sc_door *door, int fd)
{
    static const char answer[] = "HTTP/1.1 503 Service Unavailable\r\n"
                                 "Retry-After: 5\r\nContent-Type: text/plain\r\n"
                                 "X-Content-Type-Options: nosniff\r\n"
                                 "Referrer-Policy: no-referrer\r\n"
                                 "Content-Length: 58\r\nConnection: close\r\n\r\n"
                                 "the server has all the connections it may; try again soon\n";
    struct sc_conn conn;
    sc_conn_init_plain(&conn, fd);
    struct iovec part = {(void *)(uintptr_t)answer, sizeof answer - 1};
    if (!door->tls)
        (void)conn.ops->send(&conn, &part, 1); /* it is being sent away: no second try */
    conn.ops->finish(&conn);
    conn.ops->close(&conn);
    atomic_fetch_sub_explicit(&config->stats->n_connections, 1, memory_order_relaxed);
    count(&config->stats->n_refused);
}

static int init_conn(struct sc_conn *conn, const struct sc_door *door, int fd)
{
    if (door->tls)
        return sc_conn_init_tls(conn, door->tls, fd);
    sc_conn_init_plain(conn, fd);
    return 0;
}

static struct sc_exchange fresh_base(const struct sc_h1 *h1, bool is_head)
{
    return (struct sc_exchange){.carrier = &sc_h1_carrier,
                                .door = h1->door,
                                .peer = &h1->peer,
                                .id = h1->id,
                                .is_head = is_head};
}

void sc_h1_open(struct sc_h1_config *config, const struct sc_door *door, int fd)
{
    count(&config->stats->n_accepted);
    struct sc_h1 *h1 = is_above_limit(config) ? NULL : calloc(1, sizeof *h1);
    if (!h1 || init_conn(&h1->conn, door, fd) < 0) {
        free(h1);
        refuse_connection(config, door, fd);
        return;
    }
    h1->config = config;
    h1->door = door;
    h1->peer = sc_address_of(fd);
    h1->id = sc_exchange_next_id();
    h1->timer.fire = on_timer;
    h1->end_of_turn.run = sc_h1_at_end_of_turn;
    h1->is_first = true;
    h1->awaits_proxy = door->proxies;
    sc_buf_init(&h1->in, SC_REQUEST_HEAD_MAX_BYTES);
    sc_buf_init(&h1->out, OUT_BYTES);
    h1->watch = (struct sc_watch){.fd = fd, .ready = on_ready};
    h1->x.base = fresh_base(h1, false);
    sc_h1_join(h1);
}

/* --- requests --- */

ssize_t sc_h1_fill(struct sc_h1 *h1, size_t want_bytes)
{
    size_t left = h1->in.max_bytes - h1->in.len_bytes;
    size_t bytes = want_bytes < left ? want_bytes : left;
    if (!h1->is_readable)
        return -EAGAIN;
    int rc = sc_buf_reserve(&h1->in, bytes);
    if (rc < 0)
        return rc;
    ssize_t n = h1->conn.ops->recv(&h1->conn, h1->in.data + h1->in.len_bytes, bytes);
    if (n > 0)
        h1->in.len_bytes += (size_t)n;
    if (n < 0 || (size_t)n < bytes)
        h1->is_readable = n > 0 && (h1->is_eof || h1->conn.is_ended);
    return n;
}

static void open_exchange(struct sc_h1 *h1, const struct sc_request *request)
{
    bool has_body = request->is_chunked || (request->has_length && request->length_bytes > 0);
    h1->x = (struct sc_h1_exchange){
        .base = fresh_base(h1, request->method == SC_METHOD_HEAD),
        .is_keep_alive = request->is_keep_alive && request->minor_version == 1,
        .wants_continue = request->wants_continue,
        .is_chunked = request->is_chunked,
        .body = has_body ? SC_BODY_UNREAD : SC_BODY_NONE,
        .body_left_bytes = request->has_length ? request->length_bytes : 0,
    };
    h1->is_first = false;
    sc_h1_enter(h1, SC_H1_OPEN);
    count(&h1->config->stats->n_requests);
}

/* RFC 9113 section 3: over TLS, or by prior knowledge from this machine. */
static bool may_be_h2(const struct sc_h1 *h1)
{
    size_t n = h1->in.len_bytes < SC_H2_PREFACE_BYTES ? h1->in.len_bytes : SC_H2_PREFACE_BYTES;
    return h1->is_first && n > 0 && memcmp(h1->in.data, SC_H2_PREFACE, n) == 0 &&
           sc_h2_is_built() && (h1->door->tls || sc_conn_is_local(&h1->conn));
}

/* Returns: 0 it has gone; -EAGAIN the preface is not complete. */
static int become_h2(struct sc_h1 *h1)
{
    if (h1->in.len_bytes < SC_H2_PREFACE_BYTES)
        return -EAGAIN;
    sc_h1_leave(h1, SC_H1_DOOMED);
    (void)sc_h2_open(h1->config, h1->door, &h1->conn, &h1->peer, h1->in.data, h1->in.len_bytes);
    return 0; /* without memory it was closed */
}

/* The request's texts point into the buffer, so the head leaves it only after the handler. */
static int read_head(struct sc_h1 *h1)
{
    struct sc_h1_config *c = h1->config;
    struct sc_request request;
    const char *reason = NULL;
    int rc = -EAGAIN;
    if (may_be_h2(h1))
        rc = become_h2(h1);
    else if (h1->in.len_bytes)
        rc = sc_request_parse(h1->in.data, h1->in.len_bytes, &request, &reason);
    if (h1->phase == SC_H1_DOOMED)
        return 0;
    if (rc == -EAGAIN) {
        bool was_idle = h1->in.len_bytes == 0;
        ssize_t n = sc_h1_fill(h1, was_idle ? READ_BYTES : SC_REQUEST_HEAD_MAX_BYTES);
        if (n > 0 && was_idle && !h1->is_first)
            sc_h1_enter(h1, SC_H1_HEAD); /* from here on the head's own deadline counts */
        return n > 0 ? 0 : n < 0 ? (int)n : -ECONNRESET;
    }
    if (rc < 0) {
        count(&c->stats->n_bad_requests);
        sc_h1_enter(h1, SC_H1_OPEN);
        h1->x = (struct sc_h1_exchange){.base = fresh_base(h1, false), .body = SC_BODY_UNREAD};
        c->refuse(&h1->x.base, -rc, reason, c->self);
        return 0;
    }
    open_exchange(h1, &request);
    size_t head_bytes = request.head_bytes;
    c->handle(&h1->x.base, &request, c->self);
    if (h1->phase == SC_H1_MOVING)
        return -EAGAIN;
    if (h1->in.len_bytes >= head_bytes) /* else a streaming answer has dropped it all */
        sc_buf_consume(&h1->in, head_bytes);
    return 0;
}

static void close_exchange(struct sc_h1 *h1)
{
    struct sc_h1_exchange *x = &h1->x;
    bool is_kept = x->is_keep_alive && !h1->config->is_draining;
    sc_h1_answer_drop(h1);
    if (x->base.ops)
        x->base.ops->gone(x->base.self);
    *x = (struct sc_h1_exchange){.base = fresh_base(h1, false)};
    if (is_kept) {
        if (h1->in.len_bytes == 0)
            sc_buf_fini(&h1->in);
        sc_h1_enter(h1, SC_H1_HEAD);
        return;
    }
    sc_buf_fini(&h1->in);
    h1->conn.ops->finish(&h1->conn);
    sc_h1_enter(h1, SC_H1_LINGER);
    h1->is_readable = true;
}

/* The head goes with the first bytes that there are; when there are none yet, alone. */
static int go_on_streaming(struct sc_h1 *h1)
{
    struct sc_h1_exchange *x = &h1->x;
    if (x->base.ops)
        x->base.ops->writable(x->base.self);
    if (x->answer != SC_ANSWER_STREAM)
        return 0; /* it has finished just now */
    int rc = sc_h1_flush(h1);
    return rc == 0 ? -EAGAIN : rc;
}

static int send_answer(struct sc_h1 *h1)
{
    if (h1->is_blocked)
        return -EAGAIN;
    if (h1->x.answer == SC_ANSWER_STREAM)
        return go_on_streaming(h1);
    int rc = sc_h1_flush(h1);
    if (rc == 0)
        close_exchange(h1);
    return rc;
}

/* A peer that has closed its side, or the whole, while it waits for a stream or a picture has left.
 */
static int proceed(struct sc_h1 *h1)
{
    struct sc_h1_exchange *x = &h1->x;
    if (x->answer == SC_ANSWER_NONE && x->body == SC_BODY_READING)
        return sc_h1_body_read(h1);
    if (h1->is_eof && (x->answer == SC_ANSWER_NONE || x->answer == SC_ANSWER_STREAM))
        return -ECONNRESET;
    return x->answer == SC_ANSWER_NONE ? -EAGAIN : send_answer(h1);
}

static int linger(struct sc_h1 *h1)
{
    ssize_t n = h1->conn.ops->skip(&h1->conn, LINGER_BYTES);
    return n > 0 ? 0 : n < 0 ? (int)n : -ECONNRESET;
}

static int step(struct sc_h1 *h1)
{
    switch (h1->phase) {
    case SC_H1_HEAD:
        return h1->awaits_proxy ? sc_h1_proxy_read(h1) : read_head(h1);
    case SC_H1_OPEN:
        return proceed(h1);
    case SC_H1_LINGER:
        return linger(h1);
    case SC_H1_MOVING:
    case SC_H1_DOOMED:
        break;
    }
    return -EAGAIN;
}

void sc_h1_advance(struct sc_h1 *h1)
{
    int rc = 0;
    if (h1->is_advancing)
        return;
    h1->is_advancing = true;
    for (int i = 0; i < STEPS && rc == 0 && h1->phase != SC_H1_DOOMED; i++) {
        bool had_answer = h1->x.answer != SC_ANSWER_NONE;
        rc = step(h1);
        if (rc < 0 && !had_answer && h1->x.answer != SC_ANSWER_NONE)
            rc = 0; /* that step has answered: send it */
    }
    h1->is_advancing = false;
    if (rc < 0 && rc != -EAGAIN)
        sc_h1_doom(h1);
    else if (rc == 0 && h1->phase != SC_H1_DOOMED &&
             sc_loop_rearm(h1->config->loop, &h1->watch, EVENTS) < 0)
        sc_h1_doom(h1);
}

/* --- what is asked from outside --- */

void sc_h1_drain(struct sc_h1 *h1)
{
    if (h1->phase == SC_H1_HEAD) {
        h1->conn.ops->finish(&h1->conn);
        sc_h1_enter(h1, SC_H1_LINGER);
        sc_h1_advance_later(h1);
    } else if (h1->phase == SC_H1_OPEN && h1->x.base.ops && h1->x.base.ops->drain) {
        h1->x.base.ops->drain(h1->x.base.self);
    } else {
        sc_h1_arm(h1);
    }
}

void sc_h1_init(struct sc_h1_config *config)
{
    sc_list_init(&config->connections);
    sc_list_init(&config->h2_connections);
}

bool sc_h1_is_idle(const struct sc_h1_config *config)
{
    return sc_list_is_empty(&config->connections) && sc_list_is_empty(&config->h2_connections);
}

void sc_h1_drain_all(struct sc_h1_config *config)
{
    config->is_draining = true;
    sc_h2_drain_all(config);
    for (struct sc_list *l = config->connections.next, *next; l != &config->connections; l = next) {
        next = l->next;
        sc_h1_drain(sc_container_of(l, struct sc_h1, link));
    }
}

void sc_h1_abort_all(struct sc_h1_config *config)
{
    sc_h2_abort_all(config);
    for (struct sc_list *l = config->connections.next, *next; l != &config->connections; l = next) {
        next = l->next;
        sc_h1_doom(sc_container_of(l, struct sc_h1, link));
    }
}
