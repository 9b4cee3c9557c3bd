/* SPDX-License-Identifier: MIT */
/* What the two forms of sc_cut share: the window on the bytes that are here, and the walk through
 * the picture at its front. A form looks at the front, drops what it is done with, and gives. All
 * it decides depends on the bytes alone, never on how they were chunked. */
#pragma once

#include "picture/cut.h"
#include "picture/cut/boundary.h"
#include "picture/cut/part.h"
#include "picture/jpeg.h"
#include "picture/png.h"
#include "stillcast/kind.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How often bytes may be looked at for nothing before they are given up: whoever makes pictures and
 * lengths that promise much and fail late cannot make the work more than linear. */
#define SC_CUT_VAIN_TIMES 3

struct sc_cut_plain {
    bool is_walking;   /* a picture begins at the front */
    bool is_loss_told; /* what is skipped up to the next picture has been reported */
};

struct sc_cut_multipart {
    struct sc_boundary boundary;
    int (*state)(struct sc_cut *cut, const uint8_t **out_picture, size_t *out_len_bytes);
    struct sc_boundary_search search; /* of the front, for the next delimiter */
    size_t line_bytes;                /* of the front hold no line feed */
    size_t head_bytes;                /* of the part's head are gone by */
    struct sc_cut_part part;
    bool is_length_wrong; /* no delimiter follows it */
    bool is_length_tried; /* the bytes up to it are no whole picture */
    bool has_parts;       /* a delimiter was found */
    bool has_garbage;     /* something was dropped before the first delimiter */
};

struct sc_cut {
    int (*next)(struct sc_cut *cut, const uint8_t **out_picture, size_t *out_len_bytes);
    uint8_t *data;
    size_t cap_bytes, begin, end; /* what is here is data[begin] up to data[end] */
    size_t picture_max_bytes;
    size_t usual_bytes; /* size of the largest picture lately */
    size_t vain_bytes;  /* looked at for nothing; every byte dropped pays for some */
    bool is_ended;
    struct sc_cut_walk {
        enum sc_kind kind;
        struct sc_jpeg_walk jpeg;
        struct sc_png_walk png;
        size_t tried_bytes; /* by the walk that has just failed */
        size_t told_bytes;  /* of the front belong to a loss that has been reported */
    } walk;
    struct sc_cut_plain plain;
    struct sc_cut_multipart multipart;
};

static inline const uint8_t *sc_cut_front(const struct sc_cut *cut)
{
    return cut->data + cut->begin;
}

static inline size_t sc_cut_here(const struct sc_cut *cut)
{
    return cut->end - cut->begin;
}

/** Drops bytes from the front. */
void sc_cut_drop(struct sc_cut *cut, size_t bytes);

static inline bool sc_cut_is_newline(uint8_t byte)
{
    return byte == '\r' || byte == '\n';
}

/** Returns: how many bytes it dropped. */
size_t sc_cut_drop_newlines(struct sc_cut *cut);

/** Gives len_bytes of the front to the caller and drops them. Returns: 0. */
int sc_cut_give(struct sc_cut *cut, size_t len_bytes, const uint8_t **out_picture,
                size_t *out_len_bytes);

/** Returns: SC_KIND_JPEG or SC_KIND_PNG, SC_KIND_NONE for anything else; -EAGAIN. */
int sc_cut_begins(const uint8_t *data, size_t len_bytes, bool is_ended);

/** Begins a walk through the picture at the front. kind  from sc_cut_begins. */
void sc_cut_walk_start(struct sc_cut *cut, enum sc_kind kind);

/**
 * Walks on. After any failure but -EAGAIN the caller may walk on with a larger limit (-EMSGSIZE) or
 * calls sc_cut_walk_fail.
 *
 * Returns: 0 whole, its size in out_size_bytes; -EAGAIN; -EBADMSG damaged or cut off; -EMSGSIZE it
 *          goes on behind limit_bytes.
 */
int sc_cut_walk(struct sc_cut *cut, size_t limit_bytes, size_t *out_size_bytes);

/**
 * Drops as much of a failed picture as is surely its own, so that one which a cut-off segment has
 * swallowed is found; all of it when that was tried too often.
 *
 * Returns: false when it lies within a loss that has been reported.
 */
bool sc_cut_walk_fail(struct sc_cut *cut);

/**
 * Probes the first bytes of the front for a picture of any kind.
 *
 * Returns: 0, its own size in out_size_bytes; -EBADMSG no picture, damaged or cut off.
 */
int sc_cut_probe(const struct sc_cut *cut, size_t bytes, size_t *out_size_bytes);

int sc_cut_plain_next(struct sc_cut *cut, const uint8_t **out_picture, size_t *out_len_bytes);

void sc_cut_multipart_init(struct sc_cut *cut);
int sc_cut_multipart_next(struct sc_cut *cut, const uint8_t **out_picture, size_t *out_len_bytes);
