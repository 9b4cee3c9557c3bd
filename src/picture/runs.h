/* SPDX-License-Identifier: MIT */
/* Writes zlib's form (RFC 1950 and 1951) of bytes that come in runs, as the pixels of a drawing do.
 * Each run is told twice, first to be counted and then to be written; nothing but a byte's
 * repetition is used. It is as small as what zlib makes with Z_RLE, in a third of the time
 * (docs/drawing.md), because runs need not be found again.
 *
 * Life: begin -> count... -> open -> write the same... -> close, as often as wanted. Nothing is
 * allocated. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define SC_RUNS_N_SYMBOLS  286
#define SC_RUNS_MATCH_MOST 258
#define SC_RUNS_TOTAL_MOST (1u << 26) /* bytes in all runs together */

/* Room for whatever becomes of so many bytes. */
#define SC_RUNS_BOUND_BYTES(n_bytes) ((size_t)(n_bytes) / 8 * 9 + (size_t)(n_bytes) / 64 + 256)

struct sc_runs_code {
    uint32_t bits;
    uint32_t n_bits;
};

/* Its parts are its own. */
struct sc_runs {
    uint32_t counts[SC_RUNS_N_SYMBOLS];
    uint8_t lengths[SC_RUNS_N_SYMBOLS]; /* of codes, in bits */
    struct sc_runs_code symbols[SC_RUNS_N_SYMBOLS];
    struct sc_runs_code matches[SC_RUNS_MATCH_MOST + 1]; /* with their extra bits and distance */
    uint8_t *out;
    uint64_t bits;
    uint32_t n_bits;
    uint64_t sum, sum_of_sums; /* Adler's, not yet reduced */
};

void sc_runs_begin(struct sc_runs *runs);

/** Counts n times the byte. n  at least 1. */
void sc_runs_count(struct sc_runs *runs, uint8_t byte, uint32_t n);

/** Chooses the codes. out  room of SC_RUNS_BOUND_BYTES of all that was counted. */
void sc_runs_open(struct sc_runs *runs, uint8_t *out);

/** Writes n times the byte, in the order and the sizes in which it was counted. */
void sc_runs_write(struct sc_runs *runs, uint8_t byte, uint32_t n);

/** Returns: the end of what was written. */
uint8_t *sc_runs_close(struct sc_runs *runs);
