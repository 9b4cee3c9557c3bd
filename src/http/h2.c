/* SPDX-License-Identifier: MIT */
#define SC_LOG_TOPIC "http.h2"
#include "http/h2.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/clock.h"
#include "base/unfilled.h"
#include "http/h2/conn.h"
#include "net/loop.h"
#include "stillcast/log.h"

#define EVENTS        (EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET)
#define READ_BYTES    16384
#define READS         16           /* of one connection in one turn: others wait */
#define OUT_BYTES     (256 * 1024) /* what one call of nghttp2 may make */
#define LOOK_NS       SC_NS_PER_S  /* how exact deadlines are */
#define LINGER_NS     (2 * SC_NS_PER_S)
#define WINDOW_BYTES  (1 << 20) /* that a publisher may be ahead */
#define HEAD_LIST_MAX SC_REQUEST_HEAD_MAX_BYTES
#define QUEUE_MAX     1000 /* frames that a peer may make us owe it */

static uint64_t now_ns(const struct sc_h2 *h2)
{
    return sc_loop_now_ns(h2->config->loop);
}

bool sc_h2_is_built(void)
{
    return true;
}

/* --- the end --- */

static void free_stream(struct sc_h2_stream *s)
{
    sc_h2_answer_drop(s);
    if (s->base.ops)
        s->base.ops->gone(s->base.self);
    sc_list_remove(&s->link);
    sc_buf_fini(&s->head);
    sc_buf_fini(&s->copy);
    sc_buf_fini(&s->early);
    free(s->path);
    free(s->authority);
    free(s);
}

static void free_all(struct sc_list *streams)
{
    while (!sc_list_is_empty(streams))
        free_stream(sc_container_of(streams->next, struct sc_h2_stream, link));
}

static void bury(struct sc_h2 *h2)
{
    free_all(&h2->streams);
    free_all(&h2->dead);
    nghttp2_session_del(h2->session);
    sc_list_remove(&h2->link);
    sc_buf_fini(&h2->out);
    atomic_fetch_sub_explicit(&h2->config->stats->n_connections, 1, memory_order_relaxed);
    free(h2);
}

static void defer(struct sc_h2 *h2)
{
    if (!h2->is_deferred)
        sc_loop_defer(h2->config->loop, &h2->end_of_turn);
    h2->is_deferred = true;
}

void sc_h2_doom(struct sc_h2 *h2)
{
    if (h2->phase == SC_H2_DOOMED)
        return;
    h2->phase = SC_H2_DOOMED;
    sc_timer_stop(sc_loop_timers(h2->config->loop), &h2->timer);
    sc_loop_remove(h2->config->loop, &h2->watch);
    h2->conn.ops->close(&h2->conn);
    defer(h2);
}

void sc_h2_advance_later(struct sc_h2 *h2)
{
    if (!h2->is_advancing && h2->phase != SC_H2_DOOMED)
        defer(h2);
}

void sc_h2_bury_later(struct sc_h2_stream *s)
{
    if (s->is_dead)
        return;
    s->is_dead = true;
    (void)nghttp2_session_set_stream_user_data(s->h2->session, s->id, NULL);
    sc_list_remove(&s->link);
    sc_list_append(&s->h2->dead, &s->link);
    s->h2->idle_ns = now_ns(s->h2);
    defer(s->h2);
}

void sc_h2_reset(struct sc_h2_stream *s, uint32_t error_code)
{
    if (s->is_dead)
        return;
    (void)nghttp2_submit_rst_stream(s->h2->session, NGHTTP2_FLAG_NONE, s->id, error_code);
    sc_h2_bury_later(s);
}

static void linger(struct sc_h2 *h2)
{
    if (h2->phase >= SC_H2_LINGER)
        return;
    h2->phase = SC_H2_LINGER;
    h2->since_ns = now_ns(h2);
    h2->is_readable = true;
    h2->conn.ops->finish(&h2->conn);
}

/* --- sending --- */

/* Returns: 0 all is out; -EAGAIN; a negative errno. */
static int flush(struct sc_h2 *h2)
{
    while (h2->out.len_bytes > 0) {
        struct iovec part = {h2->out.data, h2->out.len_bytes};
        ssize_t n = h2->conn.ops->send(&h2->conn, &part, 1);
        if (n == -EAGAIN)
            h2->is_blocked = true;
        if (n < 0)
            return (int)n;
        sc_buf_consume(&h2->out, (size_t)n);
        h2->progress_ns = now_ns(h2);
    }
    sc_buf_fini(&h2->out);
    return 0;
}

