/* SPDX-License-Identifier: MIT */
/* What brings numbers to a graph of itself. A feed is one file in this folder: static functions
 * and, at its end, one sc_feed_ops, named once more in this folder's meson.build. */
#pragma once

#include "draw/chart.h"
#include "source/graph/numbers.h"
#include "source/source.h"

/* Begins the state of every feed. */
struct sc_feed {
    int fd;          /* readable when there is something to take; -1: none */
    uint64_t due_ns; /* take at this time, too, CLOCK_MONOTONIC; UINT64_MAX: never */
    struct sc_numbers_text *text;
    const struct sc_source_ctx *ctx;
    const char *url; /* where it listens, from setup on; NULL: nowhere */
};

struct sc_feed_ops {
    /* Whether what stands behind "graph:" is for this feed. */
    bool (*claims)(const char *target);
    size_t state_size;
    enum sc_numbers_rates rates;  /* the default of #rate */
    enum sc_reader_format format; /* of its text, where #input does not say */

    /* As of a source; target lives as long as spec. */
    int (*setup)(struct sc_feed *feed, const char *target, const struct sc_source_spec *spec,
                 struct sc_err *err);
    /* What the graph looks like where nobody says otherwise. May be NULL. */
    void (*dress)(const struct sc_feed *feed, struct sc_chart_config *look);
    int (*open)(struct sc_feed *feed, struct sc_err *err);
    /* Takes what there is, but no more than about a quarter of a mebibyte, and waits for nothing.
     * Returns: 0; -ENODATA the end; -EAGAIN with a sentence that tells what it waits for, once;
     * -ECANCELED and -EBADMSG as of a source; anything else with a sentence: lost. */
    int (*take)(struct sc_feed *feed, struct sc_err *err);
    void (*close)(struct sc_feed *feed);    /* after open */
    void (*teardown)(struct sc_feed *feed); /* after setup; may be NULL */
};

/**
 * Counts what is refused, but one for the sentence that the runner counts.
 *
 * is_told  whether there was a sentence already; there is one now.
 *
 * Returns: whether the sentence is due.
 */
bool sc_feed_refuse(const struct sc_feed *feed, uint64_t n, bool *is_told);

/** Returns: the feed for what stands behind "graph:", never NULL: the last one takes a path. */
const struct sc_feed_ops *sc_feed_find(const char *target);
