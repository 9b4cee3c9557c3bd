/* SPDX-License-Identifier: MIT */
/* For the tests of sc_cut: makes pictures, feeds bytes in every chunking, notes what comes out. */
#pragma once

#include "picture/cut.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define KIT_MAX_BYTES 100000 /* of a picture, unless a test says otherwise */
#define KIT_EVENTS    300
#define KIT_CHUNKINGS 9 /* 0: as much as there is room for; 1: single bytes; 2..8: at random */

struct bytes {
    uint8_t *data;
    size_t len_bytes, cap_bytes;
};

static inline void put(struct bytes *to, const void *data, size_t len_bytes)
{
    if (to->len_bytes + len_bytes > to->cap_bytes) {
        to->cap_bytes = (to->len_bytes + len_bytes) * 2;
        to->data = realloc(to->data, to->cap_bytes);
        assert_non_null(to->data);
    }
    if (len_bytes)
        memcpy(to->data + to->len_bytes, data, len_bytes);
    to->len_bytes += len_bytes;
}

static inline void put_text(struct bytes *to, const char *text)
{
    put(to, text, strlen(text));
}

static inline void put_bytes(struct bytes *to, struct bytes from)
{
    put(to, from.data, from.len_bytes);
}

static inline uint32_t next_random(uint32_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 17;
    *state ^= *state << 5;
    return *state;
}

/* Random bytes as a scan may have them: no marker but restarts. */
static inline void put_scan(struct bytes *to, size_t len_bytes, uint32_t seed)
{
    uint32_t state = seed * 2654435761u + 1;
    for (size_t i = 0; i < len_bytes; i++) {
        uint8_t pair[2] = {(uint8_t)next_random(&state), 0};
        if (pair[0] == 0xff && state & 0x100)
            pair[1] = (uint8_t)(0xd0 + (state >> 9) % 8);
        put(to, pair, pair[0] == 0xff ? 2 : 1);
    }
}

/* A JPEG by structure, with a thumbnail's SOI and EOI and a boundary inside a segment. */
static inline struct bytes make_jpeg(size_t scan_bytes, uint32_t seed)
{
    static const uint8_t start[] = {0xff, 0xd8, 0xff, 0xe1, 0, 41};
    static const char inside[] =
        "\xff\xd8\xff\xd9\r\n--boundarydonotcross\r\n\xff\xd8\xff\xd9.......";
    static const uint8_t frame[] = {0xff, 0xc0, 0, 11, 8, 0, 16, 0, 16, 1, 1, 0x11, 0};
    static const uint8_t table[] = {0xff, 0xc4, 0, 20, 0, 1, 0, 0, 0, 0, 0,
                                    0,    0,    0, 0,  0, 0, 0, 0, 0, 0, 7};
    static const uint8_t scan[] = {0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0};
    struct bytes jpeg = {0};
    put(&jpeg, start, sizeof start);
    put(&jpeg, inside, 39);
    put(&jpeg, frame, sizeof frame);
    put(&jpeg, table, sizeof table);
    put(&jpeg, scan, sizeof scan);
    put_scan(&jpeg, scan_bytes, seed);
    put(&jpeg, "\xff\xd9", 2);
    return jpeg;
}

static inline void put_chunk(struct bytes *to, const char *type, size_t len_bytes, const void *data)
{
    uint8_t head[8] = {(uint8_t)(len_bytes >> 24), (uint8_t)(len_bytes >> 16),
                       (uint8_t)(len_bytes >> 8), (uint8_t)len_bytes};
    memcpy(head + 4, type, 4);
    put(to, head, 8);
    put(to, data, len_bytes);
    put(to, "\1\2\3\4", 4); /* nobody looks at checksums here */
}

static inline struct bytes make_png(size_t data_bytes, uint32_t seed)
{
    struct bytes png = {0}, noise = {0};
    put_scan(&noise, data_bytes, seed);
    put(&png, "\x89PNG\r\n\x1a\n", 8);
    put_chunk(&png, "IHDR", 13, "\0\0\0\x10\0\0\0\x10\x08\2\0\0\0");
    put_chunk(&png, "IDAT", noise.len_bytes, noise.data);
    put_chunk(&png, "tEXt", 10, "a\0\r\n--foo\r");
    put_chunk(&png, "IEND", 0, "");
    free(noise.data);
    return png;
}

struct input {
    enum sc_cut_form form;
    const char *boundary;
    size_t picture_max_bytes; /* 0: KIT_MAX_BYTES */
    struct bytes bytes;
};

