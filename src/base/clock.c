/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <time.h>

uint64_t sc_clock_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * SC_NS_PER_S + (uint64_t)now.tv_nsec;
}

uint64_t sc_clock_unix_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000ULL + (uint64_t)now.tv_nsec / 1000;
}
