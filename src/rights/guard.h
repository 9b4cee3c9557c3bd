/* SPDX-License-Identifier: MIT */
/* The gate between us and web pages that a visitor of ours has open: under which names we answer
 * (DNS rebinding), whose pages may change something (cross-site requests), whose scripts may read
 * pictures (CORS). Programs other than browsers send no Origin and pass.
 *
 * Lists end with NULL and may be NULL: empty. "*" in one stands for all. */
#pragma once

#include "http/request.h"
#include "stillcast/err.h"

/**
 * Whether Host names this server: an IP address, localhost or a name below it, the machine's name,
 * also with .local, .lan, .home or .internal, or one of server_names. An HTTP/1.0 request without a
 * Host passes.
 *
 * machine_name  as gethostname tells it, with or without its domain; may be NULL.
 *
 * Returns: 0; -421 with a sentence that tells the option.
 * Thread:  any.
 */
int sc_guard_host(const struct sc_request *request, const char *machine_name,
                  const char *const *server_names, struct sc_err *err);

/**
 * Whether the request may change something: Origin is our own (scheme and Host) or one of
 * publish_origins, and Sec-Fetch-Site, unless the origin is listed, "same-origin" or "none"; each
 * where present. "null" is nobody's origin.
 *
 * is_tls  how the request came, for our own origin's scheme.
 *
 * Returns: 0; -403 with a sentence that tells the option.
 * Thread:  any.
 */
int sc_guard_write(const struct sc_request *request, bool is_tls,
                   const char *const *publish_origins, struct sc_err *err);

/**
 * Whose scripts may read the answer: for Access-Control-Allow-Origin, without credentials. Send
 * "Vary: Origin" whenever cors_origins has one, whatever this returns.
 *
 * Returns: the request's Origin; data NULL when it has none or it is not listed.
 * Thread:  any.
 */
struct sc_text sc_guard_cors(const struct sc_request *request, const char *const *cors_origins);
