/* SPDX-License-Identifier: MIT */
/* What a stillcast server answers a publisher, read from bytes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sc_err;

#define SC_ANSWER_HEAD_BYTES 16384 /* the longest head */
#define SC_ANSWER_BODY_BYTES 65536 /* the longest body */

struct sc_answer {
    int status;
    size_t head_bytes, body_bytes;
    bool is_last; /* the connection ends with it */
};

/**
 * Looks whether an answer is there whole. Answers of 100 to 199 are passed over.
 *
 * out_skip_bytes  where it begins: what has been passed over, also while it is not whole
 *
 * Returns: 0; -EAGAIN more bytes are needed; -EMSGSIZE over a limit; -EPROTO no HTTP/1, or framed
 * in a way that is not ours.
 */
int sc_answer_parse(const char *data, size_t len_bytes, struct sc_answer *out_answer,
                    size_t *out_skip_bytes);

/** Returns: what "viewers" says in the answer's JSON; -EPROTO. */
int sc_answer_n_viewers(const char *body, size_t len_bytes);

/**
 * The server's sentence.
 *
 * Returns: the code that stands for the status: -EAGAIN for one that passes (503, 429 ...).
 */
int sc_answer_refusal(int status, const char *body, size_t len_bytes, struct sc_err *err);
