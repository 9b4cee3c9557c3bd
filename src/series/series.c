/* SPDX-License-Identifier: MIT */
/* The lock is a leaf and held for one number, or for the copy of one series. */
#include "series/series.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/own.h"
#include "series/moment.h"
#include "series/ring.h"

#define AHEAD_MOST_US 60000000

struct entry {
    char name[SC_SERIES_NAME_BYTES];
    size_t name_bytes;
    uint64_t hash;
    struct sc_ring ring;
    struct sc_series_point latest; /* unix_us INT64_MIN: none */
    struct sc_series_point counter;
};

struct sc_series {
    struct sc_series_config config;
    struct sc_ring_shape shape;
    int64_t ahead_us;
    struct sc_series_counts counts;
    _Atomic uint64_t version;

    pthread_mutex_t lock; /* guards what follows */
    struct entry *entries;
    size_t n;
    size_t guess; /* lines repeat their names in the same order */
};

static int64_t span_us(const struct sc_series *series)
{
    return series->config.column_us * (int64_t)series->config.n_columns;
}

int sc_series_create(const struct sc_series_config *config, struct sc_series **out_series)
{
    struct sc_series *series SC_AUTO(sc_own_free) = calloc(1, sizeof *series);
    if (!series)
        return -ENOMEM;
    series->entries = calloc(config->max_series, sizeof *series->entries);
    if (!series->entries)
        return -ENOMEM;
    series->config = *config;
    series->ahead_us = span_us(series) < AHEAD_MOST_US ? span_us(series) : AHEAD_MOST_US;
    series->shape = (struct sc_ring_shape){
        .column_us = config->column_us,
        .n_columns = config->n_columns,
        .n_ahead = (size_t)(series->ahead_us / config->column_us) + 2,
        .n_points = config->n_columns,
    };
    (void)pthread_mutex_init(&series->lock, NULL);
    *out_series = sc_steal(series);
    return 0;
}

void sc_series_destroy(struct sc_series **series)
{
    struct sc_series *old = sc_steal(*series);
    if (!old)
        return;
    for (size_t i = 0; i < old->n; i++)
        sc_ring_fini(&old->entries[i].ring);
    free(old->entries);
    (void)pthread_mutex_destroy(&old->lock);
    free(old);
}

/* --- names --- */

static bool is_name(struct sc_word name)
{
    if (name.len_bytes == 0 || name.len_bytes >= SC_SERIES_NAME_BYTES)
        return false;
    for (size_t i = 0; i < name.len_bytes; i++)
        if ((unsigned char)name.data[i] < 0x20 || name.data[i] == 0x7f)
            return false;
    return true;
}

static bool has_name(const struct entry *entry, struct sc_word name, uint64_t hash)
{
    return entry->hash == hash && entry->name_bytes == name.len_bytes &&
           memcmp(entry->name, name.data, name.len_bytes) == 0;
}

/* Lock held. */
static struct entry *find(struct sc_series *series, struct sc_word name, uint64_t hash)
{
    for (size_t i = 0; i < series->n; i++) {
        size_t at = (series->guess + i) % series->n;
        if (has_name(&series->entries[at], name, hash)) {
            series->guess = at + 1;
            return &series->entries[at];
        }
    }
    return NULL;
}

/* Lock held. Returns: the series that was silent for longest, if for longer than the window. */
static struct entry *find_stale(struct sc_series *series, int64_t oldest_us)
{
    struct entry *stale = NULL;
    for (size_t i = 0; i < series->n; i++) {
        struct entry *entry = &series->entries[i];
        bool is_older = !stale || entry->latest.unix_us < stale->latest.unix_us;
        if (entry->latest.unix_us < oldest_us && is_older)
            stale = entry;
    }
    return stale;
}

/* Lock held. */
static int make_room(struct sc_series *series, int64_t now_unix_us, struct entry **out_entry)
{
    if (series->n == series->config.max_series) {
        *out_entry = find_stale(series, now_unix_us - span_us(series));
        if (!*out_entry)
            return -ENOSPC;
        sc_ring_clear(&(*out_entry)->ring, &series->shape);
        return 0;
    }
    *out_entry = &series->entries[series->n];
    int rc = sc_ring_init(&(*out_entry)->ring, &series->shape);
    series->n += rc == 0;
    return rc;
}

/* Lock held. */
static int find_or_make(struct sc_series *series, struct sc_word name, int64_t now_unix_us,
                        struct entry **out_entry)
{
    if (!is_name(name))
        return -EINVAL;
    uint64_t hash = sc_hash(name.data, name.len_bytes);
    *out_entry = find(series, name, hash);
    if (*out_entry)
        return 0;
    int rc = make_room(series, now_unix_us, out_entry);
    if (rc < 0)
        return rc;
    struct entry *entry = *out_entry;
    memcpy(entry->name, name.data, name.len_bytes);
    entry->name[name.len_bytes] = '\0';
    entry->name_bytes = name.len_bytes;
    entry->hash = hash;
    entry->latest = entry->counter = (struct sc_series_point){INT64_MIN, NAN};
    return 0;
}

/* --- numbers --- */

