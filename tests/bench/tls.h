/* SPDX-License-Identifier: MIT */
/* The client's side of TLS for viewers that measure: certificates are not looked at. */
#pragma once

#include <stddef.h>
#include <sys/types.h>

struct bench_tls;

/**
 * Shakes hands on a connected socket that blocks.
 *
 * fd        borrowed
 * protocol  the one that is offered (ALPN)
 *
 * Returns: 0; -EPROTO; -ENOMEM; -ENOSYS built without OpenSSL.
 */
int bench_tls_open(int fd, const char *protocol, struct bench_tls **out_tls);

/** Returns: 0 when all was sent; -ECONNRESET. */
int bench_tls_send_all(struct bench_tls *tls, const void *data, size_t len_bytes);

/** Returns: as recv(2), but a negative errno. */
ssize_t bench_tls_recv(struct bench_tls *tls, void *data, size_t len_bytes);
