/* SPDX-License-Identifier: MIT */
/* The log: one line per event, "time level topic text", to one sink that the embedding program may
 * replace. A file that logs defines SC_LOG_TOPIC before it includes this header. */
#pragma once

#include "stillcast/api.h"

#include <stdint.h>

enum sc_log_level {
    SC_ERROR, /* something asked for is not happening */
    SC_WARN,  /* it goes on, impaired */
    SC_INFO,  /* start, stop, a source or peer changed; never per frame */
    SC_DEBUG,
};

/** Receives finished lines: control characters in text are escaped already. Thread: any. */
typedef void sc_log_sink(enum sc_log_level level, const char *topic, const char *text, void *self);

/**
 * Sets who receives lines and up to which level. Default: standard error, SC_INFO.
 *
 * sink  NULL: standard error.
 *
 * Thread: control, before anything else runs.
 */
SC_API void sc_log_set(enum sc_log_level level, sc_log_sink *sink, void *self);

/** Thread: any. */
SC_API void sc_log_write(enum sc_log_level level, const char *topic, const char *format, ...)
    __attribute__((format(printf, 3, 4), cold));

#define sc_log(level, ...) sc_log_write((level), SC_LOG_TOPIC, __VA_ARGS__)

/* Lets through one event per interval and counts the rest. Zero it to begin. Thread: its owner. */
struct sc_log_limit {
    uint64_t next_ns;
    unsigned n_swallowed;
};

/**
 * Returns: -1 when the event should be swallowed, else how many were swallowed since the last one.
 */
SC_API int sc_log_limit_pass(struct sc_log_limit *limit, uint64_t interval_ns);
