/* SPDX-License-Identifier: MIT */
/* A bucket belongs to whichever column was written to it last: what is left of an earlier round is
 * told by its number and needs no sweeping. */
#include "series/ring.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "base/own.h"

static size_t n_buckets(const struct sc_ring_shape *shape)
{
    return shape->n_columns + shape->n_ahead;
}

int64_t sc_ring_number(const struct sc_ring_shape *shape, int64_t unix_us)
{
    int64_t number = unix_us / shape->column_us;
    return number - (unix_us % shape->column_us < 0);
}

static struct sc_ring_bucket *bucket_at(const struct sc_ring *ring,
                                        const struct sc_ring_shape *shape, int64_t number)
{
    int64_t n = (int64_t)n_buckets(shape), slot = number % n;
    return &ring->buckets[slot < 0 ? slot + n : slot];
}

int sc_ring_init(struct sc_ring *ring, const struct sc_ring_shape *shape)
{
    *ring = (struct sc_ring){
        .buckets = calloc(n_buckets(shape), sizeof *ring->buckets),
        .points = calloc(shape->n_points, sizeof *ring->points),
    };
    if (!ring->buckets || !ring->points) {
        sc_ring_fini(ring);
        return -ENOMEM;
    }
    sc_ring_clear(ring, shape);
    return 0;
}

void sc_ring_fini(struct sc_ring *ring)
{
    sc_own_free(&ring->buckets);
    sc_own_free(&ring->points);
}

void sc_ring_clear(struct sc_ring *ring, const struct sc_ring_shape *shape)
{
    for (size_t i = 0; i < n_buckets(shape); i++)
        ring->buckets[i].number = INT64_MIN;
    ring->first_point = ring->n_points = 0;
    ring->dropped_us = INT64_MIN;
}

/* --- points --- */

static struct sc_series_point *point_at(const struct sc_ring *ring,
                                        const struct sc_ring_shape *shape, size_t i)
{
    return &ring->points[(ring->first_point + i) % shape->n_points];
}

static void note_dropped(struct sc_ring *ring, int64_t unix_us)
{
    if (unix_us > ring->dropped_us)
        ring->dropped_us = unix_us;
}

static void keep_point(struct sc_ring *ring, const struct sc_ring_shape *shape,
                       struct sc_series_point point)
{
    if (ring->n_points == shape->n_points) {
        int64_t oldest_us = point_at(ring, shape, 0)->unix_us;
        if (point.unix_us < oldest_us) {
            note_dropped(ring, point.unix_us);
            return;
        }
        note_dropped(ring, oldest_us);
        ring->first_point = (ring->first_point + 1) % shape->n_points;
        ring->n_points--;
    }
    size_t i = ring->n_points++;
    for (; i > 0 && point_at(ring, shape, i - 1)->unix_us > point.unix_us; i--)
        *point_at(ring, shape, i) = *point_at(ring, shape, i - 1);
    *point_at(ring, shape, i) = point;
}

/* The first point at or behind that time; they are in order. */
static size_t find_point(const struct sc_ring *ring, const struct sc_ring_shape *shape,
                         int64_t unix_us)
{
    size_t low = 0, high = ring->n_points;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (point_at(ring, shape, mid)->unix_us < unix_us)
            low = mid + 1;
        else
            high = mid;
    }
    return low;
}

long sc_ring_points(const struct sc_ring *ring, const struct sc_ring_shape *shape, int64_t from_us,
                    int64_t to_us, struct sc_series_point *out_points)
{
    if (ring->dropped_us >= from_us)
        return -ERANGE;
    size_t from = find_point(ring, shape, from_us), to = find_point(ring, shape, to_us);
    from -= from > 0;
    to += to < ring->n_points;
    for (size_t i = from; i < to; i++)
        out_points[i - from] = *point_at(ring, shape, i);
    return (long)(to - from);
}

/* --- columns --- */

static struct sc_ring_bucket *claim(struct sc_ring *ring, const struct sc_ring_shape *shape,
                                    int64_t unix_us)
{
    int64_t number = sc_ring_number(shape, unix_us);
    struct sc_ring_bucket *bucket = bucket_at(ring, shape, number);
    if (bucket->number != number)
        *bucket =
            (struct sc_ring_bucket){.number = number, .first_us = INT64_MAX, .last_us = INT64_MIN};
    return bucket;
}

static void absorb(struct sc_ring_bucket *bucket, int64_t unix_us,
                   const struct sc_series_column *other)
{
    struct sc_series_column *mine = &bucket->column;
    if (mine->n == 0 || other->least < mine->least)
        mine->least = other->least;
    if (mine->n == 0 || other->most > mine->most)
        mine->most = other->most;
    if (unix_us < bucket->first_us) {
        bucket->first_us = unix_us;
        mine->first = other->first;
    }
    if (unix_us >= bucket->last_us) {
        bucket->last_us = unix_us;
        mine->last = other->last;
    }
    mine->sum += other->sum;
    mine->n = mine->n > UINT32_MAX - other->n ? UINT32_MAX : mine->n + other->n;
}

void sc_ring_add(struct sc_ring *ring, const struct sc_ring_shape *shape,
                 struct sc_series_point point)
{
    keep_point(ring, shape, point);
    if (isnan(point.value))
        return;
    float value = (float)point.value;
    const struct sc_series_column one = {value, value, value, value, point.value, 1};
    absorb(claim(ring, shape, point.unix_us), point.unix_us, &one);
}

void sc_ring_merge(struct sc_ring *ring, const struct sc_ring_shape *shape, int64_t unix_us,
                   const struct sc_series_column *column)
{
    note_dropped(ring, unix_us);
    absorb(claim(ring, shape, unix_us), unix_us, column);
}

bool sc_ring_columns(const struct sc_ring *ring, const struct sc_ring_shape *shape, int64_t from_us,
                     struct sc_series_column *out_columns)
{
    int64_t first = sc_ring_number(shape, from_us);
    bool is_any = false;
    for (size_t i = 0; i < shape->n_columns; i++) {
        const struct sc_ring_bucket *bucket = bucket_at(ring, shape, first + (int64_t)i);
        bool is_there = bucket->number == first + (int64_t)i;
        out_columns[i] = is_there ? bucket->column : (struct sc_series_column){0};
        is_any |= is_there;
    }
    return is_any;
}
