/* SPDX-License-Identifier: MIT */
/* How a thread hears of new frames. An inbox belongs to one thread (a loop, a sink) and has a
 * descriptor to wait on; a tap connects one stream to one inbox. Publishing pushes a tap onto its
 * inbox unless it lies there already, and writes to the descriptor only when the inbox was empty.
 */
#pragma once

#include "base/list.h"

#include <stdatomic.h>
#include <stdbool.h>

struct sc_stream;

struct sc_inbox;

struct sc_tap {
    struct sc_list link; /* in the stream, under its lock */
    struct sc_stream *stream;
    struct sc_inbox *inbox;
    struct sc_tap *next_marked;
    atomic_bool is_marked;
};

/** Returns: 0; a negative errno of eventfd; -ENOMEM. */
int sc_inbox_create(struct sc_inbox **out_inbox);

/**
 * For an inbox whose thread also publishes: when its own thread marks a tap, noticed is called
 * instead of the descriptor written, and sees to it that the taps are taken before the thread
 * sleeps.
 *
 * Thread: any; before a tap is opened.
 */
void sc_inbox_set_notice(struct sc_inbox *inbox, void (*noticed)(void *self), void *self);

/** No tap may be on it any more. */
void sc_inbox_destroy(struct sc_inbox **inbox);

/** Returns: an eventfd, readable while taps are marked; owned by the inbox. */
int sc_inbox_fd(const struct sc_inbox *inbox);

/**
 * Takes one marked tap, NULL when there is none; from then on the tap can be marked again.
 *
 * Thread: the inbox's.
 */
struct sc_tap *sc_inbox_take(struct sc_inbox *inbox);

/**
 * Connects; the tap holds a reference to the stream.
 *
 * Thread: the inbox's.
 */
void sc_tap_open(struct sc_tap *tap, struct sc_stream *stream, struct sc_inbox *inbox);

/** Disconnects; a mark that lies in the inbox is forgotten. Thread: the inbox's. */
void sc_tap_close(struct sc_tap *tap);

/** For the stream, under its lock. Returns: true when the inbox must be woken, once, afterwards;
 * until then it stays, although its owner may destroy it. */
bool sc_tap_mark(struct sc_tap *tap);

/** Tells the inbox's thread, as sc_tap_mark asked for. Thread: any, no lock held. */
void sc_inbox_wake(struct sc_inbox *inbox);
