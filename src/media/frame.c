/* SPDX-License-Identifier: MIT */
/* A frame is one allocation:
 *
 *   struct | HEAD_ROOM | picture ... capacity | TAIL_ROOM
 *
 * A draft owns one and may move it while it grows. Sealing writes the part head right in front of
 * the picture and both tails right behind it, so that what any viewer gets is one contiguous slice.
 * Missing Huffman tables go in by moving the few segments in front of them to the left: the scan
 * data never moves.
 *
 *   draft (one owner, writable) --seal--> frame (counted, immutable) --last unref--> freed */
#include "media/frame.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/own.h"
#include "media/pool.h"
#include "picture/probe.h"
#include "picture/repair.h"

#define HEAD_TEXT_BYTES 128
#define HEAD_ROOM       (HEAD_TEXT_BYTES + SC_REPAIR_HUFFMAN_BYTES)
#define TAIL_ROOM       128
#define BOUNDARY_LINE   "\r\n--" SC_FRAME_BOUNDARY "\r\n"
#define WASTE_BYTES     65536 /* capacity above this much is given back at seal */

struct sc_frame {
    atomic_uint n_refs;
    struct sc_pool *pool;
    size_t capacity_bytes;
    size_t len_bytes; /* of a draft: written so far */

    uint64_t seq, sealed_ns, captured_unix_us;
    enum sc_kind kind;
    uint32_t width_px, height_px;
    bool is_placeholder;
    size_t head_at, picture_at, end_at, boundary_end_at, tail_end_at; /* offsets into bytes */
    uint8_t bytes[];
};

struct sc_draft {
    struct sc_frame *frame;
};

static size_t block_bytes(size_t capacity_bytes)
{
    return sizeof(struct sc_frame) + HEAD_ROOM + capacity_bytes + TAIL_ROOM;
}

static void release(struct sc_frame *frame)
{
    sc_pool_give_back(frame->pool, frame, block_bytes(frame->capacity_bytes));
}

int sc_draft_create(struct sc_pool *pool, size_t capacity_bytes, struct sc_draft **out_draft)
{
    if (capacity_bytes > sc_pool_frame_max_bytes(pool))
        return -EMSGSIZE;
    struct sc_draft *draft SC_AUTO(sc_own_free) = calloc(1, sizeof *draft);
    if (!draft)
        return -ENOMEM;
    draft->frame = sc_pool_resize(pool, NULL, 0, block_bytes(capacity_bytes));
    if (!draft->frame)
        return -ENOMEM;
    *draft->frame = (struct sc_frame){.pool = pool, .capacity_bytes = capacity_bytes};
    atomic_init(&draft->frame->n_refs, 1);
    *out_draft = sc_steal(draft);
    return 0;
}

void sc_draft_destroy(struct sc_draft **draft)
{
    if (*draft && (*draft)->frame)
        release((*draft)->frame);
    free(*draft);
    *draft = NULL;
}

static int set_capacity(struct sc_draft *draft, size_t capacity_bytes)
{
    struct sc_frame *old = draft->frame;
    struct sc_frame *moved = sc_pool_resize(old->pool, old, block_bytes(old->capacity_bytes),
                                            block_bytes(capacity_bytes));
    if (!moved)
        return -ENOMEM;
    moved->capacity_bytes = capacity_bytes;
    draft->frame = moved;
    return 0;
}

int sc_draft_room(struct sc_draft *draft, size_t want_bytes, uint8_t **out_room,
                  size_t *out_room_bytes)
{
    struct sc_frame *frame = draft->frame;
    size_t max = sc_pool_frame_max_bytes(frame->pool);
    if (want_bytes > max - frame->len_bytes)
        return -EMSGSIZE;
    size_t need = frame->len_bytes + want_bytes;
    if (need > frame->capacity_bytes) {
        size_t doubled = frame->capacity_bytes > max / 2 ? max : frame->capacity_bytes * 2;
        if (set_capacity(draft, need > doubled ? need : doubled) < 0)
            return -ENOMEM;
        frame = draft->frame;
    }
    *out_room = frame->bytes + HEAD_ROOM + frame->len_bytes;
    *out_room_bytes = frame->capacity_bytes - frame->len_bytes;
    return 0;
}

