/* SPDX-License-Identifier: MIT */
/* The PROXY protocol, versions 1 and 2: a proxy that passes bytes on says first whose they are. */
#pragma once

#include "net/address.h"

#include <stddef.h>

/* Version 2 may carry more than addresses; not more than this. */
#define SC_PROXY_HEADER_MAX_BYTES 2048

/**
 * Reads the header at the front of data. Call again with more bytes after -EAGAIN.
 *
 * out_address  untouched where the proxy speaks for itself, or of nobody with an address
 *
 * Returns: the header's bytes; -EAGAIN it is not complete; -EPROTO it is none.
 * Thread:  any.
 */
int sc_proxy_header_parse(const void *data, size_t len_bytes, struct sc_address *out_address);
