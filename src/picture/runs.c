/* SPDX-License-Identifier: MIT */
#include "picture/runs.h"

#include <endian.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define END           256
#define FIRST_MATCH   257
#define N_KINDS       29 /* of matches */
#define MATCH_LEAST   3
#define CODE_BITS_MAX 15
#define ADLER         65521

/* The shortest match of each kind. */
static const uint16_t shortest[N_KINDS] = {3,  4,  5,  6,   7,   8,   9,   10,  11, 13,
                                           15, 17, 19, 23,  27,  31,  35,  43,  51, 59,
                                           67, 83, 99, 115, 131, 163, 195, 227, 258};

static uint32_t n_extra_bits(uint32_t kind)
{
    return kind < 8 || kind == N_KINDS - 1 ? 0 : kind / 4 - 1;
}

/* --- counting --- */

void sc_runs_begin(struct sc_runs *runs)
{
    memset(runs, 0, sizeof *runs);
    runs->counts[END] = 1;
    runs->sum = 1;
    for (uint32_t kind = 0, n = MATCH_LEAST; n <= SC_RUNS_MATCH_MOST; n++) {
        while (kind + 1 < N_KINDS && n >= shortest[kind + 1])
            kind++;
        runs->matches[n].bits = FIRST_MATCH + kind; /* until codes are known */
    }
}

void sc_runs_count(struct sc_runs *runs, uint8_t byte, uint32_t n)
{
    const uint32_t n_most = (n - 1) / SC_RUNS_MATCH_MOST, n_rest = (n - 1) % SC_RUNS_MATCH_MOST;
    runs->counts[byte]++;
    runs->counts[FIRST_MATCH + N_KINDS - 1] += n_most;
    if (n_rest >= MATCH_LEAST)
        runs->counts[runs->matches[n_rest].bits]++;
    else
        runs->counts[byte] += n_rest;
}

/* --- codes: Huffman's, cut to CODE_BITS_MAX --- */

struct node {
    uint32_t count;
    uint16_t symbol, parent, depth;
};

static int by_count(const void *a, const void *b)
{
    const struct node *x = a, *y = b;
    const int more = (x->count > y->count) - (x->count < y->count);
    return more ? more : (int)x->symbol - (int)y->symbol;
}

/* Joins the two that came least until one is left: leaves are sorted, and joints come out so. */
static void grow(struct node *nodes, size_t n)
{
    size_t leaf = 0, joint = n;
    for (size_t next = n; next < 2 * n - 1; next++) {
        nodes[next].count = 0;
        for (int i = 0; i < 2; i++) {
            const bool is_leaf =
                leaf < n && (joint == next || nodes[leaf].count <= nodes[joint].count);
            struct node *least = &nodes[is_leaf ? leaf++ : joint++];
            least->parent = (uint16_t)next;
            nodes[next].count += least->count;
        }
    }
    nodes[2 * n - 2].depth = 0;
    for (size_t i = 2 * n - 2; i-- > 0;)
        nodes[i].depth = (uint16_t)(nodes[nodes[i].parent].depth + 1);
}

/* Counts how many codes have which length, and brings those that are too long to the longest that
 * can be: each that has to give way halves the place of a shorter one. */
static void cut(const struct node *leaves, size_t n, uint32_t n_of[CODE_BITS_MAX + 1])
{
    uint32_t used = 0;
    for (size_t i = 0; i < n; i++) {
        const uint32_t depth = leaves[i].depth < CODE_BITS_MAX ? leaves[i].depth : CODE_BITS_MAX;
        n_of[depth]++;
        used += 1u << (CODE_BITS_MAX - depth);
    }
    for (; used > 1u << CODE_BITS_MAX; used--) {
        uint32_t depth = CODE_BITS_MAX - 1;
        while (n_of[depth] == 0)
            depth--;
        n_of[depth]--;
        n_of[depth + 1] += 2;
        n_of[CODE_BITS_MAX]--;
    }
}

static uint32_t mirrored(uint32_t code, uint32_t n_bits)
{
    uint32_t out = 0;
    for (uint32_t i = 0; i < n_bits; i++)
        out |= (code >> i & 1) << (n_bits - 1 - i);
    return out;
}

static void number_codes(struct sc_runs *runs, const uint32_t n_of[CODE_BITS_MAX + 1])
{
    uint32_t next[CODE_BITS_MAX + 2] = {0};
    for (uint32_t bits = 1; bits <= CODE_BITS_MAX; bits++)
        next[bits + 1] = (next[bits] + n_of[bits]) << 1;
    for (size_t i = 0; i < SC_RUNS_N_SYMBOLS; i++) {
        const uint32_t bits = runs->lengths[i];
        if (bits > 0)
            runs->symbols[i] = (struct sc_runs_code){mirrored(next[bits]++, bits), bits};
    }
}

