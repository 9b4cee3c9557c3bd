/* SPDX-License-Identifier: MIT */
/* What only a stream may do to a frame; the rest is stillcast/frame.h. */
#pragma once

#include "stillcast/frame.h"

/** Numbers a sealed frame that nobody else has seen yet. Thread: owner. */
void sc_frame_set_seq(const struct sc_frame *frame, uint64_t seq);
