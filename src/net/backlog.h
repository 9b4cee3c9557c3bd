/* SPDX-License-Identifier: MIT */
/* What a TCP socket still has to deliver. The kernel's buffer and the line's own queue are queues,
 * too: a frame that joins them is old before it arrives. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* What one look at a socket tells. */
struct sc_backlog {
    uint64_t unacked_bytes; /* handed to the kernel and not acknowledged */
    uint64_t acked_bytes;   /* since the connection began */
    uint64_t rate_bytes_s;  /* that the kernel saw delivered last: it jumps; 0: unknown */
    uint32_t rtt_us;        /* round trip now, smoothed ... */
    uint32_t rtt_min_us;    /* ... and when the line was empty */
};

/* What is remembered of a line from look to look. Zero it to begin. */
struct sc_line {
    uint64_t looked_ns, acked_bytes, rate_bytes_s;
    bool was_busy;
};

/** Returns: 0; -EOPNOTSUPP where the socket cannot tell (a unix socket, an old kernel). */
int sc_backlog_read(int fd, struct sc_backlog *out_backlog);

/**
 * How long the next frame should wait so that it is chosen when the line is nearly free: neither
 * old on arrival nor so late that the line falls idle. A line that does not queue (its round trip
 * is what it was when empty) is not waited for, however long it is.
 *
 * Returns: ns, at most 100 ms; 0: send now.
 */
uint64_t sc_line_wait_ns(struct sc_line *line, const struct sc_backlog *backlog, uint64_t now_ns);
