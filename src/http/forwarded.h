/* SPDX-License-Identifier: MIT */
/* What a proxy that we trust says about its client: X-Forwarded-For and X-Forwarded-Proto. What
 * anybody else says there is nothing. */
#pragma once

#include "http/request.h"
#include "net/address.h"

#define SC_TRUSTED_MAX 16

struct sc_trusted {
    const struct sc_network *networks;
    size_t n;
};

struct sc_client {
    struct sc_address address;
    bool is_https; /* as far as the client can see */
};

bool sc_trusted_has(const struct sc_trusted *trusted, const struct sc_address *address);

/**
 * Who asks: the last address in X-Forwarded-For that is no trusted proxy's. client comes in with
 * what the connection itself tells.
 *
 * Thread: any.
 */
void sc_forwarded_read(const struct sc_request *request, const struct sc_trusted *trusted,
                       struct sc_client *client);
