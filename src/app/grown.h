/* SPDX-License-Identifier: MIT */
/* Graphs that came to be because somebody sent numbers to a name that nobody had. Each is a pushed
 * stream with a source of its own, and goes when its stream is deleted or forgotten. */
#pragma once

#include "stillcast/err.h"

struct sc_grown;
struct sc_pool;
struct sc_registry;

/** Returns: 0; -ENOMEM; -EOPNOTSUPP this build draws no graphs. */
int sc_grown_create(struct sc_registry *registry, struct sc_pool *pool,
                    struct sc_grown **out_grown);
void sc_grown_destroy(struct sc_grown **grown);

/**
 * Makes the stream and starts its graph.
 *
 * Returns: 1; 0 it was made a moment ago; -EEXIST there is such a stream, and it is no graph; as
 * sc_registry_add. Thread:  any.
 */
int sc_grown_make(void *grown, const char *name, struct sc_err *err);

/** Ends the sources whose streams are closed. Thread: any. */
void sc_grown_tidy(struct sc_grown *grown);
