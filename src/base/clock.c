/* SPDX-License-Identifier: MIT */
#if __SIZEOF_POINTER__ == 4
#undef _FORTIFY_SOURCE /* glibc 2.36's checked ppoll() takes a time of 64 bits for one of 32 */
#endif
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

int sc_clock_poll(struct pollfd *fds, size_t n, uint64_t until_ns)
{
    uint64_t now = sc_clock_ns(), left = until_ns > now ? until_ns - now : 0;
    struct timespec most = {(time_t)(left / SC_NS_PER_S), (long)(left % SC_NS_PER_S)};
    return ppoll(fds, n, until_ns == UINT64_MAX ? NULL : &most, NULL);
}
