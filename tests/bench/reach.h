/* SPDX-License-Identifier: MIT */
/* A viewer's connection: HTTP/1 or HTTP/2, plain or TLS. */
#pragma once

#include "h2.h"
#include "tls.h"

struct reach_how {
    const char *host_port, *version; /* of HTTP: "1.0", "1.1", "2" */
    bool is_tls;
    int rcvbuf_bytes; /* 0: the system's choice */
};

struct reach {
    int fd;
    struct bench_tls *tls; /* NULL: plain */
    bool is_h2;
    struct bench_h2 h2;
};

/** Connects and asks. Returns: 0; a negative errno. */
int reach_open(struct reach *reach, const struct reach_how *how, const char *path);

/**
 * What has come of the answer: its head too by HTTP/1, its content only by HTTP/2.
 *
 * Returns: bytes, perhaps 0; -EAGAIN when no more is there; another negative errno at the end.
 */
ssize_t reach_recv(struct reach *reach, void *data, size_t len_bytes);

/** Throws away what has come, in the kernel. Returns: as above, but all bytes of the wire. */
ssize_t reach_skip(const struct reach *reach, void *scrap, size_t len_bytes);

void reach_close(struct reach *reach);
