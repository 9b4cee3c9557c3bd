/* SPDX-License-Identifier: MIT */
#include "limit_ways.h"

#include <errno.h>
#include <liburing.h>
#include <sys/socket.h>

static struct io_uring ring;

static bool uring_open(void)
{
    return io_uring_queue_init(LIMIT_BATCH, &ring, 0) == 0;
}

static void uring_send(struct limit_send *sends, size_t n)
{
    for (struct limit_send *s = sends; s < sends + n; s++) {
        struct io_uring_sqe *sqe = io_uring_get_sqe(&ring);
        io_uring_prep_send(sqe, s->fd, s->frame->data + s->from_bytes,
                           s->frame->len_bytes - s->from_bytes, MSG_NOSIGNAL | MSG_DONTWAIT);
        io_uring_sqe_set_data(sqe, s);
        s->sent = -EAGAIN;
    }
    (void)io_uring_submit_and_wait(&ring, (unsigned)n); /* what fails stays -EAGAIN */
    struct io_uring_cqe *done;
    while (io_uring_peek_cqe(&ring, &done) == 0) {
        struct limit_send *s = io_uring_cqe_get_data(done);
        s->sent = done->res;
        io_uring_cqe_seen(&ring, done);
    }
}

static int uring_greet(int fd, const char *answer, size_t len_bytes)
{
    return limit_send.greet(fd, answer, len_bytes);
}

static const struct limit_way uring = {
    .name = "uring", .open = uring_open, .greet = uring_greet, .send = uring_send};
const struct limit_way *const limit_uring = &uring;
