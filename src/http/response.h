/* SPDX-License-Identifier: MIT */
/* Writes the head of a response (RFC 9112 section 4). */
#pragma once

#include "base/buf.h"

#include <stdbool.h>
#include <stdint.h>

#define SC_RESPONSE_NO_LENGTH UINT64_MAX

struct sc_response {
    int status;
    const char *media_type; /* NULL: none */
    const char *headers;    /* lines with CRLF; NULL: none */
    uint64_t length_bytes;  /* SC_RESPONSE_NO_LENGTH: no Content-Length, ends with the connection */
    bool is_closing;
};

/** Returns: as sc_buf_printf. */
int sc_response_write(struct sc_buf *out, const struct sc_response *response);
