/* SPDX-License-Identifier: MIT */
/* What a server is told before it starts: where it listens, what it allows, and its limits. */
#pragma once

#include "stillcast/api.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* NULL-terminated list of texts, borrowed for the server's life; NULL: empty. */
typedef const char *const *sc_texts;

struct sc_server_config {
    /* "ADDR:PORT", "[ADDR]:PORT", "unix:PATH"; port 0: the system chooses. With tls_certs all but
     * unix sockets speak TLS; "http://ADDR:PORT" and "https://ADDR:PORT" say it for one. */
    sc_texts listen;
    sc_texts redirect_listen; /* the same, plain: every request is sent to the first https one */
    sc_texts tls_certs, tls_keys; /* PEM files; the key of each certificate in the same place */
    sc_texts proxy_listen;        /* the same, for trusted proxies that speak the PROXY protocol */
    /* Networks whose X-Forwarded-For, X-Forwarded-Proto and PROXY headers are believed:
     * "192.0.2.1", "2001:db8::/32", "unix"; 16 at the most. */
    sc_texts trusted_proxies;
    const char *base_path; /* all addresses begin with it: "/cams"; NULL: they do not */
    const char *keys_file; /* who may do what (docs/keys.md); NULL: everybody everything */
    unsigned n_threads;    /* network loops; 0: one per core */
    bool is_plain_send;    /* never io_uring, although the system has it */
    bool is_insecure;  /* publishing without a key on other addresses than loopback is all right */
    bool is_read_only; /* no publishing and deleting over HTTP */
    sc_texts server_names;       /* further names that Host may have; "*": any */
    sc_texts cors_origins;       /* pages of these origins may read pictures by script; "*": any */
    sc_texts publish_origins;    /* pages of these origins may publish */
    sc_texts svg;                /* patterns (fnmatch) of pushed streams that may be SVG */
    size_t frame_max_bytes;      /* default 16 MiB */
    size_t store_max_bytes;      /* all frames together; default 256 MiB */
    unsigned max_streams;        /* default 64 */
    unsigned max_connections;    /* default 0: as many as descriptors allow, less 256 */
    uint64_t header_timeout_ns;  /* from accept to the last byte of the head; default 10 s */
    uint64_t idle_timeout_ns;    /* between requests of one connection; default 15 s */
    uint64_t publish_timeout_ns; /* one frame's body, and silence of a long POST; default 30 s */
    uint64_t stall_timeout_ns;   /* a viewer that takes nothing for so long is cut; default 30 s */
    uint64_t resend_ns;          /* a still picture is sent again after; default 5 s */
    uint64_t
        guess_delay_ns; /* a wrong key is answered after one to two of these; 1 s; 0: at once */
    uint64_t keep_ns;   /* a pushed stream without publisher and viewer is forgotten; 1 h */
    uint64_t drain_ns;  /* for finishing frames at stop; default 10 s */
};

/** Fills in the defaults. */
SC_API void sc_server_config_init(struct sc_server_config *config);
