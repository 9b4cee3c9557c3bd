/* SPDX-License-Identifier: MIT */
/* A URL that we ask, taken apart so that its secrets never leave it. */
#pragma once

#include "stillcast/err.h"

#include <stdbool.h>

struct sc_client_url {
    char *plain;           /* without user, password and fragment */
    char *shown;           /* for people: without the query, too, which may hold keys */
    char *origin;          /* scheme, host and port: whom we trust with the password */
    char *host;            /* "camera.local", "[::1]" */
    char *user, *password; /* decoded; NULL when it has none */
    bool is_tls;
};

/**
 * out_url  to be given to sc_client_url_fini, on failure too.
 *
 * Returns: 0; -EINVAL with a sentence: no URL, or neither http:// nor https://; -ENOMEM.
 * Thread:  any.
 */
int sc_client_url_init(const char *text, struct sc_client_url *out_url, struct sc_err *err);

/** The same for what a server wrote into Location, which may be relative to where it was asked. */
int sc_client_url_follow(const struct sc_client_url *from, const char *location,
                         struct sc_client_url *out_url, struct sc_err *err);
void sc_client_url_fini(struct sc_client_url *url);
