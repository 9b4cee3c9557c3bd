/* SPDX-License-Identifier: MIT */
#include "http/exchange.h"

#include <assert.h>
#include <stdatomic.h>

#include "http/carrier.h"

static atomic_uint_fast64_t last_id;

uint64_t sc_exchange_next_id(void)
{
    return atomic_fetch_add_explicit(&last_id, 1, memory_order_relaxed) + 1;
}

void sc_exchange_answer(struct sc_exchange *x, const struct sc_answer *answer)
{
    x->carrier->answer(x, answer);
}

void sc_exchange_take(struct sc_exchange *x, const struct sc_exchange_ops *ops, void *self)
{
    assert(!x->ops && ops->gone);
    x->ops = ops;
    x->self = self;
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
