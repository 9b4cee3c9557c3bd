/* SPDX-License-Identifier: MIT */
/* Numbers over time under their names, at most so many names, each in memory of a fixed size: what
 * a graph is drawn from. Any number of threads may add, one may look, all at the same time. */
#pragma once

#include "series/column.h"
#include "series/word.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#define SC_SERIES_NAME_BYTES 256 /* with its NUL */

struct sc_series_config {
    int64_t column_us; /* the window is so many columns of so long each */
    size_t n_columns;
    unsigned max_series;
};

struct sc_series_sample {
    struct sc_word name;
    double value;    /* NAN: a gap */
    int64_t unix_us; /* SC_MOMENT_NOW: now */
};

/* What became of all samples. Read them at any time, relaxed. */
struct sc_series_counts {
    _Atomic uint64_t n_taken, n_refused, n_over; /* n_over: refused for being one series too many */
};

/* One series at one moment, copied to where the caller has room. */
struct sc_series_view {
    char name[SC_SERIES_NAME_BYTES];
    struct sc_series_column *columns; /* in: room for n_columns */
    struct sc_series_point *points;   /* in: room for as many */
    size_t n_points;                  /* 0 when there are more points than columns */
    double latest;                    /* NAN when that is a gap */
};

struct sc_series;

/** Returns: 0; -ENOMEM. */
int sc_series_create(const struct sc_series_config *config, struct sc_series **out_series);
void sc_series_destroy(struct sc_series **series);

/**
 * Takes one number. Time may run backwards as long as it stays in the window. A new name when there
 * is no room for it takes the place of one that has nothing left in the window.
 *
 * now_unix_us  the clock.
 *
 * Returns: 0; -EINVAL the name is empty, too long or has control characters; -EDOM the value is
 *          infinite; -ETIME it is older than the window; -EOVERFLOW it lies in the future, by more
 *          than the window or a minute; -ENOSPC the name is one too many; -ENOMEM. All counted.
 */
int sc_series_add(struct sc_series *series, const struct sc_series_sample *sample,
                  int64_t now_unix_us);

/** Adds a column of a history (sc_ring_merge). Returns: as sc_series_add. */
int sc_series_merge(struct sc_series *series, const struct sc_series_sample *at,
                    const struct sc_series_column *column, int64_t now_unix_us);

/**
 * Makes a rate of a counter: by how much it grew in a second since the last time.
 *
 * Returns: 0; -EAGAIN it is the first, or went backwards: the counter began anew; as sc_series_add.
 */
int sc_series_to_rate(struct sc_series *series, struct sc_series_sample *sample,
                      int64_t now_unix_us);

/** Returns: how many series there are; they keep their places. */
size_t sc_series_count(struct sc_series *series);

/** Copies the i-th series in the window that begins at from_us, a multiple of column_us. Returns:
 * false when nothing of it lies there. */
bool sc_series_look(struct sc_series *series, size_t i, int64_t from_us,
                    struct sc_series_view *view);

/** Returns: a number that changes whenever something was taken. Thread: any, no lock. */
uint64_t sc_series_version(const struct sc_series *series);

struct sc_series_counts *sc_series_counts(struct sc_series *series);
const struct sc_series_config *sc_series_config(const struct sc_series *series);

/** Returns: one sentence for a person about a code of sc_series_add. */
const char *sc_series_reason(int code);
