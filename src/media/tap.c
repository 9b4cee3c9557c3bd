/* SPDX-License-Identifier: MIT */
#include "media/tap.h"

#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "media/stream.h"

struct sc_inbox {
    atomic_uint n_refs;              /* the owner's, and one for each wake under way */
    _Atomic(struct sc_tap *) marked; /* pushed by any thread */
    struct sc_tap *taken;            /* the owner's: taken from marked, not looked at yet */
    int fd;
    _Atomic(pthread_t) owner; /* known from the first tap on */
    void (*noticed)(void *self);
    void *self;
};

int sc_inbox_create(struct sc_inbox **out_inbox)
{
    struct sc_inbox *inbox = calloc(1, sizeof *inbox);
    if (!inbox)
        return -ENOMEM;
    inbox->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (inbox->fd < 0) {
        int rc = -errno;
        free(inbox);
        return rc;
    }
    atomic_init(&inbox->n_refs, 1);
    *out_inbox = inbox;
    return 0;
}

void sc_inbox_set_notice(struct sc_inbox *inbox, void (*noticed)(void *self), void *self)
{
    inbox->noticed = noticed;
    inbox->self = self;
}

static void unref(struct sc_inbox *inbox)
{
    if (atomic_fetch_sub_explicit(&inbox->n_refs, 1, memory_order_acq_rel) > 1)
        return;
    (void)close(inbox->fd); /* nothing to do about a failure here */
    free(inbox);
}

void sc_inbox_destroy(struct sc_inbox **inbox)
{
    if (*inbox)
        unref(*inbox);
    *inbox = NULL;
}

int sc_inbox_fd(const struct sc_inbox *inbox)
{
    return inbox->fd;
}

static void collect(struct sc_inbox *inbox)
{
    struct sc_tap *tap = atomic_exchange_explicit(&inbox->marked, NULL, memory_order_acquire);
    while (tap) {
        struct sc_tap *next = tap->next_marked;
        tap->next_marked = inbox->taken;
        inbox->taken = tap;
        tap = next;
    }
}

struct sc_tap *sc_inbox_take(struct sc_inbox *inbox)
{
    if (!inbox->taken)
        collect(inbox);
    struct sc_tap *tap = inbox->taken;
    if (tap) {
        inbox->taken = tap->next_marked;
        /* A plain store could become visible after the owner has looked at the stream, and whoever
         * publishes in between would think the tap marked. */
        (void)atomic_exchange_explicit(&tap->is_marked, false, memory_order_acq_rel);
    }
    return tap;
}

void sc_tap_open(struct sc_tap *tap, struct sc_stream *stream, struct sc_inbox *inbox)
{
    *tap = (struct sc_tap){.stream = sc_stream_ref(stream), .inbox = inbox};
    sc_list_init(&tap->link);
    atomic_store_explicit(&inbox->owner, pthread_self(), memory_order_relaxed);
    sc_stream_attach(stream, tap);
}

static void forget_mark(struct sc_tap *tap)
{
    collect(tap->inbox);
    struct sc_tap **at = &tap->inbox->taken;
    while (*at != tap)
        at = &(*at)->next_marked;
    *at = tap->next_marked;
}

void sc_tap_close(struct sc_tap *tap)
{
    sc_stream_detach(tap->stream, tap); /* nobody marks it from here on */
    if (atomic_load_explicit(&tap->is_marked, memory_order_acquire))
        forget_mark(tap);
    sc_stream_unref(&tap->stream);
}

bool sc_tap_mark(struct sc_tap *tap)
{
    if (atomic_exchange_explicit(&tap->is_marked, true, memory_order_acq_rel))
        return false;
    struct sc_tap *head = atomic_load_explicit(&tap->inbox->marked, memory_order_relaxed);
    do {
        tap->next_marked = head;
    } while (!atomic_compare_exchange_weak_explicit(&tap->inbox->marked, &head, tap,
                                                    memory_order_release, memory_order_relaxed));
    if (!head)
        atomic_fetch_add_explicit(&tap->inbox->n_refs, 1, memory_order_relaxed);
    return !head;
}

static bool is_owner_here(const struct sc_inbox *inbox)
{
    return pthread_equal(atomic_load_explicit(&inbox->owner, memory_order_relaxed), pthread_self());
}

void sc_inbox_wake(struct sc_inbox *inbox)
{
    uint64_t one = 1;
    if (inbox->noticed && is_owner_here(inbox))
        inbox->noticed(inbox->self);
    else
        (void)!write(inbox->fd, &one, sizeof one); /* full: it is readable already */
    unref(inbox);
}
