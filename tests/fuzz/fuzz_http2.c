/* SPDX-License-Identifier: MIT */
/* HTTP/2 from a client that says whatever it likes, over a transport that takes and gives as little
 * as it likes, under a clock that jumps: what the server says is well framed, each stream's bytes
 * are its own and in order, no more of them than the window has room for; no more than 256 streams
 * and 1000 frames wait; whoever took an exchange is told once that it is over, whoever lent a body
 * gets it back once, and without TLS nothing that was lent is copied.
 *
 * The input is a script, an operation and its arguments at a time; one is done whenever the loop
 * would sleep. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/clock.h"
#include "http/h2/conn.h"
#include "http2_ear.h"
#include "net/loop.h"

#define IN_MAX    65536
#define TURNS_MAX 2000
#define QUEUE_MAX 1000

enum op {
    RAW,
    REQUEST,
    DATA,
    WINDOW,
    SETTINGS,
    RESET,
    PING,
    PRIORITY,
    PIECES,
    TRAILERS,
    GOAWAY,
    PIECEMEAL,
    FULL,
    PASS,
    FLOOD,
    DRAIN,
    N_OPS
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes);
int __wrap_epoll_wait(int fd, struct epoll_event *events, int n_events, int timeout_ms);
int __wrap_epoll_ctl(int fd, int op, int target, struct epoll_event *event);
uint64_t __wrap_sc_clock_ns(void);

/* --- the world --- */

struct script {
    const uint8_t *at, *end;
};

static struct world {
    struct script script;
    struct sc_h1_stats stats;
    struct sc_h1_config config;
    uint64_t now_ns;
    int n_turns;
    bool is_flooding;
    size_t in_bytes, in_at, looked_at, piece_bytes;
    size_t credit_bytes; /* that the transport takes */
    bool is_closed, is_finished;
    bool is_behind; /* it has not taken all of the last call */
    struct ear ear;
    int32_t newest_id; /* of the client's requests */
    int n_open, n_lent;
    bool is_copied[EAR_STREAMS]; /* of streams: an answer that was not lent */
    uint8_t in[IN_MAX];          /* sent by the client */
} w;

static uint8_t next(void)
{
    return w.script.at < w.script.end ? *w.script.at++ : 0;
}

uint64_t __wrap_sc_clock_ns(void)
{
    return w.now_ns;
}

int __wrap_epoll_ctl(int fd, int op, int target, struct epoll_event *event)
{
    return 0;
}

/* The client's streams have odd numbers. */
static size_t place_of(int32_t id)
{
    return (size_t)id / 2 % EAR_STREAMS;
}

/* --- the transport --- */

static ssize_t fake_recv(struct sc_conn *conn, void *data, size_t len_bytes)
{
    size_t n = w.in_bytes - w.in_at;
    assert(!w.is_closed);
    n = n < len_bytes ? n : len_bytes;
    n = n < w.piece_bytes ? n : w.piece_bytes;
    memcpy(data, w.in + w.in_at, n);
    w.in_at += n;
    bool is_over = w.script.at == w.script.end && w.in_at == w.in_bytes;
    return n > 0 ? (ssize_t)n : is_over ? 0 : -EAGAIN;
}

static ssize_t fake_skip(struct sc_conn *conn, size_t len_bytes)
{
    uint8_t scrap[64];
    return fake_recv(conn, scrap, len_bytes < sizeof scrap ? len_bytes : sizeof scrap);
}

/* Of one frame of DATA. Returns: how many parts it has. */
static int check_frame(const struct iovec *parts, int n_parts)
{
    const uint8_t *head = parts[0].iov_base;
    size_t left = (size_t)head[0] << 16 | (size_t)head[1] << 8 | head[2];
    int n = 1;
    assert(parts[0].iov_len == sizeof w.ear.head && head[3] == NGHTTP2_DATA && left > 0);
    for (; left > 0; n++) {
        assert(n < n_parts && parts[n].iov_len <= left);
        assert(w.is_copied[place_of(ear_id(head))] || ear_is_body(parts[n].iov_base));
        left -= parts[n].iov_len;
    }
    return n;
}

