/* SPDX-License-Identifier: MIT */
/* One loop of the server with its endpoints and a few clients, as a script has it: they come, ask,
 * read a little, leave or are torn off, pictures are published, streams end, time jumps. No picture
 * that a viewer gets is torn or older than the one before, who has read everything has the newest,
 * and when all is over every frame, viewer and connection is gone.
 *
 * An operation is done whenever the loop would sleep. Sockets are real, and small. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "media/stream.h"
#include "net/loop.h"
#include "watcher.h"
#include "web/lane.h"

#define CLIENTS      4
#define SOCKET_BYTES 4096
#define QUIET_TURNS  4
#define TURNS_MAX    5000

enum op { CONNECT, ASK, DRIP, READ, LEAVE, FINISH, PUBLISH, PASS, DELETE, DRAIN, TURN, N_OPS };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes);
int __wrap_epoll_wait(int fd, struct epoll_event *events, int n_events, int timeout_ms);
int __real_epoll_wait(int fd, struct epoll_event *events, int n_events, int timeout_ms);
ssize_t __wrap_send(int fd, const void *data, size_t len_bytes, int flags);
ssize_t __real_send(int fd, const void *data, size_t len_bytes, int flags);
uint64_t __wrap_sc_clock_ns(void);

struct client {
    int fd; /* -1: nobody */
    bool is_watching, is_over;
    const char *text; /* still to be sent */
    size_t text_bytes;
    struct watcher watcher;
};

static struct {
    const uint8_t *at, *end;
    uint64_t now_ns;
    int n_turns, n_quiet;
    bool is_draining;
    struct sc_web web;
    struct sc_lane *lane;
    struct sc_door door;
    struct sc_stream *stream;
    struct client clients[CLIENTS];
} w;

static uint8_t next(void)
{
    return w.at < w.end ? *w.at++ : 0;
}

uint64_t __wrap_sc_clock_ns(void)
{
    return w.now_ns;
}

ssize_t __wrap_send(int fd, const void *data, size_t len_bytes, int flags)
{
    ssize_t n = __real_send(fd, data, len_bytes, flags);
#ifdef PLANT_BUG /* the rest of a picture begins a byte too late */
    if (n > 0 && (size_t)n < len_bytes)
        n++;
#endif
    return n;
}

/* --- pictures --- */

static void publish(uint8_t size)
{
    const struct sc_frame *frame = watcher_make_frame(w.web.pool, (size_t)size * 80);
    if (!frame)
        return;
    (void)sc_stream_publish(w.stream, &frame, NULL);
    sc_frame_unref(&frame);
}

static void open_stream(void)
{
    assert(sc_registry_add(w.web.registry, "a", SC_STREAM_PUSHED, &w.stream, NULL) == 0);
}

static void delete_stream(void)
{
    (void)sc_registry_remove(w.web.registry, "a");
    sc_stream_unref(&w.stream);
    open_stream();
}

/* --- clients --- */

