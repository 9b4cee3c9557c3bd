/* SPDX-License-Identifier: MIT */
/* sc_cut on any bytes: all at once, one by one and in pieces at random give the same pictures and
 * the same losses; pictures lie in the input, in order, and are whole; memory has its bound. The
 * first byte chooses form, boundary and limit, the second how to chunk; the stream follows. */
#include "picture/cut.h"
#include "picture/probe.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define SLACK_BYTES (64 * 1024)
#define BEYOND      64 /* bytes behind the committed ones that are spoilt: nobody may look there */

struct event {
    int rc;
    size_t at, len_bytes; /* of the picture in the stream */
};

struct run {
    const uint8_t *stream;
    size_t len_bytes, picture_max_bytes;
    uint32_t random; /* 0: all at once; 1: one by one */
    bool is_end_early;
    struct event *events;
    size_t n_events;
    size_t given_bytes; /* up to the end of the last picture */
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes);

static void note_picture(struct run *run, struct event *event, const uint8_t *picture)
{
    static const struct sc_picture_limits limits = {UINT32_MAX, UINT64_MAX, SIZE_MAX};
    struct sc_picture_info info;
    assert(event->len_bytes && event->len_bytes <= run->picture_max_bytes);
    const uint8_t *in = memmem(run->stream + run->given_bytes, run->len_bytes - run->given_bytes,
                               picture, event->len_bytes);
    assert(in);
    event->at = (size_t)(in - run->stream);
    run->given_bytes = event->at + event->len_bytes;
    assert(sc_picture_probe(picture, event->len_bytes, &limits, &info, NULL) == 0);
    assert(info.size_bytes == event->len_bytes);
}

static int drain(struct run *run, struct sc_cut *cut)
{
    for (;;) {
        const uint8_t *picture = NULL;
        struct event event = {0};
        event.rc = sc_cut_next(cut, &picture, &event.len_bytes);
        if (event.rc == -EAGAIN || event.rc == -ENODATA)
            return event.rc;
        assert(event.rc == 0 || event.rc == -EBADMSG || event.rc == -EMSGSIZE);
        assert(run->n_events <= run->len_bytes); /* each costs a byte at least */
        if (event.rc == 0)
            note_picture(run, &event, picture);
#ifdef PLANT_BUG
        if (event.rc == 0 && run->random > 1 && event.len_bytes % 16 == 3)
            event.len_bytes--;
#endif
        run->events[run->n_events++] = event;
    }
}

static size_t next_chunk(struct run *run)
{
    if (run->random < 2)
        return run->random == 0 ? SIZE_MAX : 1;
    run->random = run->random * 1664525 + 1013904223;
    return 1 + (run->random >> 16) % (1u << (run->random >> 28));
}

static size_t feed(struct run *run, struct sc_cut *cut, size_t at)
{
    uint8_t *room = NULL;
    size_t room_bytes = 0, n = run->len_bytes - at, chunk_bytes = next_chunk(run);
    assert(sc_cut_room(cut, &room, &room_bytes) == 0 && room_bytes > 0);
    assert(sc_cut_used_bytes(cut) <= run->picture_max_bytes + SLACK_BYTES);
    n = n < chunk_bytes ? n : chunk_bytes;
    n = n < room_bytes ? n : room_bytes;
    memcpy(room, run->stream + at, n);
    memset(room + n, run->random < 2 ? 0xff : '-',
           room_bytes - n < BEYOND ? room_bytes - n : BEYOND);
    sc_cut_commit(cut, n);
    return n;
}

static void cut_up(struct run *run, enum sc_cut_form form, const char *boundary)
{
    struct sc_cut *cut = NULL;
    run->events = malloc((run->len_bytes + 1) * sizeof *run->events);
    assert(run->events);
    assert(sc_cut_create(form, boundary, run->picture_max_bytes, &cut) == 0);
    for (size_t at = 0; at < run->len_bytes;) {
        at += feed(run, cut, at);
        if (at == run->len_bytes && run->is_end_early)
            break;
        assert(drain(run, cut) == -EAGAIN);
    }
    sc_cut_end(cut);
    assert(drain(run, cut) == -ENODATA);
    assert(drain(run, cut) == -ENODATA);
    sc_cut_destroy(&cut);
    assert(!cut);
}

static void check_same(const struct run *a, const struct run *b)
{
    assert(a->n_events == b->n_events);
    for (size_t i = 0; i < a->n_events; i++) {
        assert(a->events[i].rc == b->events[i].rc && a->events[i].at == b->events[i].at);
        assert(a->events[i].len_bytes == b->events[i].len_bytes);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    static const enum sc_cut_form forms[] = {SC_CUT_PLAIN, SC_CUT_MULTIPART, SC_CUT_MULTIPART,
                                             SC_CUT_AUTO};
    static const char *const boundaries[] = {NULL, "b", "\"--frame\"", "aab-aaab"};
    static const size_t maxima[] = {1 << 20, 4000, 300, 100};
    if (len_bytes < 2)
        return 0;
    uint8_t how = data[0];
    struct run run = {.stream = data + 2, .len_bytes = len_bytes - 2};
    run.picture_max_bytes = maxima[how >> 4 & 3];
    run.is_end_early = how >> 6 & 1;
    struct run runs[] = {run, run, run};
    runs[1].random = 1;
    runs[1].is_end_early = !run.is_end_early;
    runs[2].random = 2 + data[1];
    for (int i = 0; i < 3; i++)
        cut_up(&runs[i], forms[how & 3], boundaries[how >> 2 & 3]);
    check_same(&runs[0], &runs[1]);
    check_same(&runs[0], &runs[2]);
    for (int i = 0; i < 3; i++)
        free(runs[i].events);
    return 0;
}