/* Without TLS DATA stands where it was lent, behind its head; only what was asked for again, since
 * the transport did not take all of it, may be a copy. */
static void check_in_place(const struct iovec *parts, int n_parts)
{
    const uint8_t *head = parts[0].iov_base;
    if (w.is_behind)
        return;
    assert(n_parts > 1 || parts[0].iov_len <= sizeof w.ear.head || head[3] != NGHTTP2_DATA);
    for (int i = 0; i < n_parts && n_parts > 1;)
        i += check_frame(parts + i, n_parts - i);
}

static ssize_t fake_send(struct sc_conn *conn, const struct iovec *parts, int n_parts)
{
    size_t taken = 0;
    assert(!w.is_closed && !w.is_finished);
    if (conn->ops->is_plain)
        check_in_place(parts, n_parts);
    w.is_behind = false;
    for (int i = 0; i < n_parts; i++) {
        size_t n = parts[i].iov_len < w.credit_bytes ? parts[i].iov_len : w.credit_bytes;
        w.is_behind |= n < parts[i].iov_len;
        ear_hear(&w.ear, parts[i].iov_base, n);
        w.credit_bytes -= n;
        taken += n;
#ifdef PLANT_BUG /* a byte gets lost where a frame is taken in two pieces, of just that size */
        if (n < parts[i].iov_len && n % 16 == 15)
            taken++;
#endif
    }
    return taken > 0 ? (ssize_t)taken : -EAGAIN;
}

static void fake_finish(struct sc_conn *conn)
{
    assert(!w.is_closed && !w.is_finished);
    w.is_finished = true;
}

static void fake_close(struct sc_conn *conn)
{
    assert(!w.is_closed);
    w.is_closed = true;
}

#define FAKE_OPS(how)                                                                              \
    {                                                                                              \
        .is_plain = how, .recv = fake_recv, .send = fake_send, .skip = fake_skip,                  \
        .finish = fake_finish, .close = fake_close                                                 \
    }
static const struct sc_conn_ops fake_ops[] = {FAKE_OPS(false), FAKE_OPS(true)};

/* --- who answers: the path's first letter says how --- */

struct taker {
    struct sc_exchange *x;
    int32_t id;
    size_t sent_bytes, step_bytes;
    uint8_t room[100];
    bool is_body_refused;
};

static void give_back(void *owner)
{
    free(owner);
    w.n_lent--;
}

static void answer(struct sc_exchange *x, int status, size_t n_bytes, bool is_lent)
{
    void *owner = is_lent ? malloc(1) : NULL;
    const struct sc_answer answer = {.status = status,
                                     .media_type = "text/plain",
                                     .headers = "X-Test: 1\r\n",
                                     .body = ear_body(sc_h2_stream_of(x)->id),
                                     .body_bytes = n_bytes,
                                     .release = is_lent ? give_back : NULL,
                                     .owner = owner};
    w.n_lent += is_lent;
    w.is_copied[place_of(sc_h2_stream_of(x)->id)] |= !is_lent;
    sc_exchange_answer(x, &answer);
}

static int on_room(void *self, uint8_t **out_room, size_t *out_room_bytes)
{
    struct taker *t = self;
    if (t->is_body_refused) {
        answer(t->x, 413, 10, false);
        return -EMSGSIZE;
    }
    *out_room = t->room;
    *out_room_bytes = sizeof t->room;
    return 0;
}

static int on_received(void *self, size_t bytes)
{
    struct taker *t = self;
    assert(bytes > 0 && bytes <= sizeof t->room);
    t->is_body_refused = t->room[0] == 'R';
    return 0;
}

static void on_complete(void *self)
{
    struct taker *t = self;
    answer(t->x, 200, 1000, true);
}

