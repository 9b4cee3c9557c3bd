/* SPDX-License-Identifier: MIT */
#include "source/source.h"

#include <errno.h>
#include <poll.h>

#include "base/clock.h"

int sc_source_wait(const struct sc_source_ctx *ctx, int fd, short events, uint64_t until_ns)
{
    struct pollfd fds[] = {{.fd = ctx->wake_fd, .events = POLLIN}, {.fd = fd, .events = events}};
    for (;;) {
        int n = sc_clock_poll(fds, 2, until_ns);
        if (n < 0 && errno != EINTR)
            return -errno;
        if (n > 0)
            return fds[0].revents ? -ECANCELED : 0;
        if (sc_clock_ns() >= until_ns)
            return -ETIMEDOUT;
    }
}