/* What is behind the first taken bytes. */
static int keep(struct sc_h2 *h2, const struct iovec *parts, int n_parts, size_t taken)
{
    int rc = 0;
    for (int i = 0; i < n_parts && rc == 0; i++) {
        size_t skip = parts[i].iov_len < taken ? parts[i].iov_len : taken;
        taken -= skip;
        rc = sc_buf_append(&h2->out, (const char *)parts[i].iov_base + skip,
                           parts[i].iov_len - skip);
    }
    return rc;
}

/* Sends, or keeps what the socket does not take. Returns: 0; a negative errno. */
static int write_out(struct sc_h2 *h2, const struct iovec *parts, int n_parts)
{
    size_t total = 0;
    ssize_t n = h2->is_blocked ? -EAGAIN : h2->conn.ops->send(&h2->conn, parts, n_parts);
    if (n < 0 && n != -EAGAIN)
        return (int)n;
    for (int i = 0; i < n_parts; i++)
        total += parts[i].iov_len;
    size_t taken = n < 0 ? 0 : (size_t)n;
    if (taken)
        h2->progress_ns = now_ns(h2);
    h2->is_blocked = taken < total;
    return h2->is_blocked ? keep(h2, parts, n_parts, taken) : 0;
}

static int write_batch(struct sc_h2 *h2)
{
    struct sc_h2_batch *batch = h2->batch;
    int n = batch->n_parts;
    batch->n_parts = batch->n_frames = 0;
    return n > 0 ? write_out(h2, batch->parts, n) : 0;
}

int sc_h2_gather(struct sc_h2 *h2, const uint8_t *head, const struct iovec *slices, int n_slices)
{
    struct sc_h2_batch *batch = h2->batch;
    uint8_t *own = batch->heads[batch->n_frames++];
    memcpy(own, head, SC_H2_HEAD_BYTES);
    batch->parts[batch->n_parts++] = (struct iovec){own, SC_H2_HEAD_BYTES};
    memcpy(batch->parts + batch->n_parts, slices, (size_t)n_slices * sizeof *slices);
    batch->n_parts += n_slices;
    return batch->n_frames < SC_H2_BATCH ? 0 : write_batch(h2);
}

/* Returns: 1 there may be more; 0; a negative errno. */
static int pump_some(struct sc_h2 *h2)
{
    const uint8_t *made;
    h2->is_inside = true;
    ssize_t n = nghttp2_session_mem_send(h2->session, &made);
    h2->is_inside = false;
    int rc = n < 0 ? -ENOMEM : write_batch(h2);
    if (rc == 0 && n > 0) {
        const struct iovec part = {(void *)(uintptr_t)made, (size_t)n};
        rc = write_out(h2, &part, 1);
    }
    return rc < 0 ? rc : n > 0;
}

void sc_h2_pump(struct sc_h2 *h2)
{
    if (h2->is_inside || h2->phase >= SC_H2_LINGER || h2->is_blocked)
        return;
    struct sc_h2_batch batch;
    batch.n_parts = batch.n_frames = 0;
    h2->batch = &batch;
    int rc = flush(h2);
    rc = rc == 0 ? 1 : rc;
    while (rc > 0 && !h2->is_blocked)
        rc = pump_some(h2);
    h2->batch = NULL;
    if (rc < 0 && rc != -EAGAIN)
        sc_h2_doom(h2);
}

bool sc_h2_can_send(const struct sc_h2_stream *s)
{
    const struct sc_h2 *h2 = s->h2;
    return !h2->is_blocked && !h2->is_inside && h2->phase < SC_H2_LINGER && !s->is_dead &&
           nghttp2_session_get_stream_remote_window_size(h2->session, s->id) > 0 &&
           nghttp2_session_get_remote_window_size(h2->session) > 0;
}

static size_t count_streams(const struct sc_h2 *h2)
{
    size_t n = 0;
    for (const struct sc_list *l = h2->streams.next; l != &h2->streams; l = l->next)
        n++;
    return n;
}

