/* SPDX-License-Identifier: MIT */
/* What the daemon does, inside a program of one's own: a server with the options and sources of a
 * command line, and the program's own pictures beside them. It takes no signal handler, enters no
 * sandbox and never ends the process; what it logs goes to sc_log_set's sink.
 *
 * Its threads do not survive a fork: a child must neither use nor destroy it. */
#pragma once

#include "stillcast/err.h"
#include "stillcast/server.h"

#include <stddef.h>

struct sc_embed;

/**
 * Starts a server. Without "--listen" it is at 127.0.0.1:8080, as the daemon is.
 *
 * words  options and sources as on the daemon's command line, without the program's name:
 * "--listen", "127.0.0.1:0", "cpu=graph:system"; copied
 *
 * Returns: 0; a negative errno with a sentence that tells the way out: -EINVAL a word that is not
 *          understood, or belongs to a daemon only; others as sc_server_create. -ENOMEM.
 * Thread:  control.
 */
SC_API int sc_embed_create(size_t n_words, const char *const *words, struct sc_embed **out_embed,
                           struct sc_err *err);

/** Stops the sources, finishes the pictures in flight (--drain), joins, frees. Thread: control. */
SC_API void sc_embed_destroy(struct sc_embed **embed);

/** Returns: borrowed. Thread: any. */
SC_API struct sc_server *sc_embed_server(struct sc_embed *embed);

/**
 * Publishes a picture; the stream exists from then on. Nothing is waited for.
 *
 * data  copied
 *
 * Returns: the number of viewers; a negative errno with a sentence: -EBADMSG no picture, -EMSGSIZE
 *          over a limit, -EPERM an SVG and another kind in one stream, -EINVAL no name, -ENOSPC too
 *          many streams, -ENOMEM.
 * Thread:  any.
 */
SC_API int sc_embed_publish(struct sc_embed *embed, const char *name, const void *data,
                            size_t len_bytes, struct sc_err *err);

/** Returns: the number of viewers; -ENOENT there is no such stream. Thread: any. */
SC_API int sc_embed_n_viewers(struct sc_embed *embed, const char *name);