/* What came out, in order: P a picture, B -EBADMSG, M -EMSGSIZE. */
struct output {
    char events[KIT_EVENTS];
    size_t n_events;
    struct bytes pictures; /* one behind the other */
    size_t used_bytes;     /* the most memory it took ... */
    size_t last_bytes;     /* ... and what it took in the end */
};

static inline int drain(struct sc_cut *cut, struct output *out)
{
    for (;;) {
        const uint8_t *picture;
        size_t len_bytes;
        int rc = sc_cut_next(cut, &picture, &len_bytes);
        if (rc == -EAGAIN || rc == -ENODATA)
            return rc;
        assert_true(rc == 0 || rc == -EBADMSG || rc == -EMSGSIZE);
        assert_true(out->n_events + 1 < KIT_EVENTS);
        out->events[out->n_events++] = rc == 0 ? 'P' : rc == -EBADMSG ? 'B' : 'M';
        if (rc == 0)
            put(&out->pictures, picture, len_bytes);
    }
}

static inline size_t feed(struct sc_cut *cut, struct bytes bytes, size_t at, size_t chunk_bytes)
{
    uint8_t *room;
    size_t room_bytes, n = bytes.len_bytes - at;
    assert_int_equal(sc_cut_room(cut, &room, &room_bytes), 0);
    assert_true(room_bytes > 0);
    if (n > chunk_bytes)
        n = chunk_bytes;
    if (n > room_bytes)
        n = room_bytes;
    memcpy(room, bytes.data + at, n);
    sc_cut_commit(cut, n);
    return n;
}

static inline size_t chunk_of(int chunking, uint32_t *state)
{
    if (chunking < 2)
        return chunking == 0 ? SIZE_MAX : 1;
    return 1 + next_random(state) % (chunking == 2 ? 3 : 1u << (chunking * 2));
}

static inline struct output cut_up(const struct input *in, int chunking)
{
    struct output out = {0};
    struct sc_cut *cut;
    uint32_t state = 12345u + (uint32_t)chunking;
    size_t max_bytes = in->picture_max_bytes ? in->picture_max_bytes : KIT_MAX_BYTES;
    assert_int_equal(sc_cut_create(in->form, in->boundary, max_bytes, &cut), 0);
    for (size_t at = 0; at < in->bytes.len_bytes;) {
        at += feed(cut, in->bytes, at, chunk_of(chunking, &state));
        if (sc_cut_used_bytes(cut) > out.used_bytes)
            out.used_bytes = sc_cut_used_bytes(cut);
        if (chunking % 2 == 0 && at == in->bytes.len_bytes)
            break; /* the end is known before the last bytes were looked at */
        assert_int_equal(drain(cut, &out), -EAGAIN);
    }
    sc_cut_end(cut);
    assert_int_equal(drain(cut, &out), -ENODATA);
    assert_int_equal(drain(cut, &out), -ENODATA);
    out.last_bytes = sc_cut_used_bytes(cut);
    assert_true(out.used_bytes <= max_bytes + 64 * 1024);
    sc_cut_destroy(&cut);
    return out;
}

/* Returns: CPU seconds that it takes in small chunks, whatever comes out. */
static inline double time_of(const struct input *in)
{
    struct sc_cut *cut;
    clock_t start = clock();
    assert_int_equal(sc_cut_create(in->form, in->boundary, in->picture_max_bytes, &cut), 0);
    for (size_t at = 0; at < in->bytes.len_bytes;) {
        const uint8_t *data;
        size_t len_bytes;
        at += feed(cut, in->bytes, at, 1000);
        while (sc_cut_next(cut, &data, &len_bytes) != -EAGAIN)
            continue;
    }
    sc_cut_destroy(&cut);
    return (double)(clock() - start) / CLOCKS_PER_SEC;
}

/* Every chunking gives these events and these pictures. */
static inline void assert_cut(const char *name, const struct input *in, const char *events,
                              struct bytes pictures)
{
    for (int chunking = 0; chunking < KIT_CHUNKINGS; chunking++) {
        struct output out = cut_up(in, chunking);
        if (strcmp(out.events, events) != 0 || out.pictures.len_bytes != pictures.len_bytes)
            print_error("%s, chunking %d: %s instead of %s, %zu bytes instead of %zu\n", name,
                        chunking, out.events, events, out.pictures.len_bytes, pictures.len_bytes);
        assert_string_equal(out.events, events);
        assert_int_equal(out.pictures.len_bytes, pictures.len_bytes);
        if (pictures.len_bytes)
            assert_memory_equal(out.pictures.data, pictures.data, pictures.len_bytes);
        free(out.pictures.data);
    }
}