/* Who can send again does, each once and in turn. Any of them may end while another is served. */
static void serve(struct sc_h2 *h2)
{
    for (size_t n = count_streams(h2); n > 0 && !sc_list_is_empty(&h2->streams); n--) {
        struct sc_h2_stream *s = sc_container_of(h2->streams.next, struct sc_h2_stream, link);
        if (s->is_waiting && !sc_h2_can_send(s) && h2->is_blocked)
            return; /* the next turn begins with this one */
        sc_list_remove(&s->link);
        sc_list_append(&h2->streams, &s->link);
        if (!s->is_waiting || !sc_h2_can_send(s))
            continue;
        s->is_waiting = false;
        s->base.ops->writable(s->base.self);
    }
}

/* --- reading --- */

void sc_h2_send_away(struct sc_h2 *h2, uint32_t error_code)
{
    sc_log(SC_DEBUG, "a connection is sent away: %s", nghttp2_http2_strerror(error_code));
    (void)nghttp2_session_terminate_session(h2->session, error_code);
    h2->phase = h2->phase == SC_H2_OPEN ? SC_H2_CLOSING : h2->phase;
}

static void count_flood(const struct sc_h2 *h2)
{
    atomic_fetch_add_explicit(&h2->config->stats->n_floods, 1, memory_order_relaxed);
}

void sc_h2_send_flooder_away(struct sc_h2 *h2)
{
    if (h2->phase == SC_H2_OPEN)
        count_flood(h2);
    sc_h2_send_away(h2, NGHTTP2_ENHANCE_YOUR_CALM);
}

/* No new streams; those that are there go on to their end. */
static void say_goodbye(struct sc_h2 *h2)
{
    int32_t last = nghttp2_session_get_last_proc_stream_id(h2->session);
    (void)nghttp2_submit_goaway(h2->session, NGHTTP2_FLAG_NONE, last, NGHTTP2_NO_ERROR, NULL, 0);
    h2->phase = h2->phase == SC_H2_OPEN ? SC_H2_CLOSING : h2->phase;
}

static int hear(struct sc_h2 *h2, const uint8_t *bytes, size_t n_bytes)
{
    h2->is_inside = true;
    ssize_t n = nghttp2_session_mem_recv(h2->session, bytes, n_bytes);
    h2->is_inside = false;
    if (n < 0) {
        sc_log(SC_DEBUG, "a connection is cut: %s", nghttp2_strerror((int)n));
        if (n == NGHTTP2_ERR_FLOODED)
            count_flood(h2);
        return n == NGHTTP2_ERR_NOMEM ? -ENOMEM : -EPROTO;
    }
    if (nghttp2_session_get_outbound_queue_size(h2->session) > QUEUE_MAX)
        sc_h2_send_flooder_away(h2);
    return 0;
}

/* Returns: 0 there may be more; -EAGAIN; a negative errno. */
static int read_some(struct sc_h2 *h2)
{
    SC_UNFILLED uint8_t bytes[READ_BYTES];
    ssize_t n = h2->phase == SC_H2_LINGER ? h2->conn.ops->skip(&h2->conn, sizeof bytes)
                                          : h2->conn.ops->recv(&h2->conn, bytes, sizeof bytes);
    if (n <= 0)
        return n < 0 ? (int)n : -ECONNRESET;
    return h2->phase == SC_H2_LINGER ? 0 : hear(h2, bytes, (size_t)n);
}

static int read_all(struct sc_h2 *h2)
{
    int rc = 0;
    for (int i = 0; i < READS && rc == 0 && h2->is_readable; i++)
        rc = read_some(h2);
    if (rc == -EAGAIN)
        h2->is_readable = false;
    return rc == -EAGAIN ? 0 : rc;
}

static bool is_over(const struct sc_h2 *h2)
{
    return h2->phase < SC_H2_LINGER && !h2->is_blocked && h2->out.len_bytes == 0 &&
           !nghttp2_session_want_read(h2->session) && !nghttp2_session_want_write(h2->session);
}

static void advance(struct sc_h2 *h2)
{
    if (h2->is_advancing || h2->phase == SC_H2_DOOMED)
        return;
    h2->is_advancing = true;
    int rc = read_all(h2);
    if (rc == 0 && h2->phase != SC_H2_DOOMED) {
        sc_h2_pump(h2);
        serve(h2);
        sc_h2_pump(h2);
    }
    h2->is_advancing = false;
    if (rc < 0)
        sc_h2_doom(h2);
    else if (h2->phase != SC_H2_DOOMED && is_over(h2))
        linger(h2);
    if (h2->phase != SC_H2_DOOMED && h2->is_readable &&
        sc_loop_rearm(h2->config->loop, &h2->watch, EVENTS) < 0)
        sc_h2_doom(h2);
}

