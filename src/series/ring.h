/* SPDX-License-Identifier: MIT */
/* The past of one series in memory of a fixed size: for each column of a window what came in it,
 * its extremes kept however many points there were; and the last points as they came, for as long
 * as there are no more of them than there is room. Not thread-safe. */
#pragma once

#include "series/column.h"

#include <stdbool.h>
#include <stddef.h>

/* The shape of all series of a set. */
struct sc_ring_shape {
    int64_t column_us; /* how long a column is; columns begin at its multiples */
    size_t n_columns;  /* of the window */
    size_t n_ahead;    /* further ones, for what comes before its time */
    size_t n_points;   /* kept as they came */
};

struct sc_ring_bucket {
    int64_t number; /* of the column: its begin divided by column_us; INT64_MIN: none */
    int64_t first_us, last_us;
    struct sc_series_column column;
};

struct sc_ring {
    struct sc_ring_bucket *buckets;
    struct sc_series_point *points; /* a ring, in the order of time */
    size_t first_point, n_points;
    int64_t dropped_us; /* the newest point for which there was no room */
};

/** Returns: 0; -ENOMEM. */
int sc_ring_init(struct sc_ring *ring, const struct sc_ring_shape *shape);
void sc_ring_fini(struct sc_ring *ring);

/** Forgets everything. */
void sc_ring_clear(struct sc_ring *ring, const struct sc_ring_shape *shape);

/** value  finite, or NAN: a gap, which only the points know. */
void sc_ring_add(struct sc_ring *ring, const struct sc_ring_shape *shape,
                 struct sc_series_point point);

/** Adds what a column of another time, perhaps of another length, held: history read back. */
void sc_ring_merge(struct sc_ring *ring, const struct sc_ring_shape *shape, int64_t unix_us,
                   const struct sc_series_column *column);

/** Copies the n_columns of the window that begins at from_us, a multiple of column_us. Returns:
 * whether there is anything in it. */
bool sc_ring_columns(const struct sc_ring *ring, const struct sc_ring_shape *shape, int64_t from_us,
                     struct sc_series_column *out_columns);

/**
 * Copies the points of a window, and one before and one behind it.
 *
 * out_points  room for shape->n_points.
 *
 * Returns: how many; -ERANGE there were more than there was room for: take the columns.
 */
long sc_ring_points(const struct sc_ring *ring, const struct sc_ring_shape *shape, int64_t from_us,
                    int64_t to_us, struct sc_series_point *out_points);

/** Returns: which column that time lies in. */
int64_t sc_ring_number(const struct sc_ring_shape *shape, int64_t unix_us);
