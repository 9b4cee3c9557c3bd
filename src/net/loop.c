/* SPDX-License-Identifier: MIT */
#include "net/loop.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/own.h"
#include "net/timer.h"

const uint32_t sc_loop_lag_us[SC_LOOP_LAGS] = {1000, 5000, 20000, 100000, 500000, 2000000};

#define EVENTS 256 /* a turn handles so many at the most */

struct sc_loop {
    int epoll_fd;
    struct sc_watch mail; /* eventfd: tasks were posted */
    _Atomic(struct sc_task *) posted;
    atomic_bool is_stopping;
    struct sc_task *deferred, **deferred_end;
    struct sc_timers *timers;
    uint64_t now_ns;
    struct sc_loop_stats stats;
    int at_event, n_events;
    struct epoll_event events[EVENTS];
};

static void run_posted(struct sc_watch *watch, uint32_t events);

static int open_mail(struct sc_loop *loop)
{
    loop->mail.ready = run_posted;
    loop->mail.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (loop->mail.fd < 0)
        return -errno;
    return sc_loop_add(loop, &loop->mail, EPOLLIN | EPOLLET);
}

int sc_loop_create(struct sc_loop **out_loop)
{
    struct sc_loop *loop SC_AUTO(sc_loop_destroy) = calloc(1, sizeof *loop);
    if (!loop)
        return -ENOMEM;
    loop->mail.fd = -1;
    loop->deferred_end = &loop->deferred;
    loop->now_ns = sc_clock_ns();
    loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (loop->epoll_fd < 0)
        return -errno;
    int rc = sc_timers_create(&loop->timers);
    if (rc == 0)
        rc = open_mail(loop);
    if (rc == 0)
        *out_loop = sc_steal(loop);
    return rc;
}

int sc_loop_add(struct sc_loop *loop, struct sc_watch *watch, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = watch};
    return epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, watch->fd, &event) < 0 ? -errno : 0;
}

int sc_loop_rearm(struct sc_loop *loop, struct sc_watch *watch, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = watch};
    return epoll_ctl(loop->epoll_fd, EPOLL_CTL_MOD, watch->fd, &event) < 0 ? -errno : 0;
}

void sc_loop_remove(struct sc_loop *loop, struct sc_watch *watch)
{
    (void)epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL);
    for (int i = loop->at_event; i < loop->n_events; i++)
        if (loop->events[i].data.ptr == watch)
            loop->events[i].data.ptr = NULL;
}

static void wake(struct sc_loop *loop)
{
    uint64_t one = 1;
    (void)!write(loop->mail.fd, &one, sizeof one); /* full: it is readable already */
}

void sc_loop_post(struct sc_loop *loop, struct sc_task *task)
{
    struct sc_task *head = atomic_load_explicit(&loop->posted, memory_order_relaxed);
    do {
        task->next = head;
    } while (!atomic_compare_exchange_weak_explicit(&loop->posted, &head, task,
                                                    memory_order_release, memory_order_relaxed));
    if (!head)
        wake(loop);
}

static struct sc_task *reversed(struct sc_task *task)
{
    struct sc_task *first = NULL;
    while (task) {
        struct sc_task *next = task->next;
        task->next = first;
        first = task;
        task = next;
    }
    return first;
}

static void run_all(struct sc_task *task)
{
    while (task) {
        struct sc_task *next = task->next;
        task->run(task); /* may free it */
        task = next;
    }
}

static void run_posted(struct sc_watch *watch, uint32_t events)
{
    struct sc_loop *loop = sc_container_of(watch, struct sc_loop, mail);
    run_all(reversed(atomic_exchange_explicit(&loop->posted, NULL, memory_order_acquire)));
}

void sc_loop_defer(struct sc_loop *loop, struct sc_task *task)
{
    task->next = NULL;
    *loop->deferred_end = task;
    loop->deferred_end = &task->next;
}

void sc_loop_hurry(struct sc_loop *loop, struct sc_task *task)
{
    if (!loop->deferred)
        loop->deferred_end = &task->next;
    task->next = loop->deferred;
    loop->deferred = task;
}

void sc_loop_stop(struct sc_loop *loop)
{
    atomic_store(&loop->is_stopping, true);
    wake(loop);
}

uint64_t sc_loop_now_ns(const struct sc_loop *loop)
{
    return loop->now_ns;
}

struct sc_timers *sc_loop_timers(struct sc_loop *loop)
{
    return loop->timers;
}

const struct sc_loop_stats *sc_loop_stats(const struct sc_loop *loop)
{
    return &loop->stats;
}

static int wait_ms(const struct sc_loop *loop)
{
    uint64_t next = sc_timers_next_ns(loop->timers);
    if (next == UINT64_MAX)
        return -1;
    uint64_t now = sc_clock_ns();
    if (next <= now)
        return 0;
    uint64_t ms = (next - now + SC_NS_PER_MS - 1) / SC_NS_PER_MS;
    return ms > 60000 ? 60000 : (int)ms;
}

static void dispatch(struct sc_loop *loop)
{
    for (int i = 0; i < loop->n_events; i++) {
        struct sc_watch *watch = loop->events[i].data.ptr;
        loop->at_event = i + 1;
        if (watch)
            watch->ready(watch, loop->events[i].events);
    }
    loop->n_events = 0;
}

/* Only the loop writes them: no locked addition is needed. */
static void add(_Atomic uint64_t *counter, uint64_t n)
{
    atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + n,
                          memory_order_relaxed);
}

static void note_turn(struct sc_loop *loop)
{
    struct sc_loop_stats *stats = &loop->stats;
    uint64_t turn_ns = sc_clock_ns() - loop->now_ns;
    size_t class = 0;
    while (class < SC_LOOP_LAGS && turn_ns > sc_loop_lag_us[class] * 1000ULL)
        class ++;
    add(&stats->n_lags[class], 1);
    add(&stats->n_turns, 1);
    add(&stats->busy_ns, turn_ns);
    if (turn_ns > atomic_load_explicit(&stats->lag_max_ns, memory_order_relaxed))
        atomic_store_explicit(&stats->lag_max_ns, turn_ns, memory_order_relaxed);
}

static void end_turn(struct sc_loop *loop)
{
    while (loop->deferred) {
        struct sc_task *tasks = sc_steal(loop->deferred);
        loop->deferred_end = &loop->deferred;
        run_all(tasks);
    }
}

void sc_loop_destroy(struct sc_loop **loop)
{
    struct sc_loop *old = sc_steal(*loop);
    if (!old)
        return;
    end_turn(old); /* what was to be freed is */
    sc_own_close(&old->mail.fd);
    sc_own_close(&old->epoll_fd);
    sc_timers_destroy(&old->timers);
    free(old);
}

void sc_loop_settle(struct sc_loop *loop)
{
    run_posted(&loop->mail, 0);
    end_turn(loop);
}

void sc_loop_run(struct sc_loop *loop)
{
    while (!atomic_load(&loop->is_stopping)) {
        int n = epoll_wait(loop->epoll_fd, loop->events, EVENTS, wait_ms(loop));
        loop->n_events = n > 0 ? n : 0; /* EINTR: a turn without events */
        loop->at_event = 0;
        loop->now_ns = sc_clock_ns();
        add(&loop->stats.n_begun, 1);
        dispatch(loop);
        sc_timers_fire(loop->timers, loop->now_ns);
        end_turn(loop);
        note_turn(loop);
    }
    sc_loop_settle(loop);
}
