/* SPDX-License-Identifier: MIT */
/* Walks a JPEG by its marker segments (ITU-T T.81 annex B) while its bytes come in. Segments are
 * passed by their length, so that a thumbnail's FF D9 inside one ends nothing; entropy-coded data
 * is passed from one FF to the next.
 *
 * Life: all zero, then sc_jpeg_walk again and again over the same bytes with more behind them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sc_picture_limits;

enum sc_jpeg_phase {
    SC_JPEG_START,    /* its SOI comes next */
    SC_JPEG_SEGMENTS, /* a marker comes next */
    SC_JPEG_SCAN,     /* inside entropy-coded data */
    SC_JPEG_WHOLE,    /* behind its EOI */
};

struct sc_jpeg_walk {
    enum sc_jpeg_phase phase;
    size_t
        at; /* never above len_bytes: all before it is known; where the fault is after a failure */
    uint32_t width_px, height_px; /* 0 until the frame header */
    uint8_t frame_marker;         /* second byte of its SOFn marker; 0 until the frame header */
    uint8_t precision_bits;
    bool has_huffman;   /* a DHT segment came */
    size_t meta_bytes;  /* APPn and COM segments so far */
    size_t scan_at;     /* offset of the first SOS marker; 0 until then */
    size_t passed_at;   /* the last segment passed by its length begins here; 0 until then */
    const char *fault;  /* static: what is wrong, after -EBADMSG and -EMSGSIZE */
    bool needs_huffman; /* a baseline frame came to its first scan without any table */
};

/**
 * Goes on from walk->at. The work of all calls together is linear in the bytes.
 *
 * data       the picture from its first byte; it may have moved since the last call.
 * len_bytes  what is there of it now, at least as much as before.
 *
 * Returns: 0 the picture is whole and ends at walk->at; -EAGAIN more bytes are needed; -EBADMSG
 *          damaged; -EMSGSIZE over a limit. All but -EAGAIN are final: another call says the same.
 * Thread:  any.
 */
int sc_jpeg_walk(struct sc_jpeg_walk *walk, const uint8_t *data, size_t len_bytes,
                 const struct sc_picture_limits *limits);
