/* SPDX-License-Identifier: MIT */
#include "net/conn.h"

#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "base/own.h"

static ssize_t plain_recv(struct sc_conn *conn, void *data, size_t len_bytes)
{
    ssize_t n = recv(conn->fd, data, len_bytes, 0);
    return n < 0 ? -errno : n;
}

static ssize_t plain_send(struct sc_conn *conn, const struct iovec *parts, int n_parts)
{
    ssize_t n;
    if (n_parts == 1) {
        n = send(conn->fd, parts->iov_base, parts->iov_len, MSG_NOSIGNAL);
    } else {
        struct msghdr message = {.msg_iov = (struct iovec *)(size_t)parts,
                                 .msg_iovlen = (size_t)n_parts};
        n = sendmsg(conn->fd, &message, MSG_NOSIGNAL);
    }
    return n < 0 ? -errno : n;
}

static ssize_t plain_skip(struct sc_conn *conn, size_t len_bytes)
{
    char scrap[4096];
    ssize_t n = recv(conn->fd, scrap, len_bytes < sizeof scrap ? len_bytes : sizeof scrap, 0);
    return n < 0 ? -errno : n;
}

static void plain_finish(struct sc_conn *conn)
{
    (void)shutdown(conn->fd, SHUT_WR); /* it may be gone already */
}

static void plain_close(struct sc_conn *conn)
{
    sc_own_close(&conn->fd);
}

static const struct sc_conn_ops plain_ops = {
    .is_plain = true,
    .recv = plain_recv,
    .send = plain_send,
    .skip = plain_skip,
    .finish = plain_finish,
    .close = plain_close,
};

void sc_conn_init_plain(struct sc_conn *conn, int fd)
{
    *conn = (struct sc_conn){.ops = &plain_ops, .fd = fd};
}

void sc_conn_give_up(const struct sc_conn *conn)
{
    const struct linger now = {.l_onoff = 1};
    (void)setsockopt(conn->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now); /* else: as by any close */
}

static bool is_loopback(const struct sockaddr_in6 *address)
{
    const struct in6_addr *ip = &address->sin6_addr;
    return IN6_IS_ADDR_LOOPBACK(ip) || (IN6_IS_ADDR_V4MAPPED(ip) && ip->s6_addr[12] == 127);
}

bool sc_conn_is_local(const struct sc_conn *conn)
{
    struct sockaddr_storage peer;
    socklen_t bytes = sizeof peer;
    if (getpeername(conn->fd, (struct sockaddr *)&peer, &bytes) < 0)
        return false;
    if (peer.ss_family == AF_INET)
        return ntohl(((const struct sockaddr_in *)(const void *)&peer)->sin_addr.s_addr) >> 24 ==
               127;
    if (peer.ss_family == AF_INET6)
        return is_loopback((const struct sockaddr_in6 *)(const void *)&peer);
    return peer.ss_family == AF_UNIX;
}
