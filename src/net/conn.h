/* SPDX-License-Identifier: MIT */
/* A connected stream socket behind one small interface: plain, or TLS (tls.h). All calls are
 * non-blocking. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>

struct sc_conn;

struct sc_conn_ops {
    bool is_plain; /* bytes go to the descriptor as they are: a sender may batch them (send.h) */

    /** Returns: bytes; 0 the peer has finished; -EAGAIN; a negative errno. */
    ssize_t (*recv)(struct sc_conn *conn, void *data, size_t len_bytes);

    /** Never raises SIGPIPE. Returns: bytes taken, perhaps fewer; -EAGAIN; a negative errno. */
    ssize_t (*send)(struct sc_conn *conn, const struct iovec *parts, int n_parts);

    /** Throws away up to len_bytes of what has come. Returns: as recv. */
    ssize_t (*skip)(struct sc_conn *conn, size_t len_bytes);

    /** Says that no more will be sent (FIN). */
    void (*finish)(struct sc_conn *conn);

    void (*close)(struct sc_conn *conn);
};

/* May be moved by assignment. */
struct sc_conn {
    const struct sc_conn_ops *ops;
    int fd;
    bool wants_write; /* recv can go on when bytes can be sent again */
    bool is_ended;    /* recv has more to tell although its count was short: the end, or an error */
    void *state;      /* the ops' own */
};

/** fd  taken; non-blocking. */
void sc_conn_init_plain(struct sc_conn *conn, int fd);

/** From now on close tears the connection off (RST): for a peer that takes nothing. A FIN would
 * wait behind what is not taken, until the kernel gives up without a word (TCP_USER_TIMEOUT). */
void sc_conn_give_up(const struct sc_conn *conn);

/** Whether the peer is on this machine: loopback or a unix socket. One system call. */
bool sc_conn_is_local(const struct sc_conn *conn);
