/* SPDX-License-Identifier: MIT */
/* What a runner's thread does, for as long as it lives. */
#pragma once

#include "base/backoff.h"
#include "source/runner.h"
#include "source/runner/pace.h"
#include "source/runner/told.h"
#include "source/runner/wake.h"

#include <stdatomic.h>

struct sc_overlay;

enum sc_at_end {
    SC_AT_END_KEEP,
    SC_AT_END_REOPEN,
    SC_AT_END_EXIT,
};

struct sc_run {
    /* Set before the thread starts. */
    const struct sc_source_spec *spec;
    const struct sc_source_ops *ops;
    struct sc_stream *stream; /* borrowed */
    struct sc_runner_config config;
    struct sc_source_ctx ctx;
    struct sc_wake wake;
    void *state; /* the source's */
    double fps;
    uint64_t linger_ns;
    enum sc_at_end at_end;
    bool is_on_demand, is_svg_allowed;
    struct sc_overlay *overlay; /* NULL: none */

    atomic_bool is_stopping; /* any thread, which rings the bell afterwards */

    /* The thread's own. */
    struct sc_pace pace;
    struct sc_backoff backoff;
    struct sc_told told_losses, told_refusals;
    uint64_t rest_at_ns;     /* UINT64_MAX: somebody watches */
    uint64_t lost_ns;        /* when it was lost; 0: it is not */
    uint64_t back_ns;        /* when it came back last */
    bool is_loss_told;       /* in the log, so that its return is told, too */
    unsigned n_lost_in_row;  /* attempts that failed since the last picture */
    unsigned n_empty_in_row; /* reads without a picture since the last one */
    bool has_shown;          /* a picture since it was opened */
    bool is_overlay_told;    /* that a picture could not carry it */
};

/** The thread's body. Returns when it was stopped. */
void sc_run(struct sc_run *run);
