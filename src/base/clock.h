/* SPDX-License-Identifier: MIT */
/* Time: nanoseconds of CLOCK_MONOTONIC everywhere; the wall clock only for what people and the wire
 * see (X-Timestamp, Date, Last-Modified). */
#pragma once

#include <stdint.h>

#define SC_NS_PER_MS 1000000ULL
#define SC_NS_PER_S  1000000000ULL

/** Returns: nanoseconds of CLOCK_MONOTONIC. Thread: any. */
uint64_t sc_clock_ns(void);

/** Returns: microseconds since 1970, UTC, of the wall clock. Thread: any. */
uint64_t sc_clock_unix_us(void);
