/* SPDX-License-Identifier: MIT */
/* A network loop: one thread, one epoll. Descriptors are registered once, edge-triggered, so that
 * sending a frame costs one system call and nothing else. Other threads reach a loop by
 * sc_loop_post only.
 *
 * Life: create -> (add, post) -> run on its thread until stop -> destroy. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct sc_loop;

/* A descriptor of interest; embedded in its owner. */
struct sc_watch {
    int fd;
    /* events: EPOLLIN, EPOLLOUT, EPOLLRDHUP, EPOLLHUP, EPOLLERR. May remove and free its watch. */
    void (*ready)(struct sc_watch *watch, uint32_t events);
};

/* Something to do on the loop's thread; embedded in its owner. */
struct sc_task {
    struct sc_task *next;
    void (*run)(struct sc_task *task);
};

#define SC_LOOP_LAGS 6
extern const uint32_t sc_loop_lag_us[SC_LOOP_LAGS]; /* upper bounds of classes of turns */

/* What a loop has done; read by any thread. Between two turns it waits. */
struct sc_loop_stats {
    _Atomic uint64_t n_begun, n_turns;         /* different: it is at work, or does not come back */
    _Atomic uint64_t n_lags[SC_LOOP_LAGS + 1]; /* turns by length; the last: longer than all */
    _Atomic uint64_t lag_max_ns; /* longest turn: so long an event had to wait at the most */
    _Atomic uint64_t busy_ns;
};

/** Returns: 0; -ENOMEM; a negative errno of epoll or eventfd. */
int sc_loop_create(struct sc_loop **out_loop);
void sc_loop_destroy(struct sc_loop **loop);

/** Runs until sc_loop_stop. Thread: becomes the loop's. */
void sc_loop_run(struct sc_loop *loop);

/** Runs what was posted to a loop that has stopped. Thread: control. */
void sc_loop_settle(struct sc_loop *loop);

/** Thread: any. */
void sc_loop_stop(struct sc_loop *loop);

/**
 * events  EPOLLIN and so on, with or without EPOLLET.
 *
 * Returns: 0; a negative errno.
 * Thread:  loop, or before run.
 */
int sc_loop_add(struct sc_loop *loop, struct sc_watch *watch, uint32_t events);

/** Has events that are still there reported again, although edge-triggered. Returns: as
 * sc_loop_add. */
int sc_loop_rearm(struct sc_loop *loop, struct sc_watch *watch, uint32_t events);

/** Events of this turn that are still to come are dropped. Call before close(fd). Thread: loop. */
void sc_loop_remove(struct sc_loop *loop, struct sc_watch *watch);

/** Runs task on the loop's thread, in order, as soon as it can. Thread: any. */
void sc_loop_post(struct sc_loop *loop, struct sc_task *task);

/** Runs task at the end of this turn, when no callback is on the stack: for freeing, and for what
 * can wait. In order. Thread: loop. */
void sc_loop_defer(struct sc_loop *loop, struct sc_task *task);

/** The same, before all that is deferred. Thread: loop. */
void sc_loop_hurry(struct sc_loop *loop, struct sc_task *task);

/** Returns: CLOCK_MONOTONIC at the start of this turn. Thread: loop. */
uint64_t sc_loop_now_ns(const struct sc_loop *loop);

/** Returns: the timers of this loop (timer.h). Thread: loop. */
struct sc_timers *sc_loop_timers(struct sc_loop *loop);

const struct sc_loop_stats *sc_loop_stats(const struct sc_loop *loop);
