/* SPDX-License-Identifier: MIT */
/* The server: listeners, one network loop per core, the streams and their HTTP. What the daemon
 * runs, and what a program embeds to show its own pictures. */
#pragma once

#include "stillcast/err.h"
#include "stillcast/registry.h"
#include "stillcast/server_config.h"

#include <stddef.h>

struct sc_server;

/**
 * Opens all listeners; nothing is answered before sc_server_start.
 *
 * config  copied, the texts in it borrowed.
 *
 * Returns: 0; -EADDRINUSE, -EACCES, -EADDRNOTAVAIL, -EINVAL …, with a sentence that tells the way
 *          out; -EPERM another address than loopback, and neither is_insecure nor is_read_only.
 * Thread:  control.
 */
SC_API int sc_server_create(const struct sc_server_config *config, struct sc_server **out_server,
                            struct sc_err *err);

/** Returns: 0; -EAGAIN when the system gives no thread. Thread: control. */
SC_API int sc_server_start(struct sc_server *server);

/**
 * Reads the files of keys and certificates again. What there is goes on with what it has.
 *
 * Returns: 0; a negative errno with a sentence: then all stays as it was.
 * Thread:  control.
 */
SC_API int sc_server_reload(struct sc_server *server, struct sc_err *err);

/** Whether sc_server_reload has anything to read. */
SC_API bool sc_server_can_reload(const struct sc_server *server);

/** Finishes the frames in flight, closes, joins, frees. Takes drain_ns at the most. */
SC_API void sc_server_destroy(struct sc_server **server);

/** Returns: "http://127.0.0.1:8080/" of the i-th listener, borrowed; NULL behind the last one. */
SC_API const char *sc_server_url(const struct sc_server *server, size_t i);

/** Returns: borrowed. */
SC_API struct sc_registry *sc_server_registry(struct sc_server *server);
SC_API struct sc_pool *sc_server_pool(struct sc_server *server);
