/* SPDX-License-Identifier: MIT */
#include "source/source.h"

#include <errno.h>
#include <poll.h>
#include <time.h>

#include "base/clock.h"

static struct timespec left_until(uint64_t until_ns)
{
    uint64_t now = sc_clock_ns();
    uint64_t left = until_ns > now ? until_ns - now : 0;
    return (struct timespec){(time_t)(left / SC_NS_PER_S), (long)(left % SC_NS_PER_S)};
}

int sc_source_wait(const struct sc_source_ctx *ctx, int fd, short events, uint64_t until_ns)
{
    struct pollfd fds[] = {{.fd = ctx->wake_fd, .events = POLLIN}, {.fd = fd, .events = events}};
    for (;;) {
        struct timespec left = left_until(until_ns);
        int n = ppoll(fds, 2, until_ns == UINT64_MAX ? NULL : &left, NULL);
        if (n < 0 && errno != EINTR)
            return -errno;
        if (n > 0)
            return fds[0].revents ? -ECANCELED : 0;
        if (sc_clock_ns() >= until_ns)
            return -ETIMEDOUT;
    }
}
