/* SPDX-License-Identifier: MIT */
/* Inside TLS; shared by tls.c (certificates) and tls_conn.c (connections), and nobody else. */
#pragma once

#include "net/tls.h"

#include <openssl/ssl.h>

/** Returns: a new server side, with the first certificate; NULL when out of memory. */
SSL *sc_tls_new(struct sc_tls *tls);

struct sc_tls_stats *sc_tls_count(struct sc_tls *tls);

/** How a connection's bytes get to its descriptor and back. Returns: NULL when out of memory. */
BIO_METHOD *sc_tls_make_method(void);
const BIO_METHOD *sc_tls_method(const struct sc_tls *tls);
