/* SPDX-License-Identifier: MIT */
#include "limit_ways.h"

#include <errno.h>
#include <sys/sendfile.h>
#include <sys/socket.h>

#include "wire.h"

static int greet(int fd, const char *answer, size_t len_bytes)
{
    char request[4096];
    return recv(fd, request, sizeof request, 0) > 0 ? bench_send_all(fd, answer, len_bytes)
                                                    : -ECONNRESET;
}

static void send_each(struct limit_send *sends, size_t n)
{
    for (struct limit_send *s = sends; s < sends + n; s++) {
        s->sent = send(s->fd, s->frame->data + s->from_bytes, s->frame->len_bytes - s->from_bytes,
                       MSG_NOSIGNAL | MSG_DONTWAIT);
        if (s->sent < 0)
            s->sent = -errno;
    }
}

static void sendfile_each(struct limit_send *sends, size_t n)
{
    for (struct limit_send *s = sends; s < sends + n; s++) {
        off_t from = (off_t)s->from_bytes;
        s->sent = sendfile(s->fd, s->frame->file, &from, s->frame->len_bytes - s->from_bytes);
        if (s->sent < 0)
            s->sent = -errno;
    }
}

const struct limit_way limit_send = {.name = "send", .greet = greet, .send = send_each};
const struct limit_way limit_sendfile = {
    .name = "sendfile", .want_file = true, .greet = greet, .send = sendfile_each};