static void on_writable(void *self)
{
    struct taker *t = self;
    while (t->sent_bytes < EAR_BODY_BYTES) {
        uint8_t *bytes = (uint8_t *)(uintptr_t)ear_body(t->id) + t->sent_bytes;
        size_t n = EAR_BODY_BYTES - t->sent_bytes;
        n = n < t->step_bytes ? n : t->step_bytes;
        struct iovec parts[2] = {{bytes, n / 2}, {bytes + n / 2, n - n / 2}};
        ssize_t sent = sc_exchange_send(t->x, parts, 2);
        if (sent < 0)
            return;
        assert((size_t)sent <= n);
        t->sent_bytes += (size_t)sent;
    }
    sc_exchange_finish(t->x);
}

static void on_drain(void *self)
{
    struct taker *t = self;
    sc_exchange_finish(t->x);
}

static void on_gone(void *self)
{
    w.n_open--;
    free(self);
}

static const struct sc_exchange_ops taker_ops = {
    .room = on_room,
    .received = on_received,
    .complete = on_complete,
    .writable = on_writable,
    .drain = on_drain,
    .gone = on_gone,
};

static void take(struct sc_exchange *x, size_t step_bytes)
{
    struct taker *t = calloc(1, sizeof *t);
    assert(t);
    *t = (struct taker){.x = x, .id = sc_h2_stream_of(x)->id, .step_bytes = step_bytes};
    sc_exchange_take(x, &taker_ops, t);
    w.n_open++;
}

static void handle(struct sc_exchange *x, const struct sc_request *request, void *self)
{
    static const struct sc_body_patience patience = {30 * SC_NS_PER_S, 10 * SC_NS_PER_S};
    char how = request->path.len_bytes > 1 ? request->path.data[1] : 'a';
    if (how == 'a' || how == 'l') {
        answer(x, 200, how == 'a' ? 10 : EAR_BODY_BYTES, how == 'l');
        return;
    }
    take(x, how == 's' ? 4096 : 1 + (size_t)how * 5);
    if (how == 's' || how == 't')
        sc_exchange_begin(x, 200, "text/plain", NULL);
    else if (how == 'b')
        sc_exchange_read_body(x, &patience);
    else if (how == 'x')
        sc_exchange_abort(x);
}

static void refuse(struct sc_exchange *x, int status, const char *reason, void *self)
{
    assert(status >= 400 && reason);
    answer(x, status, 20, false);
}

/* --- the client --- */

static void say(const void *data, size_t len_bytes)
{
    if (len_bytes > IN_MAX - w.in_bytes)
        return;
    memcpy(w.in + w.in_bytes, data, len_bytes);
    w.in_bytes += len_bytes;
}

static void say_frame(uint8_t type, uint8_t flags, int32_t id, const void *payload, size_t n)
{
    const uint8_t head[9] = {
        (uint8_t)(n >> 16),  (uint8_t)(n >> 8),   (uint8_t)n,         type,       flags,
        (uint8_t)(id >> 24), (uint8_t)(id >> 16), (uint8_t)(id >> 8), (uint8_t)id};
    if (sizeof head + n > IN_MAX - w.in_bytes)
        return;
    say(head, sizeof head);
    say(payload, n);
}

static void say_number(uint8_t type, int32_t id, uint32_t number)
{
    const uint8_t bytes[8] = {(uint8_t)(number >> 24), (uint8_t)(number >> 16),
                              (uint8_t)(number >> 8), (uint8_t)number};
    say_frame(type, 0, id, bytes, type == NGHTTP2_GOAWAY ? 8 : type == NGHTTP2_PRIORITY ? 5 : 4);
}

static int32_t some_id(void)
{
    return w.newest_id - 2 * (next() % 8);
}

