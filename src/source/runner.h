/* SPDX-License-Identifier: MIT */
/* Runs one source on a thread of its own: opens it, paces it, seals and publishes its pictures, and
 * starts and stops it with demand. Damaged pictures are counted, logged once and left out. A source
 * that fails is closed and opened again after growing delays; the stream is lost until it shows a
 * picture. The last picture stays at first; when the source is not back at the first attempt, or
 * there never was a picture, a placeholder of the same size takes its place. */
#pragma once

#include "source/source.h"
#include "stillcast/stream.h"

struct sc_runner;

/* Options that every source has: fps, on_demand, linger, svg, at_end; and those of the file that
 * its stream is kept in, which whoever makes the streams takes (sink/saver.h). */
extern const struct sc_source_option sc_runner_options[];

struct sc_runner_config {
    struct sc_pool *pool;
    struct sc_registry *registry; /* what sources may look at; may be NULL */
    uint64_t linger_ns; /* an on-demand source rests this long after the last viewer left */
    uint64_t retry_first_ns, retry_most_ns; /* delays of a lost source; 0: 0.5 s and 30 s */
    /* The source came to its end and #at_end=exit was asked; may be NULL. Thread: any. */
    void (*ended)(void *self);
    void *self;
};

/**
 * Sets the source up; nothing runs yet.
 *
 * spec  borrowed until destroy.
 *
 * Returns: 0; what the source's setup says, with its sentence; -ENOMEM; a negative errno.
 * Thread:  control.
 */
int sc_runner_create(const struct sc_source_spec *spec, struct sc_stream *stream,
                     const struct sc_runner_config *config, struct sc_runner **out_runner,
                     struct sc_err *err);

/** Returns: 0; -EAGAIN when the system gives no thread. Thread: control. */
int sc_runner_start(struct sc_runner *runner);

/** Asks it to stop, without waiting. Thread: control. */
void sc_runner_stop(struct sc_runner *runner);

/** Stops, waits for its thread, frees. Thread: control. */
void sc_runner_destroy(struct sc_runner **runner);
