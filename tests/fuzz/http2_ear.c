/* SPDX-License-Identifier: MIT */
#include "http2_ear.h"

#include <assert.h>
#include <nghttp2/nghttp2.h>
#include <string.h>

#define FRAME_BYTES 16384
#define STARTS      4096 /* each stream's bytes begin elsewhere in the same ones */

const uint8_t *ear_body(int32_t id)
{
    static uint8_t bytes[EAR_BODY_BYTES + STARTS];
    static bool is_filled;
    for (size_t i = 0; i < sizeof bytes && !is_filled; i++)
        bytes[i] = (uint8_t)((i + 1) * 2654435761U >> 13);
    is_filled = true;
    return bytes + (uint32_t)id * 31 % STARTS;
}

bool ear_is_body(const uint8_t *at)
{
    return at >= ear_body(0) && at < ear_body(0) + EAR_BODY_BYTES + STARTS;
}

static struct ear_stream *look_up(struct ear *ear, int32_t id)
{
    for (size_t i = 0; i < EAR_STREAMS; i++) {
        struct ear_stream *seen = &ear->streams[((uint32_t)id / 2 + i) % EAR_STREAMS];
        if (seen->id == id || seen->id == 0) {
            seen->id = id;
            return seen;
        }
    }
    return NULL;
}

int32_t ear_id(const uint8_t *head)
{
    return (int32_t)(((uint32_t)head[5] & 0x7f) << 24 | (uint32_t)head[6] << 16 |
                     (uint32_t)head[7] << 8 | head[8]);
}

static size_t length_of(const uint8_t *head)
{
    return (size_t)head[0] << 16 | (size_t)head[1] << 8 | head[2];
}

static void check_head(struct ear *ear)
{
    uint8_t type = ear->head[3], flags = ear->head[4];
    int32_t id = ear_id(ear->head);
    struct ear_stream *seen = id ? look_up(ear, id) : NULL;
    assert(length_of(ear->head) <= FRAME_BYTES && type <= NGHTTP2_CONTINUATION);
    assert(type != NGHTTP2_PUSH_PROMISE && type != NGHTTP2_PRIORITY);
    assert(ear->is_in_block == (type == NGHTTP2_CONTINUATION));
    if (type == NGHTTP2_HEADERS || type == NGHTTP2_CONTINUATION)
        ear->is_in_block = !(flags & NGHTTP2_FLAG_END_HEADERS);
    if (type == NGHTTP2_DATA || type == NGHTTP2_HEADERS) {
        assert(id % 2 == 1 && id <= ear->newest_id);
        assert(!seen || !seen->is_ended);
    }
    if (seen && ((flags & NGHTTP2_FLAG_END_STREAM && type <= NGHTTP2_HEADERS) ||
                 type == NGHTTP2_RST_STREAM))
        seen->is_ended = true;
    if (type == NGHTTP2_DATA)
        ear->n_data += length_of(ear->head);
    assert(ear->n_data <= ear->window_bytes);
}

static void check_payload(struct ear *ear, const uint8_t *data, size_t len_bytes)
{
    struct ear_stream *seen = ear->head[3] == NGHTTP2_DATA ? look_up(ear, ear_id(ear->head)) : NULL;
    if (!seen)
        return;
    assert(seen->n_bytes + len_bytes <= EAR_BODY_BYTES);
    assert(memcmp(data, ear_body(seen->id) + seen->n_bytes, len_bytes) == 0);
    seen->n_bytes += len_bytes;
}

void ear_hear(struct ear *ear, const uint8_t *data, size_t len_bytes)
{
    while (len_bytes > 0) {
        bool is_head = ear->n_head < sizeof ear->head;
        size_t want =
            is_head ? sizeof ear->head - ear->n_head : length_of(ear->head) - ear->n_payload;
        size_t n = len_bytes < want ? len_bytes : want;
        if (is_head) {
            memcpy(ear->head + ear->n_head, data, n);
            ear->n_head += n;
            ear->n_payload = 0;
        } else {
            check_payload(ear, data, n);
            ear->n_payload += n;
        }
        if (is_head && ear->n_head == sizeof ear->head)
            check_head(ear);
        if (ear->n_head == sizeof ear->head && ear->n_payload == length_of(ear->head))
            ear->n_head = 0;
        data += n;
        len_bytes -= n;
    }
}
