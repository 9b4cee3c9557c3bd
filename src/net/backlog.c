/* SPDX-License-Identifier: MIT */
#include "net/backlog.h"

#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/clock.h"

#define QUEUE_US 20000U /* a round trip longer than the shortest by this means: the line queues */
#define SLACK_US                                                                                   \
    15000U /* left on the line when the next frame joins, so that it never idles ...               \
            */
#define SLACK_LEAST 3000U /* ... and two segments at the least */
#define WAIT_MAX_NS (100 * SC_NS_PER_MS)
#define WAIT_MIN_NS SC_NS_PER_MS
#define LOOK_NS     (10 * SC_NS_PER_MS) /* a rate is learned over so long at the least */

int sc_backlog_read(int fd, struct sc_backlog *out_backlog)
{
    struct tcp_info info;
    socklen_t len = sizeof info;
    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) < 0 ||
        len < offsetof(struct tcp_info, tcpi_delivery_rate) + sizeof info.tcpi_delivery_rate)
        return -EOPNOTSUPP;
    *out_backlog = (struct sc_backlog){
        .unacked_bytes = (uint64_t)info.tcpi_unacked * info.tcpi_snd_mss + info.tcpi_notsent_bytes,
        .acked_bytes = info.tcpi_bytes_acked,
        .rate_bytes_s = info.tcpi_delivery_rate,
        .rtt_us = info.tcpi_rtt,
        .rtt_min_us = info.tcpi_min_rtt,
    };
    return 0;
}

/* The kernel's rate is of its last few acknowledgements and jumps when they come in a bunch.
 * Between two looks at a line that was busy all the time, what was acknowledged is what the line
 * carried. */
static uint64_t learn_rate(struct sc_line *line, const struct sc_backlog *b, uint64_t now_ns)
{
    uint64_t passed_ns = now_ns - line->looked_ns;
    if (passed_ns < LOOK_NS && line->looked_ns)
        return line->rate_bytes_s ? line->rate_bytes_s : b->rate_bytes_s;
    if (line->was_busy && passed_ns < SC_NS_PER_S) {
        uint64_t seen = (b->acked_bytes - line->acked_bytes) * SC_NS_PER_S / passed_ns;
        line->rate_bytes_s = line->rate_bytes_s ? (line->rate_bytes_s * 3 + seen) / 4 : seen;
    }
    line->looked_ns = now_ns;
    line->acked_bytes = b->acked_bytes;
    line->was_busy = b->unacked_bytes > 0;
    return line->rate_bytes_s ? line->rate_bytes_s : b->rate_bytes_s;
}

uint64_t sc_line_wait_ns(struct sc_line *line, const struct sc_backlog *b, uint64_t now_ns)
{
    uint64_t rate = learn_rate(line, b, now_ns);
    if (rate == 0 || b->rtt_us < b->rtt_min_us + QUEUE_US)
        return 0;
    uint64_t slack = rate * SLACK_US / 1000000;
    uint64_t keep = rate * b->rtt_min_us / 1000000 + (slack > SLACK_LEAST ? slack : SLACK_LEAST);
    if (b->unacked_bytes <= keep)
        return 0;
    uint64_t excess = b->unacked_bytes - keep;
    if (excess > rate)
        return WAIT_MAX_NS;
    uint64_t wait = excess * SC_NS_PER_S / rate;
    return wait < WAIT_MIN_NS ? WAIT_MIN_NS : wait > WAIT_MAX_NS ? WAIT_MAX_NS : wait;
}
