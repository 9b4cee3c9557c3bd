/* SPDX-License-Identifier: MIT */
/* The options of a graph: what it looks like. */
#pragma once

#include "draw/chart.h"
#include "source/source.h"

/* What a graph is told besides its chart. */
struct sc_graph_look {
    struct sc_chart_config chart;
    int64_t span_us; /* of the window */
    double fps;
};

/**
 * Changes what the options say; *look holds the defaults. Texts are borrowed from spec.
 *
 * Returns: 0; -EINVAL with a sentence.
 */
int sc_graph_look_take(const struct sc_source_spec *spec, struct sc_graph_look *look,
                       struct sc_err *err);

/** Reads a time as "10s", "5m", "6h" or "30d". Absent: *out_us stays. Returns: 0; -EINVAL. */
int sc_graph_look_time(const struct sc_source_spec *spec, const char *option, int64_t least_us,
                       int64_t most_us, int64_t *out_us, struct sc_err *err);