void sc_draft_commit(struct sc_draft *draft, size_t bytes)
{
    assert(bytes <= draft->frame->capacity_bytes - draft->frame->len_bytes);
    draft->frame->len_bytes += bytes;
}

int sc_draft_append(struct sc_draft *draft, const void *data, size_t len_bytes)
{
    uint8_t *room;
    size_t room_bytes;
    int rc = sc_draft_room(draft, len_bytes, &room, &room_bytes);
    if (rc < 0)
        return rc;
    if (len_bytes)
        memcpy(room, data, len_bytes);
    sc_draft_commit(draft, len_bytes);
    return 0;
}

struct sc_slice sc_draft_written(const struct sc_draft *draft)
{
    return (struct sc_slice){draft->frame->bytes + HEAD_ROOM, draft->frame->len_bytes};
}

void sc_draft_set_captured(struct sc_draft *draft, uint64_t unix_us)
{
    draft->frame->captured_unix_us = unix_us;
}

void sc_draft_succeed(struct sc_draft *draft, const struct sc_draft *before)
{
    draft->frame->captured_unix_us = before->frame->captured_unix_us;
    draft->frame->seq = before->frame->seq;
}

int sc_draft_create_like(const struct sc_frame *frame, struct sc_pool *pool,
                         struct sc_draft **out_draft)
{
    struct sc_draft *draft SC_AUTO(sc_draft_destroy) = NULL;
    const struct sc_slice picture = sc_frame_picture(frame);
    int rc = sc_draft_create(pool, picture.len_bytes, &draft);
    if (rc == 0)
        rc = sc_draft_append(draft, picture.data, picture.len_bytes);
    if (rc < 0)
        return rc;
    draft->frame->captured_unix_us = frame->captured_unix_us;
    draft->frame->seq = frame->seq;
    *out_draft = sc_steal(draft);
    return 0;
}

size_t sc_draft_len_bytes(const struct sc_draft *draft)
{
    return draft->frame->len_bytes;
}

static void insert_huffman(struct sc_frame *frame, size_t at)
{
    uint8_t *picture = frame->bytes + frame->picture_at;
    memmove(picture - SC_REPAIR_HUFFMAN_BYTES, picture, at);
    memcpy(picture - SC_REPAIR_HUFFMAN_BYTES + at, sc_repair_huffman(), SC_REPAIR_HUFFMAN_BYTES);
    frame->picture_at -= SC_REPAIR_HUFFMAN_BYTES;
}

static void lay_head(struct sc_frame *frame)
{
    char text[HEAD_TEXT_BYTES];
    int n = snprintf(text, sizeof text,
                     "Content-Type: %s\r\nContent-Length: %zu\r\n"
                     "X-Timestamp: %" PRIu64 ".%06" PRIu64 "\r\n\r\n",
                     sc_kind_media_type(frame->kind), frame->end_at - frame->picture_at,
                     frame->captured_unix_us / 1000000, frame->captured_unix_us % 1000000);
    assert(n > 0 && (size_t)n < sizeof text);
    frame->head_at = frame->picture_at - (size_t)n;
    memcpy(frame->bytes + frame->head_at, text, (size_t)n);
}

static void lay_tails(struct sc_frame *frame)
{
    char *tail = (char *)frame->bytes + frame->end_at;
    int n = snprintf(tail, TAIL_ROOM, BOUNDARY_LINE "Content-Type: %s\r\n\r\n",
                     sc_kind_media_type(frame->kind));
    assert(n > 0 && n < TAIL_ROOM);
    frame->boundary_end_at = frame->end_at + sizeof BOUNDARY_LINE - 1;
    frame->tail_end_at = frame->end_at + (size_t)n;
}

