/* SPDX-License-Identifier: MIT */
/* All streams of a server by name, at most so many. */
#pragma once

#include "stillcast/err.h"
#include "stillcast/stream.h"

#include <stdbool.h>
#include <stddef.h>

#define SC_STREAM_NAME_BYTES 65 /* with its NUL */

struct sc_registry;

/** Returns: 0; -ENOMEM. */
SC_API int sc_registry_create(unsigned max_streams, struct sc_registry **out_registry);

/** Closes all streams that are left. */
SC_API void sc_registry_destroy(struct sc_registry **registry);

/**
 * Whether name may name a stream: 1 to 64 of A-Z a-z 0-9 . _ - and / between at most four levels,
 * no level empty or beginning with a dot, none of the words that the server keeps for itself.
 *
 * Returns: 0; -EINVAL, with a sentence that quotes the name.
 */
SC_API int sc_registry_check_name(const char *name, struct sc_err *err);

/** How a stream came to be. */
enum sc_stream_origin {
    SC_STREAM_SOURCED, /* configured: lives as long as the server */
    SC_STREAM_PUSHED,  /* by its first published frame */
};

/**
 * Returns: 0; -EINVAL the name is none; -EEXIST there is one of that name; -ENOSPC the server has
 * all the streams that it may; -ENOMEM. out_stream is a new reference. Thread:  any.
 */
SC_API int sc_registry_add(struct sc_registry *registry, const char *name,
                           enum sc_stream_origin origin, struct sc_stream **out_stream,
                           struct sc_err *err);

/** Returns: a new reference, NULL when there is none. Thread: any. */
SC_API struct sc_stream *sc_registry_get(struct sc_registry *registry, const char *name);

/** Takes the stream out and closes it. Returns: 0; -ENOENT; -EPERM it is not a pushed one. */
SC_API int sc_registry_remove(struct sc_registry *registry, const char *name);

/**
 * All streams, sorted by name, in natural order. Each is a new reference; free with
 * sc_registry_free_list.
 *
 * Returns: 0; -ENOMEM.
 * Thread:  any.
 */
SC_API int sc_registry_list(struct sc_registry *registry, struct sc_stream ***out_streams,
                            size_t *out_n);
SC_API void sc_registry_free_list(struct sc_stream ***streams, size_t n);

/** Returns: the stream's origin. */
SC_API enum sc_stream_origin sc_stream_origin(const struct sc_stream *stream);
