/* SPDX-License-Identifier: MIT */
/* Numbers in datagrams: "udp://127.0.0.1:2003". Each datagram is whole lines. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/own.h"
#include "source/graph/feed.h"
#include "source/graph/socket.h"
#include "source/spec.h"

#define ROOM_BYTES    65536 /* the largest datagram */
#define TAKE_BYTES    (256 * 1024)
#define BACKLOG_BYTES (4 << 20) /* as much of it as the system allows */

struct udp {
    struct sc_feed feed;
    char url[SC_GRAPH_SOCKET_BYTES];
    int fd;          /* from setup to teardown: nothing that comes while it is closed is lost */
    uint32_t n_lost; /* as the kernel counts */
    bool is_loss_told;
    char *room;
};

static struct udp *udp_of(struct sc_feed *feed)
{
    return (struct udp *)(void *)feed;
}

static bool udp_claims(const char *target)
{
    return strncmp(target, "udp://", 6) == 0;
}

static void udp_teardown(struct sc_feed *feed)
{
    sc_own_close(&udp_of(feed)->fd);
}

static int udp_setup(struct sc_feed *feed, const char *target, const struct sc_source_spec *spec,
                     struct sc_err *err)
{
    static const int one = 1, backlog = BACKLOG_BYTES;
    struct udp *udp = udp_of(feed);
    bool is_insecure = false;
    int rc = sc_spec_get_bool(spec, "insecure", &is_insecure, err);
    if (rc == 0)
        rc = sc_graph_socket_open(target, is_insecure, &udp->fd, udp->url, err);
    if (rc < 0)
        return rc;
    (void)setsockopt(udp->fd, SOL_SOCKET, SO_RCVBUF, &backlog, sizeof backlog);
    (void)setsockopt(udp->fd, SOL_SOCKET, SO_RXQ_OVFL, &one, sizeof one);
    feed->url = udp->url;
    return 0;
}

static void udp_close(struct sc_feed *feed)
{
    sc_own_free(&udp_of(feed)->room);
}

static int udp_open(struct sc_feed *feed, struct sc_err *err)
{
    struct udp *udp = udp_of(feed);
    udp->room = malloc(ROOM_BYTES);
    if (!udp->room)
        return sc_err_set(err, -ENOMEM, "out of memory");
    feed->fd = udp->fd;
    feed->due_ns = UINT64_MAX;
    return 0;
}

/* How many the kernel had no room for before this one, since ever; unchanged where none are. */
static uint32_t count_lost(struct msghdr *message, uint32_t before)
{
    struct cmsghdr *part = CMSG_FIRSTHDR(message);
    for (; part; part = CMSG_NXTHDR(message, part))
        if (part->cmsg_level == SOL_SOCKET && part->cmsg_type == SO_RXQ_OVFL)
            memcpy(&before, CMSG_DATA(part), sizeof before);
    return before;
}

static ssize_t receive(struct udp *udp, uint32_t *out_n_lost)
{
    _Alignas(struct cmsghdr) char control[CMSG_SPACE(sizeof(uint32_t))];
    struct iovec room = {udp->room, ROOM_BYTES};
    struct msghdr message = {.msg_iov = &room,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof control};
    ssize_t n = recvmsg(udp->fd, &message, MSG_DONTWAIT);
    if (n >= 0)
        *out_n_lost = count_lost(&message, udp->n_lost);
    return n;
}

static int tell_lost(struct udp *udp, uint32_t n_lost, struct sc_err *err)
{
    uint32_t n = n_lost - udp->n_lost;
    udp->n_lost = n_lost;
    if (n == 0 || !sc_feed_refuse(&udp->feed, n, &udp->is_loss_told))
        return 0;
    return sc_err_set(err, -EBADMSG, "%u datagrams were lost: they came faster than they were read",
                      n);
}

static int udp_take(struct sc_feed *feed, struct sc_err *err)
{
    struct udp *udp = udp_of(feed);
    uint32_t n_lost = udp->n_lost;
    for (size_t taken = 0; taken < TAKE_BYTES;) {
        ssize_t n = receive(udp, &n_lost);
        if (n < 0)
            break; /* nothing there; an error that a peer caused is over by being told */
        if (sc_numbers_feed(feed->text, udp->room, (size_t)n) < 0)
            return sc_err_set(err, -ENOMEM, "out of memory");
        sc_numbers_end(feed->text);
        taken += (size_t)n + TAKE_BYTES / 1024; /* so many at the most */
    }
    return tell_lost(udp, n_lost, err);
}

const struct sc_feed_ops sc_feed_udp = {
    .claims = udp_claims,
    .state_size = sizeof(struct udp),
    .format = SC_READER_GRAPHITE,
    .setup = udp_setup,
    .open = udp_open,
    .take = udp_take,
    .close = udp_close,
    .teardown = udp_teardown,
};
