/* SPDX-License-Identifier: MIT */
/* A build without OpenSSL. */
#include <errno.h>

#include "tls.h"

int bench_tls_open(int fd, const char *protocol, struct bench_tls **out_tls)
{
    return -ENOSYS;
}

int bench_tls_send_all(struct bench_tls *tls, const void *data, size_t len_bytes)
{
    return -ENOSYS;
}

ssize_t bench_tls_recv(struct bench_tls *tls, void *data, size_t len_bytes)
{
    return -ENOSYS;
}
