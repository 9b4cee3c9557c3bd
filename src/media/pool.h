/* SPDX-License-Identifier: MIT */
/* Memory for drafts and frames, counted; see stillcast/frame.h for its life. */
#pragma once

#include "stillcast/frame.h"

#include <stddef.h>

/** Returns: the most that all blocks together may take. */
size_t sc_pool_max_bytes(const struct sc_pool *pool);

/**
 * Takes a block (block NULL, old_bytes 0) or gives it another size.
 *
 * Returns: the block, perhaps moved; NULL when memory or the pool is exhausted: block stays as it
 * was. Thread:  any.
 */
void *sc_pool_resize(struct sc_pool *pool, void *block, size_t old_bytes, size_t new_bytes);

/** Frees a block; the last one of a pool without owners frees the pool. Thread: any. */
void sc_pool_give_back(struct sc_pool *pool, void *block, size_t bytes);
