/* SPDX-License-Identifier: MIT */
/* Walks a PNG by its chunks (ISO/IEC 15948 clause 5) while its bytes come in, up to its IEND.
 *
 * Life: all zero, then sc_png_walk again and again over the same bytes with more behind them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sc_picture_limits;

enum sc_png_phase {
    SC_PNG_START,  /* its signature and IHDR come next */
    SC_PNG_CHUNKS, /* a chunk comes next */
    SC_PNG_WHOLE,  /* behind its IEND */
};

struct sc_png_walk {
    enum sc_png_phase phase;
    size_t
        at; /* never above len_bytes: all before it is known; where the fault is after a failure */
    uint32_t width_px, height_px; /* 0 until its IHDR */
    bool has_data;                /* an IDAT came */
    size_t passed_at;  /* the last chunk passed by its length begins here; 0 until then */
    const char *fault; /* static: what is wrong, after -EBADMSG and -EMSGSIZE */
};

/**
 * Goes on from walk->at, by whole chunks; their checksums are not looked at.
 *
 * data       the picture from its first byte; it may have moved since the last call.
 * len_bytes  what is there of it now, at least as much as before.
 *
 * Returns: 0 the picture is whole and ends at walk->at; -EAGAIN more bytes are needed; -EBADMSG
 *          damaged; -EMSGSIZE over a limit. All but -EAGAIN are final: another call says the same.
 * Thread:  any.
 */
int sc_png_walk(struct sc_png_walk *walk, const uint8_t *data, size_t len_bytes,
                const struct sc_picture_limits *limits);
