/* SPDX-License-Identifier: MIT */
/* What only the daemon asks of a server. */
#pragma once

#include "stillcast/server.h"

struct sc_loop_stats;
struct sc_tls;

/** Returns: borrowed; NULL: the server speaks no TLS. */
struct sc_tls *sc_server_tls(const struct sc_server *server);

/** Returns: what the i-th loop has done, borrowed; NULL behind the last one. */
const struct sc_loop_stats *sc_server_loop_stats(const struct sc_server *server, size_t i);
