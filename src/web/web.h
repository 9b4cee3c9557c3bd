/* SPDX-License-Identifier: MIT */
/* What the endpoints of one server share. An endpoint is one file: rows of sc_endpoint at its end,
 * and the file's name once more in this folder's meson.build. Routing, the rules against foreign
 * pages and names, errors and counters are here for all of them. */
#pragma once

#include "base/list.h"
#include "http/exchange.h"
#include "http/forwarded.h"
#include "http/h1.h"
#include "media/tap.h"
#include "net/send.h"
#include "rights/checker.h"
#include "rights/link.h"
#include "rights/right.h"
#include "stillcast/log.h"
#include "stillcast/registry.h"
#include "stillcast/server_config.h"

#include <jansson.h>
#include <stdatomic.h>

#define SC_WEB_CORS_BYTES 512

/* Counted by whoever refuses; read by /metrics. */
struct sc_web_stats {
    _Atomic uint64_t n_frame_too_large, n_store_full, n_streams_full, n_head_too_large,
        n_body_too_large, /* of a request that brings no picture */
        n_forgotten, n_rejected, n_wrong_host, n_foreign_writes, n_auth_failures, n_auth_limited,
        n_points, n_points_refused, n_late, /* answers to wrong keys that wait now */
        n_late_full, n_checks_full;
};

/* Makes a stream that draws numbers where some are sent to a name that nobody has yet. */
struct sc_web_maker {
    /* Returns: 1; 0 somebody else has made it; -EEXIST it is no stream for numbers; as
     * sc_registry_add. Thread: loop. NULL: nothing is made. */
    int (*make)(void *self, const char *name, struct sc_err *err);
    void *self;
};

/* One server, all of its loops. Everything but the counters is fixed before the first request. */
struct sc_web {
    struct sc_server_config config;
    struct sc_registry *registry;
    struct sc_pool *pool;
    struct sc_web_maker maker;
    struct sc_lane **lanes;
    size_t n_lanes;
    uint64_t started_ns;
    const char *version;
    char machine_name[65];
    char boot[17];              /* differs from one start of the server to the next */
    struct sc_tls *tls;         /* NULL: none; borrowed */
    struct sc_keyring *keyring; /* NULL: everybody may do everything; borrowed */
    struct sc_guesses *guesses; /* borrowed */
    struct sc_checker *checker; /* of passwords; NULL: no keys; borrowed */
    struct sc_trusted proxies;  /* borrowed */
    struct sc_h1_stats h1;
    struct sc_web_stats stats;
};

/* What one loop has of a server. */
struct sc_lane {
    struct sc_web *web;
    struct sc_loop *loop;
    struct sc_sender *sender;
    struct sc_inbox *inbox;
    struct sc_watch inbox_watch;
    struct sc_task round; /* at the end of the turn */
    struct sc_task rest;  /* of unfinished rounds, in the next turn */
    bool is_round_due, is_rest_due;
    struct sc_list audiences, unfinished;
    struct sc_h1_config h1;
    struct sc_log_limit guess_log;
    struct sc_list held; /* requests whose password is being checked (held.h) */
    struct sc_checker_ear ear;
};

/* What must be known of a request when it is answered later. */
struct sc_reply {
    struct sc_exchange *x;
    bool wants_json;
    char cors[SC_WEB_CORS_BYTES]; /* header lines, or empty */
};

struct sc_keys;
struct sc_key;

/* Who asks; filled in on the way to the endpoint (permit.h), where the server has keys. */
struct sc_caller {
    struct sc_keys *keys;               /* a reference */
    const struct sc_key *key, *anybody; /* of keys; NULL: nobody we know, nobody without a key */
    const char *only; /* he has a link: he may see this stream and nothing else; NULL: no link */
};

/* One request on its way to its endpoint; borrowed for the call. */
struct sc_call {
    struct sc_web *web;
    struct sc_lane *lane;
    const struct sc_request *request;
    const char *star; /* what '*' stands for in the row's path, decoded */
    struct sc_reply reply;
    struct sc_client client;
    struct sc_caller caller;
};

struct sc_endpoint {
    unsigned methods;    /* of sc_method; HEAD goes with GET, OPTIONS is answered for all */
    enum sc_right right; /* what the caller must be allowed to do, with the stream that '*' names */
    const char *path;    /* with one '*' at most; the row with most other characters wins */
    const char *query;   /* NULL, or only when the query has this parameter */
    bool is_any_star;    /* else '*' must be the name of a stream */
    /* Without a '*': the handler shows only what sc_call_may allows. Else the right is needed for
     * all streams. */
    bool is_filtered;
    void (*handle)(const struct sc_call *call);
};

/** All rows of all endpoints; NULL behind the last. */
const struct sc_endpoint *sc_endpoint_at(size_t i);

/** Routes and answers a request; an sc_h1_config.handle, self is the lane. */
void sc_web_handle(struct sc_exchange *x, const struct sc_request *request, void *self);

/** Answers a refused head; an sc_h1_config.refuse, self is the lane. */
void sc_web_refuse(struct sc_exchange *x, int status, const char *reason, void *self);

/* --- answers --- */

/** A status and one sentence, as JSON where the client asked for it. headers as in sc_answer. */
void sc_reply_error(const struct sc_reply *reply, int status, const char *headers,
                    const char *format, ...) __attribute__((format(printf, 4, 5)));

/** body  taken. */
void sc_reply_json(const struct sc_reply *reply, int status, json_t *body);

void sc_reply_text(const struct sc_reply *reply, int status, const char *media_type,
                   const void *body, size_t body_bytes);

/** body  taken; from malloc. However long it is, it is not copied. */
void sc_reply_long_text(const struct sc_reply *reply, int status, const char *media_type,
                        char **body, size_t body_bytes);

/** One of our functions' error codes as an HTTP status, the only place that maps them. */
int sc_web_status(int code);

/** The stream that the path names, a new reference; NULL after it has answered 404. */
struct sc_stream *sc_call_stream(const struct sc_call *call);

/** Whether the caller has the right for that stream, NULL: for all; before a list tells of it. */
bool sc_call_may(const struct sc_call *call, enum sc_right right, const char *stream);

/** Whether the caller has a key; else he is asked for one. A server without keys needs none. */
bool sc_call_has_key(const struct sc_call *call);

/** Writes a query that lets one without a key see the stream, for some minutes. Returns whether
 * the caller has a key that may. */
bool sc_call_link(const struct sc_call *call, const char *stream,
                  char out_query[static SC_LINK_BYTES]);

/** A number in the query: fallback when absent. Returns: 0; -EINVAL after it has answered 400. */
int sc_call_number(const struct sc_call *call, const char *name, uint64_t most, uint64_t fallback,
                   uint64_t *out_number);

/** Whether the query has the parameter and it is neither empty nor "0". */
bool sc_call_flag(const struct sc_call *call, const char *name);

/* Headers of every picture, stream or snapshot: what an SVG could do is taken away from it. */
#define SC_WEB_PICTURE_HEADERS                                                                     \
    "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; img-src data:; "      \
    "sandbox\r\n"

void sc_web_count(_Atomic uint64_t *counter);
