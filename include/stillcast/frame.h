/* SPDX-License-Identifier: MIT */
/* A frame is one immutable picture with its sequence number, capture time, kind and size: counted,
 * shared by everybody who shows it, never copied. Before that it is a draft, which one owner fills.
 *
 * Life: draft_create -> room/commit or append -> seal (checked, repaired, multipart head and tails
 * laid around it, immutable) -> sc_stream_publish (numbered) -> ref/unref on any thread. */
#pragma once

#include "stillcast/api.h"
#include "stillcast/err.h"
#include "stillcast/kind.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sc_pool;
struct sc_draft;
struct sc_frame;

/* Bytes inside a frame, borrowed for as long as the frame is held. */
struct sc_slice {
    const uint8_t *data;
    size_t len_bytes;
};

/**
 * Counts the memory of all drafts and frames made from it and refuses what goes above max_bytes. It
 * may be ended while frames are out: the last one frees it.
 *
 * frame_max_bytes  the largest picture.
 *
 * Returns: 0; -ENOMEM.
 * Thread:  any.
 */
SC_API int sc_pool_create(size_t max_bytes, size_t frame_max_bytes, struct sc_pool **out_pool);
SC_API void sc_pool_unref(struct sc_pool **pool);
SC_API struct sc_pool *sc_pool_ref(struct sc_pool *pool);

/** Returns: bytes that drafts and frames take now. */
SC_API size_t sc_pool_used_bytes(const struct sc_pool *pool);

/** Returns: the largest picture this pool takes. */
SC_API size_t sc_pool_frame_max_bytes(const struct sc_pool *pool);

/**
 * capacity_bytes  what is known of the size; it grows up to the pool's frame_max_bytes.
 *
 * Returns: 0; -ENOMEM (also when the pool is exhausted); -EMSGSIZE above frame_max_bytes.
 * Thread:  any.
 */
SC_API int sc_draft_create(struct sc_pool *pool, size_t capacity_bytes,
                           struct sc_draft **out_draft);
SC_API void sc_draft_destroy(struct sc_draft **draft);

/**
 * Where the next bytes go; at least want_bytes of room, more where there is capacity.
 *
 * Returns: 0; -EMSGSIZE above the pool's frame_max_bytes; -ENOMEM. The draft stays as it was.
 * Thread:  owner.
 */
SC_API int sc_draft_room(struct sc_draft *draft, size_t want_bytes, uint8_t **out_room,
                         size_t *out_room_bytes);
SC_API void sc_draft_commit(struct sc_draft *draft, size_t bytes);

/** Says when the picture was taken, in microseconds since 1970; otherwise that is when it is
 * sealed. */
SC_API void sc_draft_set_captured(struct sc_draft *draft, uint64_t unix_us);

/** Returns: as sc_draft_room. */
SC_API int sc_draft_append(struct sc_draft *draft, const void *data, size_t len_bytes);

/** Returns: bytes written so far. */
SC_API size_t sc_draft_len_bytes(const struct sc_draft *draft);

/** Returns: what was written so far, borrowed until the next call. */
SC_API struct sc_slice sc_draft_written(const struct sc_draft *draft);

/* How a draft becomes a frame. All zero is a good start. */
struct sc_seal {
    uint64_t captured_unix_us; /* 0: as the draft says, else now */
    bool is_svg_allowed;
    bool is_placeholder; /* stands for a picture that is missing */
};

/**
 * Checks the picture (whole, known kind, within limits), inserts missing Huffman tables, trims what
 * follows it, lays the multipart head and both tails around it, and makes it immutable.
 *
 * draft  taken, on failure too.
 * err    NULL, or gets a sentence for whoever sent the picture.
 *
 * Returns: 0; -EBADMSG no picture, damaged or cut off; -EMSGSIZE over a limit; -EPERM an SVG where
 *          none is allowed.
 * Thread:  owner.
 */
SC_API int sc_draft_seal(struct sc_draft **draft, const struct sc_seal *how,
                         const struct sc_frame **out_frame, struct sc_err *err);

SC_API const struct sc_frame *sc_frame_ref(const struct sc_frame *frame);
SC_API void sc_frame_unref(const struct sc_frame **frame);

/** Returns: 1 for the first frame of a stream; 0 before it was published. */
SC_API uint64_t sc_frame_seq(const struct sc_frame *frame);
/** Returns: CLOCK_MONOTONIC at seal, in ns. */
SC_API uint64_t sc_frame_sealed_ns(const struct sc_frame *frame);
/** Returns: microseconds since 1970 when the picture was taken, as X-Timestamp tells it. */
SC_API uint64_t sc_frame_captured_unix_us(const struct sc_frame *frame);
SC_API enum sc_kind sc_frame_kind(const struct sc_frame *frame);
SC_API uint32_t sc_frame_width_px(const struct sc_frame *frame);
SC_API uint32_t sc_frame_height_px(const struct sc_frame *frame);
SC_API bool sc_frame_is_placeholder(const struct sc_frame *frame);

/** The picture itself: for snapshots, recordings, raw streams. */
SC_API struct sc_slice sc_frame_picture(const struct sc_frame *frame);

/** Part head with Content-Length, picture, boundary: what programs get. */
SC_API struct sc_slice sc_frame_part(const struct sc_frame *frame);

/** Picture, boundary, next part's head without length: what browsers get, whose part head went out
 * with the frame before. */
SC_API struct sc_slice sc_frame_continued(const struct sc_frame *frame);

/** The head that a browser's very first part needs. */
SC_API struct sc_slice sc_frame_first_head(const struct sc_frame *frame);

/** The one boundary that we send (RFC 2046 section 5.1.1), without dashes. */
#define SC_FRAME_BOUNDARY "boundarydonotcross"
