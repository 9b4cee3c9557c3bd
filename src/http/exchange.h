/* SPDX-License-Identifier: MIT */
/* One request and its answer, whatever carries them (carrier.h). The carrier parses and frames;
 * who answers (an endpoint) sees only this.
 *
 * Life: the carrier calls its handler with the request. The handler either answers at once, or
 * takes the exchange (sc_exchange_take) and answers later: after the body (sc_exchange_read_body),
 * when something happens, or bit by bit (sc_exchange_begin, send, finish). Whoever took it gets
 * gone, once, as the last call. Thread: the connection's loop. */
#pragma once

#include "http/request.h"
#include "net/address.h"
#include "net/backlog.h"
#include "net/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/uio.h>

struct sc_exchange;

struct sc_h1_config;
struct sc_tls;
struct sc_trusted;

/* What a listener is for; each request came through one. */
struct sc_door {
    struct sc_tls *tls; /* NULL: plain */
    /* Every request is sent to the same place behind https on this port; 0: it is answered here. */
    uint16_t redirect_port;
    /* Only these may connect, and they say first whose connection it is (net/proxy_header.h). NULL:
     * everybody may, for himself. */
    const struct sc_trusted *proxies;
};

/* Who took an exchange. */
struct sc_exchange_ops {
    /* Where the next bytes of the body go. Returns: 0; negative: the body is not wanted any more,
     * an answer has been given. */
    int (*room)(void *self, uint8_t **out_room, size_t *out_room_bytes);
    /* Bytes of the body were written to the room. Returns: as room. */
    int (*received)(void *self, size_t bytes);
    /* The body is whole: answer. */
    void (*complete)(void *self);
    /* After begin: the socket can take bytes again. */
    void (*writable)(void *self);
    /* The server stops: answer, or finish at the next frame's end. May be NULL. */
    void (*drain)(void *self);
    /* The exchange is over, answered or not. */
    void (*gone)(void *self);
};

struct sc_answer {
    int status;
    const char *media_type; /* NULL: none */
    const char *headers;    /* further lines, each with its CRLF; NULL: none */
    const void *body;
    size_t body_bytes;
    /* NULL: the body is copied. Else it is borrowed until release(owner), called in any case. */
    void (*release)(void *owner);
    void *owner;
    bool must_close; /* the connection cannot go on */
};

/** Gives the whole answer. A HEAD request gets its head, a 304 and 204 no body. */
void sc_exchange_answer(struct sc_exchange *x, const struct sc_answer *answer);

/** ops  NULL functions are never called for; self is the owner's. */
void sc_exchange_take(struct sc_exchange *x, const struct sc_exchange_ops *ops, void *self);

/** Undoes sc_exchange_take: it can be answered or taken, but not moved, and gone is not called. */
void sc_exchange_give_back(struct sc_exchange *x);

/* How patient the carrier is with a body. */
struct sc_body_patience {
    uint64_t whole_ns;   /* for all of it; 0: no limit */
    uint64_t silence_ns; /* between two bytes; 0: no limit */
};

/** Begins to read the body into the taker's room, after a 100 (Continue) where one is expected. */
void sc_exchange_read_body(struct sc_exchange *x, const struct sc_body_patience *patience);

/** Begins an answer without length that ends with the connection. headers as in sc_answer. */
void sc_exchange_begin(struct sc_exchange *x, int status, const char *media_type,
                       const char *headers);

/**
 * Sends, after what is still unsent of the head.
 *
 * Returns: bytes taken, perhaps fewer; -EAGAIN none now: writable follows; another negative errno:
 * the connection is broken, gone follows.
 */
ssize_t sc_exchange_send(struct sc_exchange *x, const struct iovec *parts, int n_parts);

/**
 * For a batch (net/send.h) instead of sc_exchange_send: the socket, when bytes may go to it as they
 * are and now. sc_exchange_sent must follow before anything else happens to the exchange.
 *
 * Returns: a descriptor, borrowed; -EAGAIN: use sc_exchange_send.
 */
int sc_exchange_socket(const struct sc_exchange *x);

/** What became of asked_bytes; sent as in struct sc_send. */
void sc_exchange_sent(struct sc_exchange *x, size_t asked_bytes, ssize_t sent);

/** How long the next frame should wait for the line (net/backlog.h); one system call. Returns: ns;
 * 0: it is free. */
uint64_t sc_exchange_wait_ns(const struct sc_exchange *x, struct sc_line *line);

/** Ends an answer that was begun: FIN after the last byte. */
void sc_exchange_finish(struct sc_exchange *x);

/** Ends the connection at once, without ceremony: for a peer that takes nothing. */
void sc_exchange_abort(struct sc_exchange *x);

/**
 * Has the connection carried by another loop, and the request handled there as if it came now.
 * Before it was taken or answered; once in a connection's life.
 *
 * Returns: whether it goes; then the exchange must not be touched any more.
 */
bool sc_exchange_move(struct sc_exchange *x, struct sc_h1_config *to);

bool sc_exchange_is_head(const struct sc_exchange *x);

/** Returns: the listener's door, borrowed. */
const struct sc_door *sc_exchange_door(const struct sc_exchange *x);

/** Returns: who is at the other end, borrowed. */
const struct sc_address *sc_exchange_peer(const struct sc_exchange *x);

/** Returns: a number that names the connection in logs and claims. */
uint64_t sc_exchange_id(const struct sc_exchange *x);
