/* SPDX-License-Identifier: MIT */
/* An HTTP/1 connection (RFC 9112): requests one after the other, pipelined ones too, under limits
 * and deadlines. */
#pragma once

#include "base/list.h"
#include "http/exchange.h"
#include "net/conn.h"

#include <stdatomic.h>

/* What a server counts about its connections. Written by any thread, relaxed. */
struct sc_h1_stats {
    _Atomic uint64_t n_connections, n_accepted, n_requests;
    _Atomic uint64_t n_bad_requests; /* refused by the parser */
    _Atomic uint64_t n_header_timeouts, n_idle_timeouts, n_body_timeouts, n_stalls;
    _Atomic uint64_t n_floods;  /* HTTP/2 connections that cost too much for what they do */
    _Atomic uint64_t n_refused; /* connections above the limit */
    _Atomic uint64_t n_dropped; /* connections that there was no descriptor for */
};

/* Shared by all connections of one loop. */
struct sc_h1_config {
    struct sc_loop *loop;
    uint64_t header_timeout_ns, idle_timeout_ns, stall_timeout_ns;
    unsigned max_connections; /* of all loops together, as stats counts them */
    struct sc_h1_stats *stats;
    /* A request has come: answer or take x. request is borrowed for the call. */
    void (*handle)(struct sc_exchange *x, const struct sc_request *request, void *self);
    /* The head was refused: answer x, which is closed afterwards. */
    void (*refuse)(struct sc_exchange *x, int status, const char *reason, void *self);
    void *self;
    struct sc_list connections; /* all of this loop; struct sc_h1.link */
    struct sc_list h2_connections;
    bool is_draining;
};

struct sc_h1;

/**
 * Serves a connection until it ends by itself.
 *
 * door  borrowed as long as there are connections of config
 * fd    given; non-blocking.
 */
void sc_h1_open(struct sc_h1_config *config, const struct sc_door *door, int fd);

/** Makes the lists. */
void sc_h1_init(struct sc_h1_config *config);

/** Whether no connection is left. */
bool sc_h1_is_idle(const struct sc_h1_config *config);

/** Idle connections end, exchanges end when they can. */
void sc_h1_drain_all(struct sc_h1_config *config);

/** All connections end at once. */
void sc_h1_abort_all(struct sc_h1_config *config);