static void say_request(uint8_t how, uint8_t flags)
{
    static const char paths[] = "alstbxnz";
    static const uint8_t remembered[] = {0x40, 3, 'x', '-', 'a', 1, 'b'};
    uint8_t block[64] = {0x82, 0x86, 0x04, 3, '/', (uint8_t)paths[how % 8], '0', 0x01, 1, 'h'};
    size_t n = 10;
    if (how & 8)
        block[0] = 0x83; /* POST */
    if (how & 16) {
        memcpy(block + n, remembered, sizeof remembered);
        n += sizeof remembered;
    }
    w.newest_id += how & 32 ? 6 : 2;
    say_frame(NGHTTP2_HEADERS, flags, w.newest_id, block, n);
}

static void say_data(void)
{
    uint8_t text[300];
    int32_t id = some_id();
    size_t n = next();
    uint8_t flags = next() & (NGHTTP2_FLAG_END_STREAM | NGHTTP2_FLAG_PADDED);
    memset(text, n == 82 ? 'R' : 3, sizeof text);
    say_frame(NGHTTP2_DATA, flags, id, text, n);
}

static void say_settings(void)
{
    uint8_t id = next();
    uint32_t value = (uint32_t)next() << next() % 32;
    const uint8_t pair[6] = {0,
                             id % 10,
                             (uint8_t)(value >> 24),
                             (uint8_t)(value >> 16),
                             (uint8_t)(value >> 8),
                             (uint8_t)value};
    say_frame(NGHTTP2_SETTINGS, id & 0x80 ? NGHTTP2_FLAG_ACK : 0, 0, pair, id & 0x80 ? 0 : 6);
}

static void say_window(void)
{
    int32_t id = next() % 2 ? some_id() : 0;
    say_number(NGHTTP2_WINDOW_UPDATE, id, (uint32_t)next() << next() % 24);
}

static void say_pieces(void)
{
    uint8_t n = next();
    say_request(n, NGHTTP2_FLAG_END_STREAM);
    for (uint8_t i = 0; i < n % 12; i++)
        say_frame(NGHTTP2_CONTINUATION, 0, w.newest_id, "\0\1a\1b", 5);
    say_frame(NGHTTP2_CONTINUATION, n & 64 ? NGHTTP2_FLAG_END_HEADERS : 0, w.newest_id, "", 0);
}

static void say_raw(void)
{
    size_t n = next() % 32, left = (size_t)(w.script.end - w.script.at);
    n = n < left ? n : left;
    say(w.script.at, n);
    w.script.at += n;
}

static void act(void);

static void flood(void)
{
    struct script again;
    unsigned n = next();
    again = w.script;
    w.is_flooding = true;
    for (unsigned i = 0; i < n && again.at < again.end; i++) {
        w.script = again;
        act();
    }
    w.is_flooding = false;
}

static void act(void)
{
    static const uint8_t flags[] = {5, 4, 5, 1};
    switch ((enum op)(next() % N_OPS)) {
    case RAW:
        say_raw();
        break;
    case REQUEST: {
        uint8_t how = next();
        say_request(how, flags[how >> 6]);
        break;
    }
    case DATA:
        say_data();
        break;
    case WINDOW:
        say_window();
        break;
    case SETTINGS:
        say_settings();
        break;
    case RESET:
        say_number(NGHTTP2_RST_STREAM, some_id(), next());
        break;
    case PING:
        say_frame(NGHTTP2_PING, next() & 1, 0, "12345678", 8);
        break;
    case PRIORITY:
        say_number(NGHTTP2_PRIORITY, some_id(), next());
        break;
    case PIECES:
        say_pieces();
        break;
    case TRAILERS:
        say_frame(NGHTTP2_HEADERS, 5, some_id(), "\0\1a\1b", 5);
        break;
    case GOAWAY:
        say_number(NGHTTP2_GOAWAY, 0, next() & 1);
        break;
    case PIECEMEAL:
        w.piece_bytes = 1 + (size_t)next();
        break;
    case FULL:
        w.credit_bytes = (size_t)next() << next() % 16;
        break;
    case PASS:
        w.now_ns += next() * SC_NS_PER_S / 4;
        break;
    case FLOOD:
        if (!w.is_flooding)
            flood();
        break;
    case DRAIN:
        sc_h2_drain_all(&w.config);
        break;
    case N_OPS:
        break;
    }
}

