/* SPDX-License-Identifier: MIT */
/* The listeners of a server, each with its door: what connections that come through it get. */
#pragma once

#include "http/exchange.h"
#include "net/listen.h"
#include "stillcast/server_config.h"

#define SC_ENTRANCES_MAX 16

struct sc_keyring;

struct sc_entrance {
    struct sc_listen *listen;
    struct sc_door door;
};

struct sc_entrances {
    struct sc_entrance all[SC_ENTRANCES_MAX];
    size_t n;
};

/* What they are made of; borrowed, tls and proxies for life. */
struct sc_entrance_plan {
    const struct sc_server_config *config;
    struct sc_tls *tls;         /* NULL: none */
    struct sc_keyring *keyring; /* NULL: none */
    const struct sc_trusted *proxies;
    size_t n_workers;
};

/**
 * Opens all that the plan's config names, without any the default ones.
 *
 * Returns: 0; -EPERM one can be reached from other machines and nothing protects the server; else
 *          as sc_listen_open; always with a sentence. Close what there is in any case.
 */
int sc_entrances_open(struct sc_entrances *entrances, const struct sc_entrance_plan *plan,
                      struct sc_err *err);
void sc_entrances_close(struct sc_entrances *entrances);
