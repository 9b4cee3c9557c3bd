/* SPDX-License-Identifier: MIT */
/* Where a graph listens for numbers: "tcp://127.0.0.1:2003", "udp://[::1]:2003". */
#pragma once

#include "stillcast/err.h"

#include <stdbool.h>

#define SC_GRAPH_SOCKET_BYTES 96

/**
 * Binds a socket that does not block; one of TCP listens, too.
 *
 * url          "tcp://" or "udp://" and ADDRESS:PORT. Without an address it is 127.0.0.1, without a
 *              port Graphite's, 2003; the system chooses for port 0.
 * is_insecure  other machines may reach it.
 * out_url      the same with the address and port that it got.
 *
 * Returns: 0; with a sentence: -EINVAL; -EKEYREJECTED others could reach it; -EADDRINUSE,
 *          -EADDRNOTAVAIL, -EACCES or another negative errno.
 * Thread:  control.
 */
int sc_graph_socket_open(const char *url, bool is_insecure, int *out_fd,
                         char out_url[static SC_GRAPH_SOCKET_BYTES], struct sc_err *err);
