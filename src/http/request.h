/* SPDX-License-Identifier: MIT */
/* One HTTP/1 request head, parsed strictly (RFC 9112) and in place: whatever could mean two things
 * to two programs is refused. Also the chunked coding of a body (section 7.1). */
#pragma once

#include "http/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SC_REQUEST_HEAD_MAX_BYTES   16384
#define SC_REQUEST_LINE_MAX_BYTES   8192
#define SC_REQUEST_TARGET_MAX_BYTES 4096
#define SC_REQUEST_FIELDS_MAX       100

enum sc_method {
    SC_METHOD_GET = 1 << 0,
    SC_METHOD_HEAD = 1 << 1,
    SC_METHOD_PUT = 1 << 2,
    SC_METHOD_POST = 1 << 3,
    SC_METHOD_DELETE = 1 << 4,
    SC_METHOD_OPTIONS = 1 << 5,
    SC_METHOD_OTHER = 1 << 6, /* a token that we do not serve: 405 or 501, not 400 */
};

struct sc_field {
    struct sc_text name, value; /* value without blanks around it */
};

struct sc_request {
    enum sc_method method;
    struct sc_text method_text;
    struct sc_text path;  /* as sent, percent-encoded, begins with '/' ("*" for OPTIONS *) */
    struct sc_text query; /* behind '?', as sent */
    struct sc_text host;  /* Host, or the authority of an absolute target; valid, may be absent in
                             HTTP/1.0 */
    int minor_version;    /* 0 or 1 */
    bool is_keep_alive;
    bool is_chunked;
    bool has_length;
    bool wants_continue;
    uint64_t length_bytes;
    const char *head;  /* as it came */
    size_t head_bytes; /* its size: the body begins there */
    size_t n_fields;
    struct sc_field fields[SC_REQUEST_FIELDS_MAX];
};

/**
 * Parses the head at data. Call again with more bytes after -EAGAIN: the verdict does not depend on
 * how the bytes were split, and what can never become a request is refused early. At most 4 leading
 * CRLFs are skipped (RFC 9112 section 2.2).
 *
 * out_request  its texts lie in data, or are static ("/" and "*" for an absolute target without a
 *              path).
 * out_reason   a static sentence for the answer, set when the result is neither 0 nor -EAGAIN. May
 *              be NULL.
 *
 * Returns: 0; -EAGAIN the head is not complete; or a negated HTTP status, after which the
 *          connection must be closed: -400 malformed, -414 target too long, -417 an Expect other
 *          than 100-continue, -421 the target's authority is not the Host, -431 head or line too
 *          large or too many fields, -501 method too long or a transfer coding other than chunked,
 *          -505 a version other than 1.0 and 1.1.
 * Thread:  any.
 */
int sc_request_parse(const char *data, size_t len_bytes, struct sc_request *out_request,
                     const char **out_reason);

/** Returns: the field's value, first of that name; data NULL when absent. name in lower case. */
struct sc_text sc_request_field(const struct sc_request *request, const char *name);

/** Returns: how many fields of that name there are. */
size_t sc_request_count(const struct sc_request *request, const char *name);

/* The chunked coding, read piece by piece. Zero it to begin. */
struct sc_chunked {
    uint64_t left_bytes; /* of the chunk at hand */
    unsigned state, n_digits, n_trailer_bytes;
};

/**
 * Takes framing bytes from data until there is chunk data to read (left_bytes > 0: read that many
 * yourself and subtract), the end, or no more bytes. A size has at most 8 digits, extensions are
 * refused, trailers are checked and dropped, at most 1 KiB of them.
 *
 * Returns: 0 left_bytes of data follow; -EAGAIN more bytes are needed; -ENODATA the body is
 *          complete; -EPROTO malformed: answer 400 and close. *out_used_bytes is set on all of
 *          them.
 */
int sc_chunked_parse(struct sc_chunked *chunked, const char *data, size_t len_bytes,
                     size_t *out_used_bytes);
