/* SPDX-License-Identifier: MIT */
#include "web/audience.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/unfilled.h"

static struct sc_audience *find(struct sc_lane *lane, const struct sc_stream *stream)
{
    for (struct sc_list *l = lane->audiences.next; l != &lane->audiences; l = l->next) {
        struct sc_audience *audience = sc_container_of(l, struct sc_audience, link);
        if (audience->tap.stream == stream)
            return audience;
    }
    return NULL;
}

struct sc_audience *sc_audience_join(struct sc_lane *lane, struct sc_stream *stream)
{
    struct sc_audience *audience = find(lane, stream);
    if (!audience) {
        audience = calloc(1, sizeof *audience);
        if (!audience)
            return NULL;
        audience->lane = lane;
        sc_list_init(&audience->listeners);
        sc_list_init(&audience->pause);
        sc_list_init(&audience->unfinished);
        sc_list_append(&lane->audiences, &audience->link);
        sc_tap_open(&audience->tap, stream, lane->inbox);
    }
    audience->n_members++;
    return audience;
}

void sc_audience_leave(struct sc_audience **member)
{
    struct sc_audience *audience = *member;
    *member = NULL;
    if (!audience || --audience->n_members > 0)
        return;
    sc_tap_close(&audience->tap);
    sc_list_remove(&audience->link);
    sc_list_remove(&audience->unfinished);
    sc_frame_unref(&audience->newest);
    free(audience);
}

const struct sc_frame *sc_audience_newest(struct sc_audience *audience)
{
    uint64_t seq = sc_stream_seq(audience->tap.stream);
    if (!audience->newest || sc_frame_seq(audience->newest) < seq) {
        sc_frame_unref(&audience->newest);
        audience->newest = sc_stream_newest(audience->tap.stream);
    }
    return audience->newest;
}

static void add(_Atomic uint64_t *counter, uint64_t *n)
{
    if (*n)
        atomic_fetch_add_explicit(counter, *n, memory_order_relaxed);
    *n = 0;
}

void sc_audience_settle(struct sc_audience *audience)
{
    struct sc_stream_stats *stats = sc_stream_stats(audience->tap.stream);
    add(&stats->n_frames_out, &audience->n_frames);
    add(&stats->bytes_out, &audience->n_bytes);
    add(&stats->n_skipped, &audience->n_skipped);
    struct sc_stream_ages *ages = sc_stream_ages(audience->tap.stream);
    for (size_t i = 0; i <= SC_STREAM_AGES; i++)
        add(&ages->n[i], &audience->n_aged[i]);
    add(&ages->sum_us, &audience->aged_us);
}

/* Whoever was served first in this round is served last in the next. */
static void rotate(struct sc_list *listeners)
{
    if (sc_list_is_empty(listeners))
        return;
    struct sc_list *first = listeners->next;
    sc_list_remove(first);
    sc_list_append(listeners, first);
}

/* Those of a round whose sockets are free. */
struct batch {
    struct sc_send sends[SC_SEND_BATCH];
    struct sc_listener *listeners[SC_SEND_BATCH];
    size_t n;
};

static void send_batch(struct sc_audience *audience, struct batch *batch,
                       const struct sc_frame *frame)
{
    sc_sender_send(audience->lane->sender, batch->sends, batch->n);
    for (size_t i = 0; i < batch->n; i++)
        batch->listeners[i]->taken(batch->listeners[i], frame, batch->sends[i].sent);
    batch->n = 0;
}

/* Hands it to the listeners from the first on. Returns: the one to go on with; the list's end. */
static struct sc_list *hand_frame(struct sc_audience *audience, const struct sc_frame *frame,
                                  struct sc_list *first, size_t *most)
{
    struct sc_list *end = &audience->listeners, *l = first;
    SC_UNFILLED struct batch batch;
    batch.n = 0;
    for (struct sc_list *next; l != end && *most > 0; l = next, --*most) {
        struct sc_listener *listener = sc_container_of(l, struct sc_listener, link);
        next = l->next;
        if (!listener->offer || !listener->offer(listener, frame, &batch.sends[batch.n])) {
            listener->fresh(listener, frame);
            continue;
        }
        batch.listeners[batch.n++] = listener;
        if (batch.n == SC_SEND_BATCH)
            send_batch(audience, &batch, frame);
    }
    if (batch.n > 0)
        send_batch(audience, &batch, frame);
    return l;
}

static void tell_closed(struct sc_audience *audience)
{
    struct sc_list *end = &audience->listeners;
    for (struct sc_list *l = end->next, *next; l != end; l = next) {
        struct sc_listener *listener = sc_container_of(l, struct sc_listener, link);
        next = l->next;
        listener->closed(listener);
    }
}

static bool is_unfinished(const struct sc_audience *audience)
{
    return !sc_list_is_empty(&audience->unfinished);
}

/* Others that are unfinished come first. */
static void pause_at(struct sc_audience *audience, struct sc_list *listener)
{
    sc_list_append(listener, &audience->pause); /* in front of it: lists are rings */
    sc_list_remove(&audience->unfinished);
    sc_list_append(&audience->lane->unfinished, &audience->unfinished);
}

/* Where a round goes on that was left, or where it begins. */
static struct sc_list *resume(struct sc_audience *audience)
{
    if (!is_unfinished(audience))
        return audience->listeners.next;
    struct sc_list *next = audience->pause.next;
    sc_list_remove(&audience->pause);
    return next;
}

static void finish_round(struct sc_audience *audience)
{
    sc_list_remove(&audience->unfinished);
    rotate(&audience->listeners);
    if (audience->is_newer && !sc_list_is_empty(&audience->listeners))
        pause_at(audience, audience->listeners.next);
    audience->is_newer = false;
}

static void hand_out(struct sc_audience *audience, size_t *most)
{
    const struct sc_frame *frame = sc_audience_newest(audience);
    struct sc_list *at = resume(audience);
    if (frame)
        at = hand_frame(audience, frame, at, most);
    if (frame && at != &audience->listeners)
        pause_at(audience, at);
    else
        finish_round(audience);
    sc_audience_settle(audience);
}

static void close_all(struct sc_audience *audience)
{
    size_t all = SIZE_MAX;
    audience->is_newer = false;
    sc_list_remove(&audience->pause); /* from the beginning */
    sc_list_remove(&audience->unfinished);
    hand_out(audience, &all);
    tell_closed(audience);
}

void sc_audience_round(struct sc_lane *lane)
{
    size_t most = SC_AUDIENCE_TURN;
    struct sc_tap *tap;
    while ((tap = sc_inbox_take(lane->inbox))) {
        struct sc_audience *audience = sc_container_of(tap, struct sc_audience, tap);
        if (sc_stream_is_closed(tap->stream))
            close_all(audience);
        else if (is_unfinished(audience))
            audience->is_newer = true;
        else
            hand_out(audience, &most);
    }
}

void sc_audience_go_on(struct sc_lane *lane)
{
    size_t most = SC_AUDIENCE_TURN;
    while (most > 0 && !sc_list_is_empty(&lane->unfinished))
        hand_out(sc_container_of(lane->unfinished.next, struct sc_audience, unfinished), &most);
}