static void on_ready(struct sc_watch *watch, uint32_t events)
{
    struct sc_h2 *h2 = sc_container_of(watch, struct sc_h2, watch);
    if (events & EPOLLERR) {
        sc_h2_doom(h2);
        return;
    }
    if (events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP))
        h2->is_readable = true;
    if (events & (EPOLLOUT | EPOLLHUP)) {
        h2->is_blocked = false;
        h2->is_readable = h2->is_readable || h2->conn.wants_write;
    }
    advance(h2);
}

static void at_end_of_turn(struct sc_task *task)
{
    struct sc_h2 *h2 = sc_container_of(task, struct sc_h2, end_of_turn);
    h2->is_deferred = false;
    if (h2->phase == SC_H2_DOOMED) {
        bury(h2);
        return;
    }
    free_all(&h2->dead);
    advance(h2);
}

/* --- deadlines --- */

static void look_at_stream(struct sc_h2_stream *s)
{
    struct sc_h1_config *c = s->h2->config;
    uint64_t now = now_ns(s->h2);
    bool is_answering = s->answer != SC_H2_ANSWER_NONE;
    if (!s->is_handled && s->h2->phase < SC_H2_LINGER &&
        s->progress_ns + c->header_timeout_ns <= now) {
        atomic_fetch_add_explicit(&c->stats->n_header_timeouts, 1, memory_order_relaxed);
        sc_h2_send_away(s->h2,
                        NGHTTP2_ENHANCE_YOUR_CALM); /* only the rest of the head could come now */
        sc_h2_advance_later(s->h2);
    } else if (is_answering && (s->is_waiting || s->rest_bytes > 0) &&
               s->progress_ns + c->stall_timeout_ns <= now) {
        atomic_fetch_add_explicit(&c->stats->n_stalls, 1, memory_order_relaxed);
        sc_h2_reset(s, NGHTTP2_CANCEL);
    } else if (!is_answering && s->body == SC_H2_BODY_READING &&
               sc_body_deadline_ns(&s->progress) <= now) {
        atomic_fetch_add_explicit(&c->stats->n_body_timeouts, 1, memory_order_relaxed);
        sc_h2_body_give_up(s);
    }
}

static void look(struct sc_h2 *h2)
{
    const struct sc_h1_config *c = h2->config;
    uint64_t now = now_ns(h2);
    bool is_idle = sc_list_is_empty(&h2->streams);
    for (struct sc_list *l = h2->streams.next, *next; l != &h2->streams; l = next) {
        next = l->next;
        look_at_stream(sc_container_of(l, struct sc_h2_stream, link));
    }
    if (h2->phase == SC_H2_LINGER && h2->since_ns + LINGER_NS <= now) {
        sc_h2_doom(h2);
    } else if (h2->is_blocked && h2->progress_ns + c->stall_timeout_ns <= now) {
        atomic_fetch_add_explicit(&c->stats->n_stalls, 1, memory_order_relaxed);
        sc_conn_give_up(&h2->conn);
        sc_h2_doom(h2);
    } else if (h2->phase < SC_H2_LINGER && is_idle && h2->idle_ns + c->idle_timeout_ns <= now) {
        atomic_fetch_add_explicit(&c->stats->n_idle_timeouts, 1, memory_order_relaxed);
        say_goodbye(h2);
        sc_h2_advance_later(h2);
        h2->idle_ns = now;
    }
}

static void on_timer(struct sc_timer *timer)
{
    struct sc_h2 *h2 = sc_container_of(timer, struct sc_h2, timer);
    look(h2);
    if (h2->phase != SC_H2_DOOMED &&
        sc_timer_start(sc_loop_timers(h2->config->loop), timer, now_ns(h2) + LOOK_NS) < 0)
        sc_h2_doom(h2);
}

/* --- the beginning --- */

