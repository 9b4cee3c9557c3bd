/* SPDX-License-Identifier: MIT */
/* Numbers by connections: "tcp://127.0.0.1:2003". Each of them brings a text of its own, for as
 * long as it likes; one that is silent for too long is closed, and what is one too many as well. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/own.h"
#include "net/address.h"
#include "source/graph/feed.h"
#include "source/graph/look.h"
#include "source/graph/socket.h"
#include "source/spec.h"

#define PIECE_BYTES 65536
#define PIECES      4   /* in one go; the kernel lets everybody have a turn */
#define ACCEPTS     128 /* in one go */
#define PEERS       64
#define PEERS_MOST  1024
#define IDLE_US     (300 * 1000000LL)
#define IDLE_LEAST  100000
#define IDLE_MOST   (86400 * 1000000LL)
#define PAUSE_NS    (100 * SC_NS_PER_MS) /* when there is no descriptor left */

struct peer {
    struct sc_list link;
    int fd;
    uint64_t heard_ns;
    struct sc_numbers_text *text;
    uint64_t n_refused; /* of them, counted already */
    bool has_spoken;
    char name[SC_ADDRESS_TEXT_BYTES];
};

struct tcp {
    struct sc_feed feed;
    char url[SC_GRAPH_SOCKET_BYTES];
    double n_most;
    int64_t idle_us;
    int listen_fd; /* from setup to teardown */
    bool is_full_told, is_foreign_told, is_bad_told;

    /* While open. */
    int poll_fd;
    struct sc_list peers; /* the one that was silent longest is the first */
    size_t n_peers;
    uint64_t resume_ns; /* when connections are accepted again; 0: they are */
    char *room;
};

static struct tcp *tcp_of(struct sc_feed *feed)
{
    return (struct tcp *)(void *)feed;
}

static bool tcp_claims(const char *target)
{
    return strncmp(target, "tcp://", 6) == 0;
}

static void tcp_teardown(struct sc_feed *feed)
{
    sc_own_close(&tcp_of(feed)->listen_fd);
}

static int tcp_setup(struct sc_feed *feed, const char *target, const struct sc_source_spec *spec,
                     struct sc_err *err)
{
    struct tcp *tcp = tcp_of(feed);
    bool is_insecure = false;
    tcp->n_most = PEERS;
    tcp->idle_us = IDLE_US;
    sc_list_init(&tcp->peers);
    int rc = sc_spec_get_bool(spec, "insecure", &is_insecure, err);
    if (rc == 0)
        rc = sc_spec_get_number(spec, "connections", 1, PEERS_MOST, &tcp->n_most, err);
    if (rc == 0)
        rc = sc_graph_look_time(spec, "idle", IDLE_LEAST, IDLE_MOST, &tcp->idle_us, err);
    if (rc == 0)
        rc = sc_graph_socket_open(target, is_insecure, &tcp->listen_fd, tcp->url, err);
    feed->url = tcp->url;
    return rc;
}

/* --- connections --- */

static void drop(struct tcp *tcp, struct peer *peer)
{
    sc_list_remove(&peer->link);
    tcp->n_peers--;
    sc_own_close(&peer->fd);
    sc_numbers_drop(&peer->text);
    free(peer);
}