static const char *const texts[] = {
    "GET /a.mjpg HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "GET /a.mjpg HTTP/1.1\r\nHost: localhost\r\nAccept: image/*\r\n\r\n",
    "GET /a.mjpg?raw=1 HTTP/1.0\r\nHost: localhost\r\n\r\n",
    "GET /a.mjpg?advance_headers=1 HTTP/1.1\r\nHost: localhost\r\nUser-Agent: x\r\n\r\n",
    "GET /a.jpg HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "GET /a.jpg?wait=next HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "HEAD /a.mjpg HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "PUT /b.jpg HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nGIF89",
    "POST /b.mjpg HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nGIF89\r\n",
    "GET /api/streams/a HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "GET /a HTTP/1.1\r\nHost: localhost\r\n\r\nGET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "DELETE /c HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "nonsense\r\n\r\n",
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
};
#define TEXTS   (sizeof texts / sizeof texts[0])
#define WATCHES 4 /* of them, the first */

static struct client *some_client(void)
{
    return &w.clients[next() % CLIENTS];
}

static void leave(struct client *client)
{
    if (client->fd >= 0)
        (void)close(client->fd);
    *client = (struct client){.fd = -1};
}

static void come(struct client *client)
{
    int pair[2], bytes = SOCKET_BYTES;
    leave(client);
    assert(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair) == 0);
    (void)setsockopt(pair[1], SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
    client->fd = pair[0];
    sc_h1_open(&w.lane->h1, &w.door, pair[1]);
}

/* The rest of a text goes first, or of a picture's request would become another's. */
static void drip(struct client *client, size_t most)
{
    size_t n = client->text_bytes < most ? client->text_bytes : most;
    ssize_t sent =
        n && client->fd >= 0 ? __real_send(client->fd, client->text, n, MSG_NOSIGNAL) : 0;
    if (sent > 0) {
        client->text += sent;
        client->text_bytes -= (size_t)sent;
    }
}

static void ask(struct client *client, uint8_t which)
{
    if (client->fd < 0 || client->text_bytes > 0 || client->is_watching)
        return;
    which %= TEXTS;
    client->text = texts[which];
    client->text_bytes = strlen(texts[which]);
    client->is_watching = which < WATCHES && !client->is_over;
    client->is_over = true; /* it has asked: what comes for a second one would be hard to tell */
    client->watcher.is_raw = which == 2;
}

/* Returns whether something came. */
static bool read_some(struct client *client, size_t most)
{
    uint8_t bytes[2048];
    ssize_t n = 1;
    bool has_come = false;
    while (client->fd >= 0 && most > 0 && n > 0) {
        n = recv(client->fd, bytes, most < sizeof bytes ? most : sizeof bytes, 0);
        if (n <= 0 && (n == 0 || errno != EAGAIN))
            client->watcher.is_ended = true;
        if (n <= 0)
            break;
        most -= (size_t)n;
        has_come = true;
        if (client->is_watching)
            watcher_hear(&client->watcher, bytes, (size_t)n);
    }
    return has_come;
}

/* --- the script --- */

static void act(void)
{
    struct client *client;
    switch ((enum op)(next() % N_OPS)) {
    case CONNECT:
        come(some_client());
        break;
    case ASK:
        client = some_client();
        ask(client, next());
        drip(client, SIZE_MAX);
        break;
    case DRIP:
        client = some_client();
        ask(client, next());
        drip(client, next());
        break;
    case READ:
        client = some_client();
        (void)read_some(client, (size_t)next() << 5);
        break;
    case LEAVE:
        leave(some_client());
        break;
    case FINISH:
        client = some_client();
        if (client->fd >= 0)
            (void)shutdown(client->fd, SHUT_WR);
        break;
    case PUBLISH:
        publish(next());
        break;
    case PASS:
        w.now_ns += next() * SC_NS_PER_S / 10;
        break;
    case DELETE:
        delete_stream();
        break;
    case DRAIN:
        sc_h1_drain_all(&w.lane->h1);
        w.is_draining = true;
        break;
    case TURN:
    case N_OPS:
        break;
    }
}

/* Everybody reads all that there is, until nothing comes any more. */
static void rest(void)
{
    bool has_come = false;
    for (size_t i = 0; i < CLIENTS; i++) {
        drip(&w.clients[i], SIZE_MAX);
        has_come = read_some(&w.clients[i], SIZE_MAX) || has_come;
    }
    w.n_quiet = has_come ? 0 : w.n_quiet + 1;
    w.now_ns += SC_NS_PER_MS * 20;
}

static void check_newest(void)
{
    const struct sc_frame *newest = sc_stream_newest(w.stream);
    for (size_t i = 0; i < CLIENTS && newest; i++) {
        const struct client *client = &w.clients[i];
        if (client->fd >= 0 && client->is_watching && watcher_is_live(&client->watcher))
            assert(client->watcher.number == watcher_number(newest));
    }
    sc_frame_unref(&newest);
}

int __wrap_epoll_wait(int fd, struct epoll_event *events, int n_events, int timeout_ms)
{
    if (w.at < w.end && w.n_turns++ < TURNS_MAX)
        act();
    else
        rest();
    if (w.n_quiet > QUIET_TURNS)
        sc_loop_stop(w.lane->loop);
    return __real_epoll_wait(fd, events, n_events, 0);
}

static void begin(void)
{
    sc_server_config_init(&w.web.config);
    w.web.config.is_plain_send = true;
    w.web.config.max_connections = CLIENTS;
    w.web.config.resend_ns = 1000000 * SC_NS_PER_S; /* else pictures come more than once */
    w.web.version = "0";
    assert(sc_pool_create(1 << 20, 1 << 16, &w.web.pool) == 0);
    assert(sc_registry_create(4, &w.web.registry) == 0);
    assert(sc_lane_create(&w.web, &w.lane) == 0);
    w.web.lanes = &w.lane;
    w.web.n_lanes = 1;
    open_stream();
}

static void end(void)
{
    check_newest();
    for (size_t i = 0; i < CLIENTS; i += 2)
        leave(&w.clients[i]);
    sc_lane_destroy(&w.lane);
    assert(atomic_load(&w.web.h1.n_connections) == 0);
    assert(sc_stream_n_viewers(w.stream) == 0 && !sc_stream_has_demand(w.stream));
    sc_stream_unref(&w.stream);
    sc_registry_destroy(&w.web.registry);
    assert(sc_pool_used_bytes(w.web.pool) == 0);
    sc_pool_unref(&w.web.pool);
    for (size_t i = 0; i < CLIENTS; i++)
        leave(&w.clients[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    memset(&w, 0, sizeof w);
    w.at = data;
    w.end = data + len_bytes;
    w.now_ns = 1000 * SC_NS_PER_S;
    for (size_t i = 0; i < CLIENTS; i++)
        w.clients[i].fd = -1;
    watcher_reset();
    begin();
    sc_loop_run(w.lane->loop);
    end();
    return 0;
}
