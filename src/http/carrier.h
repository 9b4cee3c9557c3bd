/* SPDX-License-Identifier: MIT */
/* What carries exchanges: an HTTP/1 connection one after the other, an HTTP/2 connection many at a
 * time. Each has an exchange of its own that begins with struct sc_exchange, and fills in these
 * calls, which are the ones of exchange.h. */
#pragma once

#include "http/exchange.h"

struct sc_carrier {
    void (*answer)(struct sc_exchange *x, const struct sc_answer *answer);
    void (*read_body)(struct sc_exchange *x, const struct sc_body_patience *patience);
    void (*begin)(struct sc_exchange *x, int status, const char *media_type, const char *headers);
    ssize_t (*send)(struct sc_exchange *x, const struct iovec *parts, int n_parts);
    int (*socket)(const struct sc_exchange *x);
    void (*sent)(struct sc_exchange *x, size_t asked_bytes, ssize_t sent);
    uint64_t (*wait_ns)(const struct sc_exchange *x, struct sc_line *line);
    void (*finish)(struct sc_exchange *x);
    void (*abort)(struct sc_exchange *x);
    bool (*move)(struct sc_exchange *x, struct sc_h1_config *to); /* NULL: never */
};

struct sc_exchange {
    const struct sc_carrier *carrier;
    const struct sc_door *door;
    const struct sc_address *peer;
    const struct sc_exchange_ops *ops; /* NULL: nobody took it */
    void *self;
    uint64_t id;
    bool is_head;
    bool was_taken; /* so its request is not in the connection's buffer any more */
};

/* How a request's body comes in. */
struct sc_body_progress {
    struct sc_body_patience patience;
    uint64_t n_bytes, began_ns, last_ns;
};

/** Returns: when patience ends; UINT64_MAX: never. */
uint64_t sc_body_deadline_ns(const struct sc_body_progress *progress);

/** Returns: the next number that names an exchange's connection, or the exchange. Thread: any. */
uint64_t sc_exchange_next_id(void);
