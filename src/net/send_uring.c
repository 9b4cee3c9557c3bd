/* SPDX-License-Identifier: MIT */
/* A batch as one io_uring_enter(2): with MSG_DONTWAIT every send is finished when it is submitted,
 * so the results are there when the call returns and nothing stays behind. Large frames cost as
 * much as by send(2), small ones a quarter to a third less; a ring may be forbidden (containers,
 * seccomp). */
#include <errno.h>
#include <liburing.h>
#include <stdbool.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "net/send_strategy.h"

struct uring {
    struct io_uring ring;
    bool is_broken; /* a new ring was not to be had */
};

/* A ring can do what seccomp forbids: this one can only send. (Debian 12's liburing has functions
 * for it, but does not export them.) */
static int restrict_to_sending(const struct io_uring *ring)
{
    struct io_uring_restriction only = {.opcode = IORING_RESTRICTION_SQE_OP,
                                        .sqe_op = IORING_OP_SEND};
    if (syscall(SYS_io_uring_register, ring->ring_fd, IORING_REGISTER_RESTRICTIONS, &only, 1) < 0 ||
        syscall(SYS_io_uring_register, ring->ring_fd, IORING_REGISTER_ENABLE_RINGS, NULL, 0) < 0)
        return -errno;
    return 0;
}

static int uring_open(void *state)
{
    struct uring *u = state;
    int rc = io_uring_queue_init(SC_SEND_BATCH, &u->ring, IORING_SETUP_R_DISABLED);
    if (rc < 0)
        return rc;
    rc = restrict_to_sending(&u->ring);
    if (rc < 0)
        io_uring_queue_exit(&u->ring);
    return rc;
}

static void collect(struct uring *u, struct sc_send *sends, size_t n)
{
    struct io_uring_cqe *done;
    for (size_t left = n; left > 0; left--) {
        if (io_uring_wait_cqe(&u->ring, &done) < 0)
            return;
        sends[io_uring_cqe_get_data64(done)].sent = done->res;
        io_uring_cqe_seen(&u->ring, done);
    }
}

static void uring_close(void *state)
{
    struct uring *u = state;
    if (!u->is_broken)
        io_uring_queue_exit(&u->ring);
}

/* What the kernel did not take still lies in the ring: submitted later, it would send to sockets
 * and from memory that are no longer ours. */
static void renew(struct uring *u)
{
    uring_close(u);
    u->is_broken = uring_open(u) < 0;
}

static size_t submit(struct uring *u, struct sc_send *sends, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct io_uring_sqe *sqe = io_uring_get_sqe(&u->ring);
        io_uring_prep_send(sqe, sends[i].fd, sends[i].data, sends[i].len_bytes,
                           MSG_NOSIGNAL | MSG_DONTWAIT);
        io_uring_sqe_set_data64(sqe, i);
        sends[i].sent = -EIO; /* unless it is told */
    }
    int rc = io_uring_submit_and_wait(&u->ring, (unsigned)n);
    return rc > 0 ? (size_t)rc : 0;
}

static void uring_send(void *state, struct sc_send *sends, size_t n)
{
    struct uring *u = state;
    size_t n_taken = u->is_broken ? 0 : submit(u, sends, n);
    collect(u, sends, n_taken);
    if (n_taken == n)
        return;
    if (!u->is_broken)
        renew(u);
    sc_sender_plain.send(NULL, sends + n_taken, n - n_taken);
}

static const struct sc_sender_ops ops = {
    .name = "uring",
    .state_size = sizeof(struct uring),
    .open = uring_open,
    .send = uring_send,
    .close = uring_close,
};

const struct sc_sender_ops *const sc_sender_uring = &ops;
