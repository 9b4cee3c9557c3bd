/* SPDX-License-Identifier: MIT */
/* All who wait on one loop for frames of one stream. The stream wakes the loop once; the audience
 * takes the newest frame once and hands it to each of its listeners.
 *
 * A round over very many goes on in the next turns of the loop, so that others are served between.
 */
#pragma once

#include "net/send.h"
#include "web/web.h"

#define SC_AUDIENCE_TURN 512 /* listeners that are served in a turn */

struct sc_audience {
    struct sc_list link; /* in its lane */
    struct sc_lane *lane;
    struct sc_tap tap; /* has the stream */
    struct sc_list listeners;
    struct sc_list pause;          /* among the listeners: where an unfinished round goes on */
    struct sc_list unfinished;     /* in its lane, while there is such a round */
    bool is_newer;                 /* than what the round began with: another one follows */
    const struct sc_frame *newest; /* what was handed out last */
    size_t n_members;
    /* Added to the stream's counters after each round. */
    uint64_t n_frames, n_bytes, n_skipped, n_aged[SC_STREAM_AGES + 1], aged_us;
};

/* One who waits; embedded. In no list while it is busy. */
struct sc_listener {
    struct sc_list link;
    /* There is a newer frame, borrowed. May remove its own link, no other. */
    void (*fresh)(struct sc_listener *listener, const struct sc_frame *frame);
    /* May be NULL. Whether the frame can go out in a batch with others: then out_send is filled in
     * and taken called with the result, instead of fresh. */
    bool (*offer)(struct sc_listener *listener, const struct sc_frame *frame,
                  struct sc_send *out_send);
    void (*taken)(struct sc_listener *listener, const struct sc_frame *frame, ssize_t sent);
    /* The stream is closed. */
    void (*closed)(struct sc_listener *listener);
};

/**
 * The loop's audience of a stream, made when there is none; counted.
 *
 * Returns: NULL when out of memory.
 * Thread:  loop.
 */
struct sc_audience *sc_audience_join(struct sc_lane *lane, struct sc_stream *stream);
void sc_audience_leave(struct sc_audience **audience);

/** Returns: the newest frame, borrowed until the loop's turn ends; NULL: none yet. */
const struct sc_frame *sc_audience_newest(struct sc_audience *audience);

/** Adds what was counted to the stream's counters. */
void sc_audience_settle(struct sc_audience *audience);

/** For the lane: looks after all streams that have word for this loop. */
void sc_audience_round(struct sc_lane *lane);

/** For the lane, when it has unfinished rounds: goes on with them for a turn. */
void sc_audience_go_on(struct sc_lane *lane);
