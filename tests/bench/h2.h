/* SPDX-License-Identifier: MIT */
/* The client's side of HTTP/2 for viewers that measure: one request, and the content of its answer
 * taken out of the frames. All windows are opened as wide as may be, for 2 GB, so that nothing has
 * to be sent while it is measured. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define BENCH_H2_HEAD_BYTES 9

/* Where in the frames it is. Zero it to begin. */
struct bench_h2 {
    uint8_t head[BENCH_H2_HEAD_BYTES];
    size_t head_bytes, left_bytes;
};

/** Writes all that a client has to say. Returns: how many bytes; 0 when there is no room. */
size_t bench_h2_request(char *out, size_t size_bytes, bool is_tls, const char *authority,
                        const char *path);

/** The answer to the server's settings, which must have come before. */
extern const char bench_h2_settings_taken[BENCH_H2_HEAD_BYTES];

/** Returns: how many bytes are behind the head of that frame. */
size_t bench_h2_length(const uint8_t head[static BENCH_H2_HEAD_BYTES]);

/** Leaves nothing but content in data. Returns: how many bytes; -ECONNRESET at the answer's end. */
ssize_t bench_h2_content(struct bench_h2 *h2, char *data, size_t len_bytes);
