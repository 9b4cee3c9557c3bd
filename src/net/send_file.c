/* SPDX-License-Identifier: MIT */
/* A frame that many want, as a file in memory: what sendfile(2) hands to the sockets are its pages,
 * so nothing is copied per viewer. The file lives for one batch, its pages until the last socket
 * has delivered them. */
#include <errno.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include "base/own.h"
#include "net/send_strategy.h"

struct span {
    const char *from, *to;
};

/* All slices of one frame lie close together. */
static struct span span_of(const struct sc_send *sends, size_t n)
{
    struct span span = {sends[0].data, sends[0].data};
    for (const struct sc_send *s = sends; s < sends + n; s++) {
        const char *from = s->data, *to = from + s->len_bytes;
        span.from = from < span.from ? from : span.from;
        span.to = to > span.to ? to : span.to;
    }
    return span;
}

/* Returns: a descriptor; a negative errno. */
static int make_file(struct span span)
{
    size_t len_bytes = (size_t)(span.to - span.from);
    int fd = memfd_create("frame", MFD_CLOEXEC);
    if (fd < 0)
        return -errno;
    if (write(fd, span.from, len_bytes) == (ssize_t)len_bytes)
        return fd;
    (void)close(fd); /* no memory, or no such file sizes here */
    return -ENOSPC;
}

static void file_send(void *state, struct sc_send *sends, size_t n)
{
    struct span span = span_of(sends, n);
    int file SC_AUTO(sc_own_close) = make_file(span);
    if (file < 0) {
        sc_sender_plain.send(NULL, sends, n);
        return;
    }
    for (struct sc_send *s = sends; s < sends + n; s++) {
        off_t at = (const char *)s->data - span.from;
        s->sent = sendfile(s->fd, file, &at, s->len_bytes);
        if (s->sent < 0)
            s->sent = -errno;
    }
}

const struct sc_sender_ops sc_sender_file = {.name = "file", .send = file_send};
