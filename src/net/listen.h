/* SPDX-License-Identifier: MIT */
/* Listening: one address, one socket per loop (SO_REUSEPORT), so that no two loops ever fight for a
 * connection; a unix socket is shared by all (EPOLLEXCLUSIVE). */
#pragma once

#include "net/loop.h"
#include "stillcast/err.h"

#include <stdbool.h>
#include <stddef.h>

struct sc_listen;

struct sc_listen_config {
    size_t n_sockets; /* one per loop */
    bool is_tls;      /* for the URL alone */
    unsigned
        user_timeout_ms; /* TCP_USER_TIMEOUT: a peer that acknowledges nothing for so long is cut */
    unsigned notsent_bytes; /* TCP_NOTSENT_LOWAT: the most that waits unsent in the kernel */
};

/**
 * address  "ADDR:PORT", "[ADDR]:PORT", "HOST:PORT", "unix:PATH". Port 0: the system chooses.
 *
 * Returns: 0; -EINVAL, -EADDRINUSE, -EACCES, -EADDRNOTAVAIL or another negative errno, with a
 * sentence that tells the way out. Thread:  control.
 */
int sc_listen_open(const char *address, const struct sc_listen_config *config,
                   struct sc_listen **out_listen, struct sc_err *err);

/** Removes a unix socket's file, too. */
void sc_listen_close(struct sc_listen **listen);

/** Returns: "http://127.0.0.1:8080/", "https://127.0.0.1:8443/" or "unix:PATH". */
const char *sc_listen_url(const struct sc_listen *listen);

/** Whether only this machine can reach it. */
bool sc_listen_is_local(const struct sc_listen *listen);

/** Returns: the socket for the i-th loop; the same one for all on a unix socket. */
int sc_listen_fd(const struct sc_listen *listen, size_t i);

bool sc_listen_is_shared(const struct sc_listen *listen);

/* Takes connections off one socket on one loop. */
struct sc_acceptor;

/* What becomes of them. */
struct sc_accept_ops {
    void (*accepted)(int fd, void *self); /* a non-blocking descriptor, given */
    void (*dropped)(void *self);          /* one was closed: there is no descriptor for it */
};

/**
 * At the limit of descriptors a reserve is given up to drop those that wait, then accepting pauses
 * for 100 ms: no spinning, and who comes when there are descriptors again is served at once.
 *
 * ops  borrowed for its life
 *
 * Returns: 0; -ENOMEM; a negative errno.
 * Thread:  loop, or before run.
 */
int sc_acceptor_start(struct sc_loop *loop, const struct sc_listen *listen, size_t i,
                      const struct sc_accept_ops *ops, void *self,
                      struct sc_acceptor **out_acceptor);

/** Connections that have already come are still accepted. Thread: loop. */
void sc_acceptor_stop(struct sc_acceptor **acceptor);
