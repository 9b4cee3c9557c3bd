/* SPDX-License-Identifier: MIT */
/* Hears an HTTP/2 server, for fuzz_http2.c: each frame must be one that a server may send, and the
 * bytes of each stream must be its own, in order, none of them missing. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EAR_BODY_BYTES 20000
#define EAR_STREAMS    1024 /* that are told apart */

struct ear_stream {
    int32_t id;
    size_t n_bytes;
    bool is_ended;
};

struct ear {
    int32_t newest_id;   /* that the client has begun */
    size_t window_bytes; /* that the client has allowed of all streams together */
    size_t n_data;       /* of it */
    uint8_t head[9];
    size_t n_head, n_payload;
    bool is_in_block;
    struct ear_stream streams[EAR_STREAMS];
};

/** Returns: what is to be sent on a stream, EAR_BODY_BYTES at the most. */
const uint8_t *ear_body(int32_t id);

/** Whether that is in place what ear_body gives, and no copy of it. */
bool ear_is_body(const uint8_t *at);

/** Asserts what is said above. */
void ear_hear(struct ear *ear, const uint8_t *data, size_t len_bytes);

/** Returns: the stream that a frame's head names. */
int32_t ear_id(const uint8_t *head);
