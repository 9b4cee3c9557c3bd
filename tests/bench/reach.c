/* SPDX-License-Identifier: MIT */
#include "reach.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire.h"

#define REQUEST_BYTES 512

static int say(const struct reach *reach, const void *data, size_t len_bytes)
{
    return reach->tls ? bench_tls_send_all(reach->tls, data, len_bytes)
                      : bench_send_all(reach->fd, data, len_bytes);
}

/* As recv(2), but a negative errno. */
static ssize_t hear(const struct reach *reach, void *data, size_t len_bytes)
{
    if (reach->tls)
        return bench_tls_recv(reach->tls, data, len_bytes);
    ssize_t n = recv(reach->fd, data, len_bytes, 0);
    return n < 0 ? -errno : n;
}

static int hear_all(const struct reach *reach, void *data, size_t len_bytes)
{
    for (char *at = data; len_bytes > 0;) {
        ssize_t n = hear(reach, at, len_bytes);
        if (n <= 0)
            return n < 0 ? (int)n : -ECONNRESET;
        at += n;
        len_bytes -= (size_t)n;
    }
    return 0;
}

static int ask_h1(const struct reach *reach, const struct reach_how *how, const char *path)
{
    char request[REQUEST_BYTES];
    int n = snprintf(request, sizeof request, "GET %s HTTP/%s\r\nHost: %s\r\n\r\n", path,
                     how->version, how->host_port);
    return n < (int)sizeof request ? say(reach, request, (size_t)n) : -EMSGSIZE;
}

/* The server's settings are the first that comes, and are to be answered. */
static int ask_h2(const struct reach *reach, const struct reach_how *how, const char *path)
{
    char request[REQUEST_BYTES];
    uint8_t head[BENCH_H2_HEAD_BYTES];
    size_t n = bench_h2_request(request, sizeof request, how->is_tls, how->host_port, path);
    int rc = n > 0 ? say(reach, request, n) : -EMSGSIZE;
    if (rc == 0)
        rc = hear_all(reach, head, sizeof head);
    size_t left = rc == 0 ? bench_h2_length(head) : 0;
    if (left > sizeof request)
        rc = -EPROTO;
    if (rc == 0)
        rc = hear_all(reach, request, left);
    return rc == 0 ? say(reach, bench_h2_settings_taken, sizeof bench_h2_settings_taken) : rc;
}

int reach_open(struct reach *reach, const struct reach_how *how, const char *path)
{
    *reach = (struct reach){.is_h2 = strcmp(how->version, "2") == 0};
    reach->fd = bench_connect(how->host_port, how->rcvbuf_bytes);
    int rc = reach->fd < 0 ? reach->fd : 0;
    if (rc == 0 && how->is_tls)
        rc = bench_tls_open(reach->fd, reach->is_h2 ? "h2" : "http/1.1", &reach->tls);
    if (rc == 0)
        rc = reach->is_h2 ? ask_h2(reach, how, path) : ask_h1(reach, how, path);
    if (rc == 0 && fcntl(reach->fd, F_SETFL, O_NONBLOCK) < 0)
        rc = -errno;
    return rc;
}

ssize_t reach_recv(struct reach *reach, void *data, size_t len_bytes)
{
    ssize_t n = hear(reach, data, len_bytes);
    if (n <= 0)
        return n < 0 ? n : -ECONNRESET;
    return reach->is_h2 ? bench_h2_content(&reach->h2, data, (size_t)n) : n;
}

ssize_t reach_skip(const struct reach *reach, void *scrap, size_t len_bytes)
{
    ssize_t n = recv(reach->fd, scrap, len_bytes, MSG_TRUNC);
    return n > 0 ? n : n < 0 ? -errno : -ECONNRESET;
}

void reach_close(struct reach *reach)
{
    (void)close(reach->fd); /* read-only */
    reach->fd = -1;
}
