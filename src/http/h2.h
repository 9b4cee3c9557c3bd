/* SPDX-License-Identifier: MIT */
/* An HTTP/2 connection (RFC 9113; nghttp2): many exchanges at a time, each with its own flow
 * control, over one socket. It begins as an HTTP/1 connection whose first bytes are the client's
 * preface: by ALPN over TLS, by prior knowledge from this machine. */
#pragma once

#include "http/h1.h"

/** The first bytes of every HTTP/2 connection (RFC 9113 section 3.4). */
#define SC_H2_PREFACE       "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
#define SC_H2_PREFACE_BYTES 24

/** Whether this build can. */
bool sc_h2_is_built(void);

/**
 * Goes on with a connection until it ends by itself; it counts as one of config's.
 *
 * conn   taken, on failure too: it is closed then.
 * peer   copied: who is at the other end, or behind a proxy that is trusted.
 * bytes  received already, the preface first.
 *
 * Returns: 0; -ENOMEM; another negative errno.
 * Thread:  loop.
 */
int sc_h2_open(struct sc_h1_config *config, const struct sc_door *door, const struct sc_conn *conn,
               const struct sc_address *peer, const char *bytes, size_t n_bytes);

/** For sc_h1_drain_all and sc_h1_abort_all. */
void sc_h2_drain_all(struct sc_h1_config *config);
void sc_h2_abort_all(struct sc_h1_config *config);
