/* SPDX-License-Identifier: MIT */
#include "peer.h"

#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cmocka.h>

#define PATIENCE_S 10

char peer_doing[128];

void peer_open(struct peer *peer, const char *url, int receive_bytes)
{
    const struct timeval patience = {.tv_sec = PATIENCE_S};
    const char *colon = strrchr(url, ':');
    struct sockaddr_in where = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
        .sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10)),
    };
    peer->len_bytes = 0;
    peer->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(peer->fd >= 0);
    (void)setsockopt(peer->fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (receive_bytes)
        (void)setsockopt(peer->fd, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
    assert_int_equal(connect(peer->fd, (struct sockaddr *)&where, sizeof where), 0);
}

void peer_say(struct peer *peer, const void *data, size_t len_bytes)
{
    (void)send(peer->fd, data, len_bytes,
               MSG_NOSIGNAL); /* whether it was heard, the answer tells */
}

void peer_ask(struct peer *peer, const char *head, const struct peer_body *body)
{
    char text[256];
    int n = snprintf(text, sizeof text, "%s HTTP/1.1\r\nHost: localhost\r\n", head);
    if (body)
        n +=
            snprintf(text + n, sizeof text - (size_t)n, "Content-Length: %zu\r\n", body->len_bytes);
    n += snprintf(text + n, sizeof text - (size_t)n, "\r\n");
    peer_say(peer, text, (size_t)n);
    if (body)
        peer_say(peer, body->data, body->len_bytes);
}

bool peer_hear(struct peer *peer)
{
    assert_true(peer->len_bytes < sizeof peer->data);
    ssize_t n;
    do
        n = recv(peer->fd, peer->data + peer->len_bytes, sizeof peer->data - peer->len_bytes, 0);
    while (n < 0 && errno == EINTR);
    if (n < 0 && errno == EAGAIN)
        fail_msg("%s: nothing comes", peer_doing);
    peer->len_bytes += n > 0 ? (size_t)n : 0;
    return n > 0;
}

void peer_forget(struct peer *peer, size_t len_bytes)
{
    peer->len_bytes -= len_bytes;
    memmove(peer->data, peer->data + len_bytes, peer->len_bytes);
}

const uint8_t *peer_hear_until(struct peer *peer, const void *mark, size_t mark_bytes)
{
    const uint8_t *at;
    while (!(at = memmem(peer->data, peer->len_bytes, mark, mark_bytes)))
        if (!peer_hear(peer))
            return NULL;
    return at + mark_bytes;
}

size_t peer_hear_head(struct peer *peer)
{
    const uint8_t *end = peer_hear_until(peer, "\r\n\r\n", 4);
    return end ? (size_t)(end - peer->data) : 0;
}

ssize_t peer_hear_body(struct peer *peer, size_t head_bytes)
{
    static const char field[] = "Content-Length: ";
    const char *length = memmem(peer->data, head_bytes, field, sizeof field - 1);
    assert_non_null(length);
    size_t bytes = strtoul(length + sizeof field - 1, NULL, 10);
    while (peer->len_bytes < head_bytes + bytes)
        if (!peer_hear(peer))
            return -1;
    return (ssize_t)bytes;
}
