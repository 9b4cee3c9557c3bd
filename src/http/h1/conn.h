/* SPDX-License-Identifier: MIT */
/* Inside an HTTP/1 connection; shared by h1.c (life, requests), h1/body.c (request bodies),
 * h1/answer.c (answers) and h1/move.c (to another loop), and nobody else.
 *
 * Phases: HEAD (reading a request's head, or idle) -> OPEN (an exchange is under way) -> HEAD
 * again, or LINGER (FIN sent, throwing away what still comes, so that no reset eats our answer) ->
 * DOOMED (closed; freed at the end of the turn, when no caller is on the stack). OPEN -> MOVING (of
 * no loop) -> HEAD once, where its request is better served. */
#pragma once

#include "base/buf.h"
#include "base/list.h"
#include "http/carrier.h"
#include "http/h1.h"
#include "net/timer.h"

enum sc_h1_phase { SC_H1_HEAD, SC_H1_OPEN, SC_H1_LINGER, SC_H1_MOVING, SC_H1_DOOMED };
enum sc_h1_body { SC_BODY_NONE, SC_BODY_UNREAD, SC_BODY_READING, SC_BODY_DONE };
enum sc_h1_answer { SC_ANSWER_NONE, SC_ANSWER_WHOLE, SC_ANSWER_STREAM, SC_ANSWER_LAST };

/* The open request. */
struct sc_h1_exchange {
    struct sc_exchange base;
    bool is_keep_alive, wants_continue, is_chunked;

    enum sc_h1_body body;
    uint64_t body_left_bytes; /* of the body, or of the chunk at hand */
    struct sc_body_progress progress;
    struct sc_chunked chunked;

    enum sc_h1_answer answer;
    const uint8_t *rest; /* of a borrowed body */
    size_t rest_bytes;
    void (*release)(void *owner);
    void *owner;
};

struct sc_h1 {
    struct sc_h1_exchange x; /* first: an exchange is its connection */
    struct sc_h1_config *config;
    const struct sc_door *door;
    struct sc_address peer;
    uint64_t id;
    struct sc_list link;
    struct sc_conn conn;
    struct sc_watch watch;
    struct sc_timer timer;
    struct sc_task end_of_turn;
    uint64_t since_ns;    /* the phase began */
    uint64_t progress_ns; /* the peer last took something of an answer */
    struct sc_buf in;     /* received, not yet used */
    struct sc_buf out;    /* head and small body */
    size_t out_sent_bytes;
    enum sc_h1_phase phase;
    bool is_readable; /* until recv says -EAGAIN */
    bool is_eof, is_blocked, is_advancing, is_deferred, is_first, was_moved;
    bool is_late;      /* a deadline has passed: no patience is left for its end */
    bool awaits_proxy; /* the proxy has not said yet whose connection it is */
};

/* How HTTP/1 carries an exchange; h1/body.c and h1/answer.c have most of it. */
extern const struct sc_carrier sc_h1_carrier;
void sc_h1_read_body(struct sc_exchange *x, const struct sc_body_patience *patience);

static inline struct sc_h1 *sc_h1_of(struct sc_exchange *x)
{
    return (struct sc_h1 *)(void *)x;
}

static inline const struct sc_h1 *sc_h1_of_const(const struct sc_exchange *x)
{
    return (const struct sc_h1 *)(const void *)x;
}

/** Goes on as far as it can; called again at the end of the turn where the stack forbids it now. */
void sc_h1_advance(struct sc_h1 *h1);
void sc_h1_advance_later(struct sc_h1 *h1);
void sc_h1_enter(struct sc_h1 *h1, enum sc_h1_phase phase);
void sc_h1_doom(struct sc_h1 *h1);

/** Its loop gives it events from now on; the phase is HEAD. */
void sc_h1_join(struct sc_h1 *h1);

/** Its loop gives it nothing more but the end of this turn; the socket lives on. */
void sc_h1_leave(struct sc_h1 *h1, enum sc_h1_phase phase);

/** The server stops: ends it as soon as that is fair. */
void sc_h1_drain(struct sc_h1 *h1);

/** As sc_exchange_move. */
bool sc_h1_move(struct sc_exchange *x, struct sc_h1_config *to);
void sc_h1_depart(struct sc_h1 *h1);
void sc_h1_at_end_of_turn(struct sc_task *task);

/** Makes sure that the timer fires when the present phase's patience ends. */
void sc_h1_arm(struct sc_h1 *h1);

/** Receives into the in buffer. Returns: bytes; 0 at the peer's end; -EAGAIN; a negative errno. */
ssize_t sc_h1_fill(struct sc_h1 *h1, size_t want_bytes);

/** Returns: 0 went on; -EAGAIN waits for bytes; another negative errno: answered or broken. */
int sc_h1_body_read(struct sc_h1 *h1);

/** Reads what a proxy says of its client. Returns: 0; -EAGAIN; another negative errno: it is no
 * proxy that we trust, or it says nothing that we understand. */
int sc_h1_proxy_read(struct sc_h1 *h1);

/** Sends what waits. Returns: 0 all is out; -EAGAIN; a negative errno. */
int sc_h1_flush(struct sc_h1 *h1);

/** Releases a borrowed body. */
void sc_h1_answer_drop(struct sc_h1 *h1);