static int make_session(struct sc_h2 *h2)
{
    nghttp2_session_callbacks *callbacks = NULL;
    nghttp2_option *option = NULL;
    int rc = nghttp2_session_callbacks_new(&callbacks);
    if (rc == 0)
        rc = nghttp2_option_new(&option);
    if (rc == 0) {
        sc_h2_hear_requests(callbacks);
        sc_h2_set_budgets(callbacks, option);
        nghttp2_session_callbacks_set_send_data_callback(callbacks, sc_h2_hand);
        nghttp2_session_callbacks_set_data_source_read_length_callback(callbacks, sc_h2_most);
        nghttp2_option_set_no_closed_streams(option, 1);
        nghttp2_option_set_no_auto_window_update(option, 1); /* see on_data in h2/request.c */
        rc = nghttp2_session_server_new2(&h2->session, callbacks, h2, option);
    }
    nghttp2_option_del(option);
    nghttp2_session_callbacks_del(callbacks);
    return rc == 0 ? 0 : -ENOMEM;
}

static int say_hello(struct sc_h2 *h2)
{
    const nghttp2_settings_entry settings[] = {
        {NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, SC_H2_STREAMS_MAX},
        {NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, WINDOW_BYTES},
        {NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE, HEAD_LIST_MAX},
        {NGHTTP2_SETTINGS_ENABLE_CONNECT_PROTOCOL, 0},
    };
    int rc = nghttp2_submit_settings(h2->session, NGHTTP2_FLAG_NONE, settings,
                                     sizeof settings / sizeof settings[0]);
    if (rc == 0)
        rc = nghttp2_session_set_local_window_size(h2->session, NGHTTP2_FLAG_NONE, 0,
                                                   4 * WINDOW_BYTES);
    return rc == 0 ? 0 : -ENOMEM;
}

static struct sc_h2 *make(struct sc_h1_config *config, const struct sc_door *door,
                          const struct sc_conn *conn)
{
    struct sc_h2 *h2 = calloc(1, sizeof *h2);
    if (!h2)
        return NULL;
    h2->config = config;
    h2->door = door;
    h2->conn = *conn;
    h2->peer = sc_address_of(conn->fd);
    h2->watch = (struct sc_watch){.fd = conn->fd, .ready = on_ready};
    h2->timer.fire = on_timer;
    h2->end_of_turn.run = at_end_of_turn;
    h2->since_ns = h2->idle_ns = h2->progress_ns = now_ns(h2);
    h2->is_readable = true;
    sc_list_init(&h2->streams);
    sc_list_init(&h2->dead);
    sc_buf_init(&h2->out, OUT_BYTES);
    return h2;
}

int sc_h2_open(struct sc_h1_config *config, const struct sc_door *door, const struct sc_conn *conn,
               const struct sc_address *peer, const char *bytes, size_t n_bytes)
{
    struct sc_h2 *h2 = make(config, door, conn);
    if (!h2) {
        struct sc_conn lost = *conn;
        lost.ops->close(&lost);
        return -ENOMEM;
    }
    h2->peer = *peer;
    atomic_fetch_add_explicit(&config->stats->n_connections, 1, memory_order_relaxed);
    sc_list_append(&config->h2_connections, &h2->link);
    int rc = sc_loop_add(config->loop, &h2->watch, EVENTS);
    if (rc == 0)
        rc = make_session(h2);
    if (rc == 0)
        rc = say_hello(h2);
    if (rc == 0)
        rc = sc_timer_start(sc_loop_timers(config->loop), &h2->timer, now_ns(h2) + LOOK_NS);
    if (rc == 0)
        rc = hear(h2, (const uint8_t *)bytes, n_bytes);
    if (rc < 0)
        sc_h2_doom(h2);
    else
        sc_h2_advance_later(h2);
    return 0;
}

/* --- the server stops --- */

static void drain(struct sc_h2 *h2)
{
    if (h2->phase >= SC_H2_LINGER)
        return;
    say_goodbye(h2);
    for (struct sc_list *l = h2->streams.next, *next; l != &h2->streams; l = next) {
        struct sc_h2_stream *s = sc_container_of(l, struct sc_h2_stream, link);
        next = l->next;
        if (s->base.ops && s->base.ops->drain)
            s->base.ops->drain(s->base.self);
    }
    sc_h2_advance_later(h2);
}

void sc_h2_drain_all(struct sc_h1_config *config)
{
    struct sc_list *end = &config->h2_connections;
    for (struct sc_list *l = end->next, *next; l != end; l = next) {
        next = l->next;
        drain(sc_container_of(l, struct sc_h2, link));
    }
}

void sc_h2_abort_all(struct sc_h1_config *config)
{
    struct sc_list *end = &config->h2_connections;
    for (struct sc_list *l = end->next, *next; l != end; l = next) {
        next = l->next;
        sc_h2_doom(sc_container_of(l, struct sc_h2, link));
    }
}
