/* SPDX-License-Identifier: MIT */
/* The certificate that the program makes for a first try, and what people are told of
 * certificates. */
#pragma once

#include "stillcast/server.h"

/* Zero it to begin. */
struct sc_trust {
    char *cert_path, *key_path;
    const char *certs[2], *keys[2];
};

/**
 * Makes a certificate unless there is one already, and has config use it.
 *
 * config  its lists are borrowed from trust afterwards
 *
 * Returns: 0; -EKEYREJECTED there is a certificate given, or none can be made or kept, with a
 *          sentence; -ENOMEM.
 * Thread:  control.
 */
int sc_trust_make(struct sc_trust *trust, struct sc_server_config *config, struct sc_err *err);
void sc_trust_fini(struct sc_trust *trust);

/** Logs the server's certificates, and when one is no good any more or soon. Thread: control. */
void sc_trust_tell(const struct sc_server *server);