static int check_time(const struct sc_series *series, int64_t unix_us, int64_t now_unix_us)
{
    if (unix_us - now_unix_us > series->ahead_us)
        return -EOVERFLOW;
    int64_t oldest =
        sc_ring_number(&series->shape, now_unix_us) - (int64_t)series->config.n_columns;
    return sc_ring_number(&series->shape, unix_us) < oldest ? -ETIME : 0;
}

static int64_t time_of(const struct sc_series_sample *sample, int64_t now_unix_us)
{
    return sample->unix_us == SC_MOMENT_NOW ? now_unix_us : sample->unix_us;
}

static int count(struct sc_series *series, int rc)
{
    if (rc == 0) {
        atomic_fetch_add_explicit(&series->version, 1, memory_order_release);
        atomic_fetch_add_explicit(&series->counts.n_taken, 1, memory_order_relaxed);
    } else {
        atomic_fetch_add_explicit(&series->counts.n_refused, 1, memory_order_relaxed);
    }
    if (rc == -ENOSPC)
        atomic_fetch_add_explicit(&series->counts.n_over, 1, memory_order_relaxed);
    return rc;
}

/* Lock held. */
static void note_latest(struct entry *entry, struct sc_series_point point)
{
    if (point.unix_us >= entry->latest.unix_us)
        entry->latest = point;
}

int sc_series_add(struct sc_series *series, const struct sc_series_sample *sample,
                  int64_t now_unix_us)
{
    struct sc_series_point point = {time_of(sample, now_unix_us), sample->value};
    struct entry *entry;
    int rc = fabs(point.value) > FLT_MAX ? -EDOM : check_time(series, point.unix_us, now_unix_us);
    if (rc < 0)
        return count(series, rc);
    (void)pthread_mutex_lock(&series->lock);
    rc = find_or_make(series, sample->name, now_unix_us, &entry);
    if (rc == 0) {
        sc_ring_add(&entry->ring, &series->shape, point);
        note_latest(entry, point);
    }
    (void)pthread_mutex_unlock(&series->lock);
    return count(series, rc);
}

int sc_series_merge(struct sc_series *series, const struct sc_series_sample *at,
                    const struct sc_series_column *column, int64_t now_unix_us)
{
    struct entry *entry;
    int rc = check_time(series, at->unix_us, now_unix_us);
    if (rc < 0)
        return count(series, rc);
    (void)pthread_mutex_lock(&series->lock);
    rc = find_or_make(series, at->name, now_unix_us, &entry);
    if (rc == 0) {
        sc_ring_merge(&entry->ring, &series->shape, at->unix_us, column);
        note_latest(entry, (struct sc_series_point){at->unix_us, (double)column->last});
    }
    (void)pthread_mutex_unlock(&series->lock);
    return count(series, rc);
}

/* Lock held. */
static int to_rate(struct entry *entry, struct sc_series_point now, double *out_rate)
{
    struct sc_series_point before = entry->counter;
    entry->counter = now;
    if (before.unix_us == INT64_MIN || now.unix_us <= before.unix_us || now.value < before.value)
        return -EAGAIN;
    *out_rate = (now.value - before.value) * 1e6 / (double)(now.unix_us - before.unix_us);
    return 0;
}

int sc_series_to_rate(struct sc_series *series, struct sc_series_sample *sample,
                      int64_t now_unix_us)
{
    struct sc_series_point point = {time_of(sample, now_unix_us), sample->value};
    struct entry *entry;
    (void)pthread_mutex_lock(&series->lock);
    int rc = find_or_make(series, sample->name, now_unix_us, &entry);
    if (rc == 0)
        rc = to_rate(entry, point, &sample->value);
    (void)pthread_mutex_unlock(&series->lock);
    return rc == 0 || rc == -EAGAIN ? rc : count(series, rc);
}

/* --- looking --- */

size_t sc_series_count(struct sc_series *series)
{
    (void)pthread_mutex_lock(&series->lock);
    size_t n = series->n;
    (void)pthread_mutex_unlock(&series->lock);
    return n;
}

bool sc_series_look(struct sc_series *series, size_t i, int64_t from_us,
                    struct sc_series_view *view)
{
    (void)pthread_mutex_lock(&series->lock);
    const struct entry *entry = &series->entries[i];
    memcpy(view->name, entry->name, entry->name_bytes + 1);
    view->latest = entry->latest.value;
    bool is_any = sc_ring_columns(&entry->ring, &series->shape, from_us, view->columns);
    long n = sc_ring_points(&entry->ring, &series->shape, from_us, from_us + span_us(series),
                            view->points);
    view->n_points = n > 0 ? (size_t)n : 0;
    (void)pthread_mutex_unlock(&series->lock);
    return is_any;
}

uint64_t sc_series_version(const struct sc_series *series)
{
    return atomic_load_explicit(&series->version, memory_order_acquire);
}

struct sc_series_counts *sc_series_counts(struct sc_series *series)
{
    return &series->counts;
}

const struct sc_series_config *sc_series_config(const struct sc_series *series)
{
    return &series->config;
}

const char *sc_series_reason(int code)
{
    switch (code) {
    case -EINVAL:
        return "the name is too long or has control characters";
    case -EDOM:
        return "the number is infinite, or too large";
    case -ETIME:
        return "it is older than the window of the graph";
    case -EOVERFLOW:
        return "its time lies in the future";
    case -ENOSPC:
        return "the graph has all the series that it may: see #match and #max_series";
    default:
        return "the server is out of memory";
    }
}