static void choose_codes(struct sc_runs *runs)
{
    struct node nodes[2 * SC_RUNS_N_SYMBOLS] = {0};
    uint32_t n_of[CODE_BITS_MAX + 1] = {0};
    size_t n = 0;
    for (uint16_t i = 0; i < SC_RUNS_N_SYMBOLS; i++)
        if (runs->counts[i] > 0)
            nodes[n++] = (struct node){.count = runs->counts[i], .symbol = i};
    qsort(nodes, n, sizeof *nodes, by_count);
    grow(nodes, n);
    cut(nodes, n, n_of);
    size_t rarest = 0;
    for (uint8_t bits = CODE_BITS_MAX; bits > 0; bits--)
        for (uint32_t i = 0; i < n_of[bits]; i++)
            runs->lengths[nodes[rarest++].symbol] = bits;
    number_codes(runs, n_of);
}

/* The one distance has a code of one bit, 0, which stands last. */
static void join_matches(struct sc_runs *runs)
{
    for (uint32_t n = MATCH_LEAST; n <= SC_RUNS_MATCH_MOST; n++) {
        const uint32_t symbol = runs->matches[n].bits, kind = symbol - FIRST_MATCH;
        const struct sc_runs_code *code = &runs->symbols[symbol];
        runs->matches[n].bits = code->bits | (n - shortest[kind]) << code->n_bits;
        runs->matches[n].n_bits = code->n_bits + n_extra_bits(kind) + 1;
    }
}

/* --- writing --- */

/* Room for eight bytes is always there. */
static inline void put(struct sc_runs *runs, uint32_t bits, uint32_t n_bits)
{
    runs->bits |= (uint64_t)bits << runs->n_bits;
    runs->n_bits += n_bits;
    const uint64_t all = htole64(runs->bits);
    memcpy(runs->out, &all, sizeof all);
    const uint32_t n_bytes = runs->n_bits / 8;
    runs->out += n_bytes;
    runs->bits >>= n_bytes * 8;
    runs->n_bits -= n_bytes * 8;
}

/* One block with codes of its own. Their lengths are written by 4 bits each, and nothing is gained
 * from their repetition: they take 144 bytes. */
static void write_head(struct sc_runs *runs)
{
    put(runs, 0x78, 8); /* a window of 32 KiB */
    put(runs, 0x01, 8);
    put(runs, 1 | 2 << 1, 3);
    put(runs, SC_RUNS_N_SYMBOLS - FIRST_MATCH, 5);
    put(runs, 0, 5); /* one distance */
    put(runs, 15, 4);
    put(runs, 0, 9); /* no repetition of lengths */
    for (int i = 0; i < 16; i++)
        put(runs, 4, 3);
    for (int i = 0; i < SC_RUNS_N_SYMBOLS; i++)
        put(runs, mirrored(runs->lengths[i], 4), 4);
    put(runs, mirrored(1, 4), 4);
}

void sc_runs_open(struct sc_runs *runs, uint8_t *out)
{
    runs->out = out;
    choose_codes(runs);
    join_matches(runs);
    write_head(runs);
}

void sc_runs_write(struct sc_runs *runs, uint8_t byte, uint32_t n)
{
    const struct sc_runs_code literal = runs->symbols[byte];
    runs->sum_of_sums += n * runs->sum + (uint64_t)byte * n * (n + 1) / 2;
    runs->sum += (uint64_t)byte * n;
    put(runs, literal.bits, literal.n_bits);
    for (n--; n >= MATCH_LEAST;) {
        const uint32_t part = n < SC_RUNS_MATCH_MOST ? n : SC_RUNS_MATCH_MOST;
        put(runs, runs->matches[part].bits, runs->matches[part].n_bits);
        n -= part;
    }
    for (; n > 0; n--)
        put(runs, literal.bits, literal.n_bits);
}

uint8_t *sc_runs_close(struct sc_runs *runs)
{
    const uint32_t adler = (uint32_t)(runs->sum_of_sums % ADLER << 16 | runs->sum % ADLER);
    const uint32_t out = htobe32(adler);
    put(runs, runs->symbols[END].bits, runs->symbols[END].n_bits);
    runs->out += runs->n_bits > 0;
    memcpy(runs->out, &out, sizeof out);
    return runs->out + sizeof out;
}
