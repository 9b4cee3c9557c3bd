/* SPDX-License-Identifier: MIT */
#include "http/exchange.h"

#include <assert.h>
#include <stdatomic.h>

#include "base/clock.h"
#include "http/carrier.h"

#define GRACE_NS       (5 * SC_NS_PER_S) /* after this a body with a time limit must come ... */
#define RATE_MIN_BYTES 1024              /* ... at so many bytes a second */

static atomic_uint_fast64_t last_id;

uint64_t sc_exchange_next_id(void)
{
    return atomic_fetch_add_explicit(&last_id, 1, memory_order_relaxed) + 1;
}

uint64_t sc_body_deadline_ns(const struct sc_body_progress *progress)
{
    const struct sc_body_patience *patience = &progress->patience;
    uint64_t deadline = UINT64_MAX;
    if (patience->silence_ns)
        deadline = progress->last_ns + patience->silence_ns;
    if (patience->whole_ns) {
        uint64_t whole = progress->began_ns + patience->whole_ns;
        uint64_t rate =
            progress->began_ns + GRACE_NS + progress->n_bytes * SC_NS_PER_S / RATE_MIN_BYTES;
        deadline = whole < deadline ? whole : deadline;
        deadline = rate < deadline ? rate : deadline;
    }
    return deadline;
}

void sc_exchange_answer(struct sc_exchange *x, const struct sc_answer *answer)
{
    x->carrier->answer(x, answer);
}

void sc_exchange_take(struct sc_exchange *x, const struct sc_exchange_ops *ops, void *self)
{
    assert(!x->ops && ops->gone);
    x->was_taken = true;
    x->ops = ops;
    x->self = self;
}

void sc_exchange_give_back(struct sc_exchange *x)
{
    assert(x->ops);
    x->ops = NULL;
    x->self = NULL;
}

void sc_exchange_read_body(struct sc_exchange *x, const struct sc_body_patience *patience)
{
    x->carrier->read_body(x, patience);
}

void sc_exchange_begin(struct sc_exchange *x, int status, const char *media_type,
                       const char *headers)
{
    x->carrier->begin(x, status, media_type, headers);
}

ssize_t sc_exchange_send(struct sc_exchange *x, const struct iovec *parts, int n_parts)
{
    return x->carrier->send(x, parts, n_parts);
}

int sc_exchange_socket(const struct sc_exchange *x)
{
    return x->carrier->socket(x);
}

void sc_exchange_sent(struct sc_exchange *x, size_t asked_bytes, ssize_t sent)
{
    x->carrier->sent(x, asked_bytes, sent);
}

uint64_t sc_exchange_wait_ns(const struct sc_exchange *x, struct sc_line *line)
{
    return x->carrier->wait_ns(x, line);
}

void sc_exchange_finish(struct sc_exchange *x)
{
    x->carrier->finish(x);
}

void sc_exchange_abort(struct sc_exchange *x)
{
    x->carrier->abort(x);
}

bool sc_exchange_move(struct sc_exchange *x, struct sc_h1_config *to)
{
    return !x->was_taken && x->carrier->move && x->carrier->move(x, to);
}

bool sc_exchange_is_head(const struct sc_exchange *x)
{
    return x->is_head;
}

const struct sc_door *sc_exchange_door(const struct sc_exchange *x)
{
    return x->door;
}

const struct sc_address *sc_exchange_peer(const struct sc_exchange *x)
{
    return x->peer;
}

uint64_t sc_exchange_id(const struct sc_exchange *x)
{
    return x->id;
}
