/* SPDX-License-Identifier: MIT */
/* X-Timestamp, as servers of pictures write it: seconds, a dot, and a part of a second. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/** Returns: microseconds; 0 when it is none, or no time at all. */
uint64_t sc_stamp_read_us(const char *text, size_t len_bytes);