static int watch(const struct tcp *tcp, int fd, struct peer *peer)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = peer};
    return epoll_ctl(tcp->poll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

/* Without memory it is closed: the sender sees that, and tries again. */
static void add(struct tcp *tcp, int *fd)
{
    SC_AUTO(sc_own_free) struct peer *peer = calloc(1, sizeof *peer);
    if (!peer || sc_numbers_begin_like(tcp->feed.text, &peer->text) < 0)
        return;
    if (watch(tcp, *fd, peer) < 0) {
        sc_numbers_drop(&peer->text);
        return;
    }
    const struct sc_address from = sc_address_of(*fd);
    sc_address_format(&from, peer->name);
    peer->fd = *fd;
    *fd = -1;
    peer->heard_ns = sc_clock_ns();
    sc_list_append(&tcp->peers, &sc_steal(peer)->link);
    tcp->n_peers++;
}

static int tell_full(struct tcp *tcp, struct sc_err *err)
{
    if (!sc_feed_refuse(&tcp->feed, 1, &tcp->is_full_told))
        return 0;
    return sc_err_set(err, -EBADMSG,
                      "a connection is one too many: there are %zu already (#connections=)",
                      tcp->n_peers);
}

/* Else the one that waits would wake us for ever. */
static void stop_for_a_while(struct tcp *tcp)
{
    (void)epoll_ctl(tcp->poll_fd, EPOLL_CTL_DEL, tcp->listen_fd, NULL);
    tcp->resume_ns = sc_clock_ns() + PAUSE_NS;
}

static int let_in(struct tcp *tcp, struct sc_err *err)
{
    int rc = 0;
    for (int i = 0; rc == 0 && i < ACCEPTS; i++) {
        SC_AUTO(sc_own_close)
        int fd = accept4(tcp->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0 && errno != EAGAIN && errno != EINTR && errno != ECONNABORTED)
            stop_for_a_while(tcp);
        if (fd < 0)
            break;
        if ((double)tcp->n_peers >= tcp->n_most)
            rc = tell_full(tcp, err);
        else
            add(tcp, &fd);
    }
    return rc;
}

/* --- what they say --- */

/* "POST /...": no number ever begins so, but a web page may make a browser send it, with lines of
 * its own choice behind. */
static bool is_http(const char *data, size_t len_bytes)
{
    size_t n = 0;
    while (n < len_bytes && data[n] >= 'A' && data[n] <= 'Z')
        n++;
    return n > 0 && n + 1 < len_bytes && data[n] == ' ' && data[n + 1] == '/';
}

static int tell_foreign(struct tcp *tcp, const struct peer *peer, struct sc_err *err)
{
    if (!sc_feed_refuse(&tcp->feed, 1, &tcp->is_foreign_told))
        return 0;
    return sc_err_set(err, -EBADMSG,
                      "%s speaks HTTP at %s: numbers in HTTP go to the server's /NAME/points",
                      peer->name, tcp->url);
}

/* Keeps what was taken, counts what was not, and tells the first of it. */
static int reckon(struct tcp *tcp, struct peer *peer, struct sc_err *err)
{
    struct sc_err unkept;
    if (sc_numbers_keep(peer->text, &unkept) < 0)
        return sc_err_set(err, -EBADMSG, "%s", unkept.text);
    const struct sc_reader_report *report = sc_numbers_report(peer->text);
    uint64_t n = report->n_refused - peer->n_refused;
    peer->n_refused = report->n_refused;
    if (n == 0 || !sc_feed_refuse(&tcp->feed, n, &tcp->is_bad_told))
        return 0;
    return sc_err_set(err, -EBADMSG, "%s, line %llu, \"%s\": %s", peer->name,
                      (unsigned long long)report->bad_line, report->bad_text, report->bad_reason);
}

static int end(struct tcp *tcp, struct peer *peer, struct sc_err *err)
{
    sc_numbers_end(peer->text);
    int rc = reckon(tcp, peer, err);
    drop(tcp, peer);
    return rc;
}

static int hear(struct tcp *tcp, struct peer *peer, struct sc_err *err)
{
    ssize_t n = recv(peer->fd, tcp->room, PIECE_BYTES, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (n <= 0)
        return end(tcp, peer, err);
    peer->heard_ns = sc_clock_ns();
    sc_list_remove(&peer->link);
    sc_list_append(&tcp->peers, &peer->link);
    if (!peer->has_spoken && is_http(tcp->room, (size_t)n)) {
        int rc = tell_foreign(tcp, peer, err);
        drop(tcp, peer);
        return rc;
    }
    peer->has_spoken = true;
    (void)sc_numbers_feed(peer->text, tcp->room, (size_t)n); /* one line is lost without memory */
    return reckon(tcp, peer, err);
}

/* --- time --- */

static uint64_t idle_at_ns(const struct tcp *tcp)
{
    const struct peer *first = sc_container_of(tcp->peers.next, struct peer, link);
    return sc_list_is_empty(&tcp->peers) ? UINT64_MAX
                                         : first->heard_ns + (uint64_t)tcp->idle_us * 1000;
}

static int close_idle(struct tcp *tcp, struct sc_err *err)
{
    int rc = 0;
    while (rc == 0 && sc_clock_ns() >= idle_at_ns(tcp))
        rc = end(tcp, sc_container_of(tcp->peers.next, struct peer, link), err);
    return rc;
}

static void resume(struct tcp *tcp)
{
    if (!tcp->resume_ns || sc_clock_ns() < tcp->resume_ns)
        return;
    tcp->resume_ns = watch(tcp, tcp->listen_fd, NULL) < 0 ? sc_clock_ns() + PAUSE_NS : 0;
}

static void set_due(struct tcp *tcp)
{
    uint64_t idle = idle_at_ns(tcp);
    tcp->feed.due_ns = tcp->resume_ns && tcp->resume_ns < idle ? tcp->resume_ns : idle;
}

/* --- life --- */

static void tcp_close(struct sc_feed *feed)
{
    struct tcp *tcp = tcp_of(feed);
    while (!sc_list_is_empty(&tcp->peers))
        drop(tcp, sc_container_of(tcp->peers.next, struct peer, link));
    sc_own_close(&tcp->poll_fd);
    sc_own_free(&tcp->room);
}

static int tcp_open(struct sc_feed *feed, struct sc_err *err)
{
    struct tcp *tcp = tcp_of(feed);
    tcp->resume_ns = 0;
    tcp->room = malloc(PIECE_BYTES);
    tcp->poll_fd = epoll_create1(EPOLL_CLOEXEC);
    int rc = tcp->poll_fd < 0 ? -errno : watch(tcp, tcp->listen_fd, NULL);
    if (!tcp->room)
        rc = -ENOMEM;
    if (rc < 0) {
        tcp_close(feed);
        return sc_err_set(err, rc, "%s: %s", tcp->url, strerror(-rc));
    }
    feed->fd = tcp->poll_fd;
    feed->due_ns = UINT64_MAX;
    return 0;
}

static int tcp_take(struct sc_feed *feed, struct sc_err *err)
{
    struct tcp *tcp = tcp_of(feed);
    struct epoll_event events[PIECES];
    int rc = close_idle(tcp, err);
    resume(tcp);
    int n = rc < 0 ? 0 : epoll_wait(tcp->poll_fd, events, PIECES, 0);
    for (int i = 0; rc == 0 && i < n; i++)
        rc = events[i].data.ptr ? hear(tcp, events[i].data.ptr, err) : let_in(tcp, err);
    set_due(tcp);
    return rc;
}

const struct sc_feed_ops sc_feed_tcp = {
    .claims = tcp_claims,
    .state_size = sizeof(struct tcp),
    .format = SC_READER_GRAPHITE,
    .setup = tcp_setup,
    .open = tcp_open,
    .take = tcp_take,
    .close = tcp_close,
    .teardown = tcp_teardown,
};
