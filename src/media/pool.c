/* SPDX-License-Identifier: MIT */
#include "media/pool.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

struct sc_pool {
    atomic_size_t n_refs; /* one per owner and one per block that is out */
    atomic_size_t used_bytes;
    size_t max_bytes, frame_max_bytes;
};

int sc_pool_create(size_t max_bytes, size_t frame_max_bytes, struct sc_pool **out_pool)
{
    struct sc_pool *pool = calloc(1, sizeof *pool);
    if (!pool)
        return -ENOMEM;
    atomic_init(&pool->n_refs, 1);
    pool->max_bytes = max_bytes;
    pool->frame_max_bytes = frame_max_bytes;
    *out_pool = pool;
    return 0;
}

struct sc_pool *sc_pool_ref(struct sc_pool *pool)
{
    atomic_fetch_add_explicit(&pool->n_refs, 1, memory_order_relaxed);
    return pool;
}

void sc_pool_unref(struct sc_pool **pool)
{
    struct sc_pool *old = *pool;
    *pool = NULL;
    if (old && atomic_fetch_sub_explicit(&old->n_refs, 1, memory_order_acq_rel) == 1)
        free(old);
}

size_t sc_pool_used_bytes(const struct sc_pool *pool)
{
    return atomic_load_explicit(&pool->used_bytes, memory_order_relaxed);
}

size_t sc_pool_max_bytes(const struct sc_pool *pool)
{
    return pool->max_bytes;
}

size_t sc_pool_frame_max_bytes(const struct sc_pool *pool)
{
    return pool->frame_max_bytes;
}

static int charge(struct sc_pool *pool, size_t bytes)
{
    size_t used = atomic_fetch_add_explicit(&pool->used_bytes, bytes, memory_order_relaxed);
    if (used + bytes <= pool->max_bytes)
        return 0;
    atomic_fetch_sub_explicit(&pool->used_bytes, bytes, memory_order_relaxed);
    return -ENOMEM;
}

void *sc_pool_resize(struct sc_pool *pool, void *block, size_t old_bytes, size_t new_bytes)
{
    if (new_bytes > old_bytes && charge(pool, new_bytes - old_bytes) < 0)
        return NULL;
    void *fresh = realloc(block, new_bytes);
    if (!fresh) {
        if (new_bytes > old_bytes)
            atomic_fetch_sub_explicit(&pool->used_bytes, new_bytes - old_bytes,
                                      memory_order_relaxed);
        return NULL;
    }
    if (new_bytes < old_bytes)
        atomic_fetch_sub_explicit(&pool->used_bytes, old_bytes - new_bytes, memory_order_relaxed);
    if (!block)
        (void)sc_pool_ref(pool);
    return fresh;
}

void sc_pool_give_back(struct sc_pool *pool, void *block, size_t bytes)
{
    free(block);
    atomic_fetch_sub_explicit(&pool->used_bytes, bytes, memory_order_relaxed);
    sc_pool_unref(&pool);
}
