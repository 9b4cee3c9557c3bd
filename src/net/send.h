/* SPDX-License-Identifier: MIT */
/* The sending strategy: how many bytes to many sockets leave. A batch is one frame on its way to
 * all viewers of a loop that can take it. What serves which frames was measured:
 * docs/performance.md. */
#pragma once

#include "stillcast/err.h"

#include <stddef.h>
#include <sys/types.h>

struct sc_sender;

/* One socket of a batch. SIGPIPE is masked where a sender is used: sendfile(2) would raise it. */
struct sc_send {
    int fd; /* non-blocking */
    const void *data;
    size_t len_bytes;
    ssize_t sent; /* result: bytes taken, perhaps fewer; -EAGAIN; another negative errno */
};

enum sc_sender_kind {
    SC_SENDER_AUTO,  /* the best that works here */
    SC_SENDER_PLAIN, /* one send(2) each */
    SC_SENDER_URING, /* one io_uring_enter(2) for all of a batch */
};

/** The most that one batch may have. */
#define SC_SEND_BATCH 256

/**
 * Makes a sender for one thread; SC_SENDER_AUTO never fails for want of a strategy.
 *
 * Returns: 0; -ENOMEM; -ENOSYS, -EPERM … the strategy is not to be had here, with a sentence.
 * Thread:  any; the sender is then used by one thread at a time.
 */
int sc_sender_create(enum sc_sender_kind kind, struct sc_sender **out_sender, struct sc_err *err);
void sc_sender_destroy(struct sc_sender **sender);

/** Returns: "plain", "uring". */
const char *sc_sender_name(const struct sc_sender *sender);

/** Fills in every result. n is at most SC_SEND_BATCH. */
void sc_sender_send(struct sc_sender *sender, struct sc_send *sends, size_t n);
