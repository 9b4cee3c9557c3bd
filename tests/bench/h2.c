/* SPDX-License-Identifier: MIT */
#include "h2.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define DATA       0
#define RST_STREAM 3
#define GOAWAY     7
#define END_STREAM 1
#define TEXT_MAX   127 /* what HPACK says in one byte */

/* The preface; SETTINGS: a window of 2^31 - 1 for each stream; WINDOW_UPDATE: so much for all. */
static const char hello[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
                            "\0\0\6\4\0\0\0\0\0"
                            "\0\4\x7f\xff\xff\xff"
                            "\0\0\4\x8\0\0\0\0\0"
                            "\x7f\xff\0\0";

const char bench_h2_settings_taken[] = {0, 0, 0, 4, 1, 0, 0, 0, 0};

size_t bench_h2_request(char *out, size_t size_bytes, bool is_tls, const char *authority,
                        const char *path)
{
    size_t n_path = strlen(path), n_authority = strlen(authority);
    size_t n_fields = 2 + 2 + n_path + 2 + n_authority;
    size_t n_hello = sizeof hello - 1, total = n_hello + BENCH_H2_HEAD_BYTES + n_fields;
    if (n_path > TEXT_MAX || n_authority > TEXT_MAX || total >= size_bytes)
        return 0;
    const char head[] = {0, (char)(n_fields >> 8), (char)n_fields, 1, 5, 0, 0, 0, 1};
    memcpy(out, hello, n_hello);
    memcpy(out + n_hello, head, sizeof head);
    /* HPACK: GET and the scheme are in its table, the two texts are named by it */
    (void)snprintf(out + n_hello + sizeof head, size_bytes - n_hello - sizeof head,
                   "\x82%c\x04%c%s\x01%c%s", is_tls ? 0x87 : 0x86, (char)n_path, path,
                   (char)n_authority, authority);
    return total;
}

size_t bench_h2_length(const uint8_t head[static BENCH_H2_HEAD_BYTES])
{
    return (size_t)head[0] << 16 | (size_t)head[1] << 8 | head[2];
}

static bool is_end(const uint8_t head[static BENCH_H2_HEAD_BYTES])
{
    return head[3] == RST_STREAM || head[3] == GOAWAY || (head[3] == DATA && head[4] & END_STREAM);
}

ssize_t bench_h2_content(struct bench_h2 *h2, char *data, size_t len_bytes)
{
    size_t kept = 0;
    for (size_t i = 0; i < len_bytes;) {
        if (h2->head_bytes < BENCH_H2_HEAD_BYTES) {
            h2->head[h2->head_bytes++] = (uint8_t)data[i++];
            h2->left_bytes = bench_h2_length(h2->head);
        } else if (is_end(h2->head)) {
            return -ECONNRESET;
        } else {
            size_t n = h2->left_bytes < len_bytes - i ? h2->left_bytes : len_bytes - i;
            if (h2->head[3] == DATA)
                memmove(data + kept, data + i, n);
            kept += h2->head[3] == DATA ? n : 0;
            h2->left_bytes -= n;
            i += n;
        }
        if (h2->head_bytes == BENCH_H2_HEAD_BYTES && h2->left_bytes == 0 && !is_end(h2->head))
            h2->head_bytes = 0;
    }
    return (ssize_t)kept;
}
