/* SPDX-License-Identifier: MIT */
/* What only a stream, and who works on its pictures, may do; the rest is stillcast/frame.h. */
#pragma once

#include "stillcast/frame.h"

/** Numbers a sealed frame that nobody else has seen yet. Thread: owner. */
void sc_frame_set_seq(const struct sc_frame *frame, uint64_t seq);

/**
 * A draft with the same picture, capture time and number.
 *
 * Returns: as sc_draft_create.
 * Thread:  any.
 */
int sc_draft_create_like(const struct sc_frame *frame, struct sc_pool *pool,
                         struct sc_draft **out_draft);

/** The draft takes the other's place: its capture time and number. Thread: owner. */
void sc_draft_succeed(struct sc_draft *draft, const struct sc_draft *before);