static int check(const struct sc_frame *frame, const struct sc_seal *how,
                 struct sc_picture_info *out_info, struct sc_err *err)
{
    static const struct sc_picture_limits limits = SC_PICTURE_LIMITS_DEFAULT;
    if (frame->len_bytes == 0)
        return sc_err_set(err, -EBADMSG, "there is no picture: the body is empty");
    int rc = sc_picture_probe(frame->bytes + HEAD_ROOM, frame->len_bytes, &limits, out_info, err);
    if (rc < 0)
        return rc;
    if (out_info->kind == SC_KIND_SVG && !how->is_svg_allowed)
        return sc_err_set(err, -EPERM,
                          "SVG is active content and not allowed for this stream: send JPEG or "
                          "PNG, or allow it (#svg=yes for a source, --svg NAME for publishing)");
    return 0;
}

int sc_draft_seal(struct sc_draft **taken, const struct sc_seal *how,
                  const struct sc_frame **out_frame, struct sc_err *err)
{
    struct sc_draft *draft SC_AUTO(sc_draft_destroy) = sc_steal(*taken);
    struct sc_picture_info info;
    int rc = check(draft->frame, how, &info, err);
    if (rc < 0)
        return rc;
    if (draft->frame->capacity_bytes - info.size_bytes > WASTE_BYTES)
        (void)set_capacity(draft, info.size_bytes); /* keeping too much is no failure */

    struct sc_frame *frame = sc_steal(draft->frame);
    frame->kind = info.kind;
    frame->width_px = info.width_px;
    frame->height_px = info.height_px;
    frame->is_placeholder = how->is_placeholder;
    frame->sealed_ns = sc_clock_ns();
    if (how->captured_unix_us)
        frame->captured_unix_us = how->captured_unix_us;
    else if (!frame->captured_unix_us)
        frame->captured_unix_us = sc_clock_unix_us();
    frame->picture_at = HEAD_ROOM;
    frame->end_at = HEAD_ROOM + info.size_bytes;
    if (info.is_without_huffman)
        insert_huffman(frame, info.huffman_at);
    lay_head(frame);
    lay_tails(frame);
    *out_frame = frame;
    return 0;
}

const struct sc_frame *sc_frame_ref(const struct sc_frame *frame)
{
    struct sc_frame *f = (struct sc_frame *)(uintptr_t)frame;
    atomic_fetch_add_explicit(&f->n_refs, 1, memory_order_relaxed);
    return frame;
}

void sc_frame_unref(const struct sc_frame **frame)
{
    struct sc_frame *f = (struct sc_frame *)(uintptr_t)*frame;
    *frame = NULL;
    if (f && atomic_fetch_sub_explicit(&f->n_refs, 1, memory_order_acq_rel) == 1)
        release(f);
}

void sc_frame_set_seq(const struct sc_frame *frame, uint64_t seq)
{
    ((struct sc_frame *)(uintptr_t)frame)->seq = seq;
}

uint64_t sc_frame_seq(const struct sc_frame *frame)
{
    return frame->seq;
}

uint64_t sc_frame_sealed_ns(const struct sc_frame *frame)
{
    return frame->sealed_ns;
}

uint64_t sc_frame_captured_unix_us(const struct sc_frame *frame)
{
    return frame->captured_unix_us;
}

enum sc_kind sc_frame_kind(const struct sc_frame *frame)
{
    return frame->kind;
}

uint32_t sc_frame_width_px(const struct sc_frame *frame)
{
    return frame->width_px;
}

uint32_t sc_frame_height_px(const struct sc_frame *frame)
{
    return frame->height_px;
}

bool sc_frame_is_placeholder(const struct sc_frame *frame)
{
    return frame->is_placeholder;
}

static struct sc_slice between(const struct sc_frame *frame, size_t from, size_t to)
{
    return (struct sc_slice){frame->bytes + from, to - from};
}

struct sc_slice sc_frame_picture(const struct sc_frame *frame)
{
    return between(frame, frame->picture_at, frame->end_at);
}

struct sc_slice sc_frame_part(const struct sc_frame *frame)
{
    return between(frame, frame->head_at, frame->boundary_end_at);
}

struct sc_slice sc_frame_continued(const struct sc_frame *frame)
{
    return between(frame, frame->picture_at, frame->tail_end_at);
}

struct sc_slice sc_frame_first_head(const struct sc_frame *frame)
{
    return between(frame, frame->boundary_end_at, frame->tail_end_at);
}
