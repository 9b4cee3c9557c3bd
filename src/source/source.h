/* SPDX-License-Identifier: MIT */
/* A source makes pictures for one stream. It is one file: static functions and, at its end, one
 * sc_source_ops, named once more in this folder's meson.build. It opens, reads and closes; threads,
 * retries, pace, demand, logs, counts and streams are the runner's, once for all sources. */
#pragma once

#include "stillcast/err.h"
#include "stillcast/frame.h"
#include "stillcast/stream.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sc_commands;

/* One #word=value behind a source. */
struct sc_source_option {
    const char *name;
    const char *value; /* what stands for the value in --help: "N", "WxH", "yes|no" */
    const char *help;  /* one sentence, with the default */
};

struct sc_source_setting {
    char *name, *value;
};

/* "NAME=SOURCE#option=value" taken apart (spec.h). Lives as long as the source. */
struct sc_source_spec {
    char *name;     /* of the stream; NULL: the source suggests one */
    char **targets; /* what stands behind "files:"; several for a slideshow of many arguments */
    size_t n_targets;
    struct sc_source_setting *settings;
    size_t n_settings;
    const struct sc_source_ops *ops;
    struct sc_commands *commands; /* where setup adds those it runs (command/command.h), or NULL */
};

/* What the runner lends to a source's calls. */
struct sc_source_ctx {
    struct sc_pool *pool;          /* drafts come from here */
    int wake_fd;                   /* readable when the runner wants its thread back */
    struct sc_stream_stats *stats; /* for n_rejected */
    struct sc_registry *registry;  /* of all streams, to look at; NULL: nothing to look at */
    bool is_watched;               /* false only for a source that is always read */
};

struct sc_source_ops {
    const char *name;  /* "files": what a person writes in front of the colon */
    const char *usage; /* "files:PATH[,PATH...]" */
    const char *help;  /* one sentence */
    const struct sc_source_option *options; /* its own, ends with a NULL name; may be NULL */
    size_t state_size;
    double default_fps; /* the runner's pace: 0 as fast as read returns */
    bool is_on_demand;  /* the default of #on_demand */
    /* It is read while nobody watches, too, and misses nothing; pictures are wanted only when
     * ctx->is_watched, and a last one before its end. #fps is its own business. */
    bool is_always_read;
    bool is_self_paced; /* it keeps to #fps itself: pictures that nobody sees are thrown away */

    /* Whether a target without "name:" is meant for this source: "-", "*.jpg". May be NULL. */
    bool (*claims)(const char *target);

    /* Writes a stream name made from the targets ("plot" for watch:out/plot.png). */
    void (*suggest_name)(const struct sc_source_spec *spec, char *out_name, size_t name_bytes);

    /* Control thread, before the server starts: takes its options out of spec (sc_spec_get_…) and
     * refuses what can never work. state is zeroed. */
    int (*setup)(void *state, const struct sc_source_spec *spec, struct sc_err *err);

    /* Control thread, after setup: the stream that it is to feed. May be NULL. */
    void (*meet)(void *state, struct sc_stream *stream);

    /* Runner's thread, from here on. open may fail and is retried with growing delays. */
    int (*open)(void *state, const struct sc_source_ctx *ctx, struct sc_err *err);

    /* Blocks until it has a picture. Returns: 0; -ENODATA at the end; -ECANCELED when ctx->wake_fd
     * became readable (it may be called again and loses nothing); -EBADMSG or -EMSGSIZE with a
     * sentence for one picture that is broken or too large, which the runner counts, and goes on;
     * -EAGAIN with a sentence that tells people what it waits for, once, then it is called again
     * and waits; anything else with a sentence: lost, close and retry. */
    int (*read)(void *state, const struct sc_source_ctx *ctx, struct sc_draft **out_draft,
                struct sc_err *err);

    void (*close)(void *state);    /* after open; may be opened again */
    void (*teardown)(void *state); /* after setup, last call; may be NULL */
};

/**
 * Waits for fd, for the runner, or for a time.
 *
 * fd        -1: none.
 * until_ns  CLOCK_MONOTONIC; UINT64_MAX: no limit.
 *
 * Returns: 0 fd has events; -ETIMEDOUT; -ECANCELED the runner wants its thread back.
 * Thread:  source.
 */
int sc_source_wait(const struct sc_source_ctx *ctx, int fd, short events, uint64_t until_ns);
