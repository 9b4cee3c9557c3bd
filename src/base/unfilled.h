/* SPDX-License-Identifier: MIT */
/* Variables begin as zero (meson.build). In front of one, SC_UNFILLED spares that: for large ones
 * on the way of every frame, of which nothing is read that was not written. */
#pragma once

#if __has_attribute(uninitialized)
#define SC_UNFILLED __attribute__((uninitialized))
#else
#define SC_UNFILLED
#endif
