/* SPDX-License-Identifier: MIT */
/* A runner on a stage: a source that plays a script, and what it was seen to do. */
#pragma once

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "source/runner.h"
#include "stillcast/registry.h"

#define STAGE_TRACE_BYTES 2000

/* The source plays a script, one letter per read: p picture, P a larger one, s SVG, b broken when
 * it is sealed, e broken when it is read, w waits for something, x is lost, $ is at its end; behind
 * the last letter it waits until it is wanted back. For each open a ^ or, when it fails, a !, must
 * come first. What is called is traced: O open, R read, C close, each with the stream's state at
 * that moment: w waiting, l live, i idle, x lost, e ended. */
extern struct stage_play {
    pthread_mutex_t lock; /* guards what follows */
    const char *at;
    bool is_endless; /* the last letter comes for ever */
    struct sc_stream *stream;
    char trace[STAGE_TRACE_BYTES];
    uint64_t seqs[STAGE_TRACE_BYTES / 2]; /* of the newest frame at each call */
    uint64_t times_ns[STAGE_TRACE_BYTES / 2];
    bool gets_signals;
    char note[200];
    unsigned n_teardowns, n_ended, n_lines;
    char lines[STAGE_TRACE_BYTES];
} stage_play;

/* A stream of its own and a runner, for one script. */
struct stage {
    struct sc_registry *registry;
    struct sc_pool *pool;
    struct sc_stream *stream;
    struct sc_runner *runner;
    struct sc_runner_config config;
    struct sc_source_spec spec;
    struct sc_source_setting settings[2];
    char *targets[1];
};

/* For cmocka's setup and teardown: *state is the stage. */
int stage_up(void **state);
int stage_down(void **state);

/** A borrowed text, for the fields of a spec, which are not const. */
char *stage_text(const char *borrowed);

/** Sets an option of the source. Before stage_begin. */
void stage_set(struct stage *stage, const char *name, const char *value);

/** Makes the runner and starts it. */
void stage_begin(struct stage *stage, const char *script);

void stage_trace(char out[static STAGE_TRACE_BYTES]);

/** Until the trace is that or differs from it. */
void stage_await_trace(const char *wanted);
void stage_await_state(struct stage *stage, enum sc_stream_state wanted);

size_t stage_count_calls(char call);
void stage_await_calls(char call, size_t n);

void stage_assert_stats(struct stage *stage, uint64_t n_frames, uint64_t n_rejected,
                        uint64_t n_retries);
