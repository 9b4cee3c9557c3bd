/* SPDX-License-Identifier: MIT */
#include "net/backlog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"

#define MS SC_NS_PER_MS

/* A line of 1 MB/s that queues: 15 KB of slack may stay on it. */
static const struct sc_backlog queueing = {
    .unacked_bytes = 65000,
    .rate_bytes_s = 1000000,
    .rtt_us = 60000,
    .rtt_min_us = 0,
};

static uint64_t wait_of(struct sc_backlog backlog)
{
    struct sc_line line = {0};
    return sc_line_wait_ns(&line, &backlog, 1000 * MS);
}

static void waits_until_all_but_the_slack_is_delivered(void **state)
{
    assert_int_equal(wait_of(queueing), 50 * MS);
}

static void does_not_wait_for_the_slack_but_for_one_byte_more(void **state)
{
    struct sc_backlog b = queueing;
    b.unacked_bytes = 15000;
    assert_int_equal(wait_of(b), 0);
    b.unacked_bytes = 15001;
    assert_int_equal(wait_of(b), 1 * MS);
}

static void a_long_line_that_does_not_queue_is_kept_full(void **state)
{
    struct sc_backlog b = queueing;
    b.rtt_us = b.rtt_min_us = 200000;
    b.unacked_bytes = 10000000;
    assert_int_equal(wait_of(b), 0);
}

static void what_a_long_line_holds_is_no_queue(void **state)
{
    struct sc_backlog b = queueing;
    b.rtt_min_us = 100000;
    b.rtt_us = 150000;
    b.unacked_bytes = 100000 + 15000;
    assert_int_equal(wait_of(b), 0);
}

static void an_unknown_rate_is_not_waited_for(void **state)
{
    struct sc_backlog b = queueing;
    b.rate_bytes_s = 0;
    assert_int_equal(wait_of(b), 0);
}

static void no_wait_is_longer_than_100_ms(void **state)
{
    struct sc_backlog b = queueing;
    b.unacked_bytes = UINT64_MAX / 2;
    assert_int_equal(wait_of(b), 100 * MS);
    b.unacked_bytes = 15000 + 100001;
    assert_int_equal(wait_of(b), 100 * MS);
}

static void what_was_acknowledged_counts_more_than_a_jump_of_the_kernels_rate(void **state)
{
    struct sc_line line = {0};
    struct sc_backlog b = queueing;
    (void)sc_line_wait_ns(&line, &b, 1000 * MS);
    b.acked_bytes = 50000; /* in 50 ms: 1 MB/s */
    b.rate_bytes_s = 10000000;
    assert_int_equal(sc_line_wait_ns(&line, &b, 1050 * MS), 50 * MS);
}

static void a_socket_that_is_not_tcp_says_so(void **state)
{
    struct sc_backlog b;
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
    assert_true(sc_backlog_read(pair[0], &b) < 0);
    (void)close(pair[0]);
    (void)close(pair[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waits_until_all_but_the_slack_is_delivered),
        cmocka_unit_test(does_not_wait_for_the_slack_but_for_one_byte_more),
        cmocka_unit_test(a_long_line_that_does_not_queue_is_kept_full),
        cmocka_unit_test(what_a_long_line_holds_is_no_queue),
        cmocka_unit_test(an_unknown_rate_is_not_waited_for),
        cmocka_unit_test(no_wait_is_longer_than_100_ms),
        cmocka_unit_test(what_was_acknowledged_counts_more_than_a_jump_of_the_kernels_rate),
        cmocka_unit_test(a_socket_that_is_not_tcp_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
