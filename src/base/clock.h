/* SPDX-License-Identifier: MIT */
/* Time: nanoseconds of CLOCK_MONOTONIC everywhere; the wall clock only for what people and the wire
 * see (X-Timestamp, Date, Last-Modified). */
#pragma once

#include <poll.h>
#include <stddef.h>
#include <stdint.h>

#define SC_NS_PER_MS 1000000ULL
#define SC_NS_PER_S  1000000000ULL

/** Returns: nanoseconds of CLOCK_MONOTONIC. Thread: any. */
uint64_t sc_clock_ns(void);

/** Returns: microseconds since 1970, UTC, of the wall clock. Thread: any. */
uint64_t sc_clock_unix_us(void);

/** poll(2) until until_ns at the latest (UINT64_MAX: for ever). Returns: as poll(2), with errno.
 * Thread: any. */
int sc_clock_poll(struct pollfd *fds, size_t n, uint64_t until_ns);
