/* SPDX-License-Identifier: MIT */
/* What only the daemon asks of a server. */
#pragma once

#include "stillcast/server.h"

struct sc_tls;

/** Returns: borrowed; NULL: the server speaks no TLS. */
struct sc_tls *sc_server_tls(const struct sc_server *server);
