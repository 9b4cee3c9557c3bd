/* SPDX-License-Identifier: MIT */
/* A chart, what it was drawn from last, and when it has to be drawn again. */
#pragma once

#include "draw/chart.h"
#include "series/series.h"

struct sc_drawing;

/**
 * look  copied, its texts borrowed.
 *
 * Returns: as sc_chart_create.
 */
int sc_drawing_create(const struct sc_chart_config *look, int64_t span_us,
                      struct sc_drawing **out_drawing, struct sc_err *err);
void sc_drawing_destroy(struct sc_drawing **drawing);

/** Says how long its columns are and how many; max_series is left alone. */
void sc_drawing_shape(const struct sc_drawing *drawing, struct sc_series_config *out_config);

/** Returns: when a new picture would differ from the last one, CLOCK_MONOTONIC; 0: now. */
uint64_t sc_drawing_due_ns(const struct sc_drawing *drawing, const struct sc_series *series);

/** The next picture is due now. */
void sc_drawing_forget(struct sc_drawing *drawing);

/** Draws the window up to now. Returns: as sc_chart_draw. */
int sc_drawing_draw(struct sc_drawing *drawing, struct sc_series *series, struct sc_pool *pool,
                    struct sc_draft **out_draft);
