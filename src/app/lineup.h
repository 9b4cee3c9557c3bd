/* SPDX-License-Identifier: MIT */
/* The streams that the command line asks for, each with the runner of its source. */
#pragma once

#include "stillcast/err.h"

#include <stddef.h>
#include <stdint.h>

struct sc_server;
struct sc_lineup;
struct sc_jail_paths;

struct sc_lineup_config {
    char *const *sources; /* "[NAME=]SOURCE[#option=value...]" */
    size_t n_sources;
    uint64_t linger_ns;
    const char *const *saves;  /* "NAME=PATH", ends with NULL; may be NULL */
    void (*ended)(void *self); /* a source with #at_end=exit came to its end; any thread */
    void *self;
};

/**
 * Takes the sources apart, adds their streams to the server and sets them up; nothing runs yet but
 * the helper for commands, where a source has any.
 *
 * server  borrowed until destroy.
 *
 * Returns: 0; -EINVAL, -EEXIST, -ENOSPC, -ENOENT, -EACCES … with a sentence; -ENOMEM.
 * Thread:  control, before any other thread is made.
 */
int sc_lineup_create(const struct sc_lineup_config *config, struct sc_server *server,
                     struct sc_lineup **out_lineup, struct sc_err *err);

/** Adds all files that sources and their options name. Returns: 0; -ENOMEM. */
int sc_lineup_keep_files(const struct sc_lineup *lineup, struct sc_jail_paths *paths);

/** Returns: 0; -EAGAIN when the system gives no thread. Thread: control. */
int sc_lineup_start(struct sc_lineup *lineup, struct sc_err *err);

/** Stops all sources and waits for them. Thread: control. */
void sc_lineup_destroy(struct sc_lineup **lineup);
