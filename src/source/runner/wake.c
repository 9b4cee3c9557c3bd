/* SPDX-License-Identifier: MIT */
#include "source/runner/wake.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/own.h"

static int watch(struct sc_wake *wake, int fd)
{
    struct epoll_event event = {.events = EPOLLIN};
    return fd < 0 ? -1 : epoll_ctl(wake->fd, EPOLL_CTL_ADD, fd, &event);
}

int sc_wake_init(struct sc_wake *wake)
{
    wake->fd = epoll_create1(EPOLL_CLOEXEC);
    wake->bell_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    wake->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (wake->fd >= 0 && watch(wake, wake->bell_fd) == 0 && watch(wake, wake->timer_fd) == 0)
        return 0;
    int rc = -errno;
    sc_wake_fini(wake);
    return rc;
}

void sc_wake_fini(struct sc_wake *wake)
{
    sc_own_close(&wake->timer_fd);
    sc_own_close(&wake->bell_fd);
    sc_own_close(&wake->fd);
}

void sc_wake_ring(struct sc_wake *wake)
{
    uint64_t one = 1;
    (void)!write(wake->bell_fd, &one, sizeof one); /* full: it rings already */
}

void sc_wake_set_timer(struct sc_wake *wake, uint64_t at_ns)
{
    struct itimerspec at = {
        .it_value = {(time_t)(at_ns / SC_NS_PER_S), (long)(at_ns % SC_NS_PER_S)}};
    (void)timerfd_settime(wake->timer_fd, TFD_TIMER_ABSTIME, &at, NULL);
}

void sc_wake_hear(struct sc_wake *wake)
{
    uint64_t n;
    (void)!read(wake->bell_fd, &n, sizeof n); /* nothing there: the other one it was */
    (void)!read(wake->timer_fd, &n, sizeof n);
}
