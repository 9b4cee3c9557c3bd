/* SPDX-License-Identifier: MIT */
/* Publishes pictures to one stream, of a server elsewhere or of one in this process, and never
 * holds up its caller: for a server elsewhere a thread carries the newest picture over one
 * connection that is kept, and an older one that still waits is given up. While nobody is there it
 * tries again, with growing delays. */
#pragma once

#include "stillcast/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sc_publisher;
struct sc_server;

/**
 * Told of what goes wrong, once until something went well again: nobody is there (-ECONNREFUSED,
 * -ETIMEDOUT ...; it is tried again), or the server refused (-EACCES, -EBADMSG ...; the picture is
 * gone).
 *
 * Thread: the publisher's own; with a server in this process, the caller's.
 */
typedef void sc_publisher_problem(const struct sc_err *err, void *self);

struct sc_publisher_config {
    const char *url;          /* "http://HOST[:PORT]/NAME"; NULL: a server in this process */
    struct sc_server *server; /* of this process, borrowed for the publisher's life, */
    const char *name;         /* and the stream's name */
    const char *key;          /* with the right to publish (docs/keys.md); NULL: none */
    uint64_t timeout_ns;      /* for one picture; 0: 10 s */
    sc_publisher_problem *on_problem; /* NULL: sc_log, as a warning */
    void *self;
};

/**
 * Nothing is connected before the first picture.
 *
 * config  copied, and so are the texts in it.
 *
 * Returns: 0; -EINVAL no such URL or name, with a sentence; -EPROTONOSUPPORT https, which needs a
 *          proxy on this machine; -EAGAIN when the system gives no thread; -ENOMEM.
 * Thread:  any.
 */
SC_API int sc_publisher_create(const struct sc_publisher_config *config,
                               struct sc_publisher **out_publisher, struct sc_err *err);

/**
 * Publishes a picture: JPEG, PNG, WebP, GIF, AVIF. A copy is taken, nothing is waited for.
 *
 * Returns: 0; -ENOMEM; with a server in this process also what sc_embed_publish returns.
 * Thread:  any.
 */
SC_API int sc_publisher_send(struct sc_publisher *publisher, const void *picture, size_t len_bytes);

/** Returns: how many watch, as of about a second ago; never waits. Thread: any. */
SC_API unsigned sc_publisher_n_viewers(struct sc_publisher *publisher);

/**
 * Whether the next picture is worth making: somebody watches, or nobody could, because no picture
 * was published yet. Never waits.
 *
 * Thread: any.
 */
SC_API bool sc_publisher_is_wanted(struct sc_publisher *publisher);

/** Waits until the newest picture is published or refused. Returns: 0; -ETIMEDOUT. Thread: any. */
SC_API int sc_publisher_flush(struct sc_publisher *publisher, uint64_t timeout_ns);

/** Ends at once; what was not flushed is given up. Thread: any, the last one that has it. */
SC_API void sc_publisher_destroy(struct sc_publisher **publisher);