/* --- turns --- */

/* What looks like a frame anywhere may be one: then its stream may be answered, and its window
 * counts from when it is said, which is before it is heard. */
static void note_frames(void)
{
    static const uint8_t update[] = {0, 0, 4, NGHTTP2_WINDOW_UPDATE};
    for (; w.looked_at + 13 <= w.in_bytes; w.looked_at++) {
        const uint8_t *at = w.in + w.looked_at;
        int32_t id = ear_id(at);
        if (memcmp(at, update, sizeof update) == 0 && id == 0)
            w.ear.window_bytes += (size_t)ear_id(at + 4);
        if (at[3] == NGHTTP2_HEADERS && id > w.ear.newest_id)
            w.ear.newest_id = id;
    }
}

static void check_queues(const struct sc_h2 *h2)
{
    size_t n = 0;
    for (const struct sc_list *l = h2->streams.next; l != &h2->streams; l = l->next)
        n++;
    assert(n <= SC_H2_STREAMS_MAX);
    assert(h2->phase != SC_H2_OPEN ||
           nghttp2_session_get_outbound_queue_size(h2->session) <= QUEUE_MAX);
}

int __wrap_epoll_wait(int fd, struct epoll_event *events, int n_events, int timeout_ms)
{
    if (sc_list_is_empty(&w.config.h2_connections)) {
        sc_loop_stop(w.config.loop);
        return 0;
    }
    struct sc_h2 *h2 = sc_container_of(w.config.h2_connections.next, struct sc_h2, link);
    check_queues(h2);
    assert(++w.n_turns < TURNS_MAX + IN_MAX);
    if (w.script.at < w.script.end)
        act();
    if (w.n_turns > TURNS_MAX)
        w.script.at = w.script.end;
    note_frames();
    events->events = EPOLLIN | (w.credit_bytes ? (uint32_t)EPOLLOUT : 0);
    events->data.ptr = &h2->watch;
    return 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    memset(&w, 0, offsetof(struct world, in));
    w.script = (struct script){data, data + len_bytes};
    w.now_ns = 1000 * SC_NS_PER_S;
    w.newest_id = -1;
    w.piece_bytes = IN_MAX;
    w.ear.window_bytes = 65535;
    w.credit_bytes = (size_t)1 << 24;
    w.config = (struct sc_h1_config){.header_timeout_ns = 10 * SC_NS_PER_S,
                                     .idle_timeout_ns = 15 * SC_NS_PER_S,
                                     .stall_timeout_ns = 30 * SC_NS_PER_S,
                                     .max_connections = 1,
                                     .stats = &w.stats,
                                     .handle = handle,
                                     .refuse = refuse};
    struct sc_door door = {0};
    struct sc_address peer = {0};
    size_t is_plain = (size_t)(w.script.end - w.script.at) & 1; /* or as if it were TLS */
    struct sc_conn conn = {.ops = &fake_ops[is_plain], .fd = -1};
    sc_h1_init(&w.config);
    assert(sc_loop_create(&w.config.loop) == 0);
    say(SC_H2_PREFACE, SC_H2_PREFACE_BYTES);
    w.in_at = SC_H2_PREFACE_BYTES;
    say_frame(NGHTTP2_SETTINGS, 0, 0, "", 0);
    assert(sc_h2_open(&w.config, &door, &conn, &peer, SC_H2_PREFACE, SC_H2_PREFACE_BYTES) == 0);
    sc_loop_run(w.config.loop);
    sc_loop_destroy(&w.config.loop);
    assert(w.is_closed && w.n_open == 0 && w.n_lent == 0);
    assert(atomic_load(&w.stats.n_connections) == 0 && sc_h1_is_idle(&w.config));
    return 0;
}
