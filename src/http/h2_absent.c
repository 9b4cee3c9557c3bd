/* SPDX-License-Identifier: MIT */
/* A build without nghttp2. */
#include <errno.h>

#include "http/h2.h"

bool sc_h2_is_built(void)
{
    return false;
}

int sc_h2_open(struct sc_h1_config *config, const struct sc_door *door, const struct sc_conn *conn,
               const struct sc_address *peer, const char *bytes, size_t n_bytes)
{
    struct sc_conn lost = *conn;
    lost.ops->close(&lost);
    return -ENOSYS;
}

void sc_h2_drain_all(struct sc_h1_config *config)
{
}

void sc_h2_abort_all(struct sc_h1_config *config)
{
}
