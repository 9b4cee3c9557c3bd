/* SPDX-License-Identifier: MIT */
/* Colours are counted in a hash table. When it becomes full the lowest bits of the colours are left
 * out and counting starts again: with 4 bits a channel all colours fit. */
#include "picture/flat.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/own.h"
#include "picture/runs.h"

#define N_PLACES     (1 << 14)
#define N_TINTS_MAX  (1 << 13)
#define N_COLORS     256
#define N_SURE       96
#define DROP_MOST    4
#define EMPTY        0xffff
#define MORE         0x8000
#define CHUNK_AROUND 12 /* length, type, checksum */
#define HEAD_BYTES   (8 + CHUNK_AROUND + 13 + CHUNK_AROUND + 3 * N_COLORS + 8)
#define TAIL_BYTES   (4 + CHUNK_AROUND)

struct tint {
    uint32_t rgb; /* the first of those that fell together */
    uint32_t n_pixels;
    uint32_t color; /* index into the palette */
};

struct sc_flat {
    uint32_t width_px, height_px;
    uint16_t *places; /* hash -> tint */
    struct tint *tints;
    const struct tint **order; /* room to sort them in */
    size_t n_tints;
    uint32_t palette[N_COLORS];
    size_t n_colors;
    uint16_t *runs; /* row by row: a tint, and behind it MORE + how often it comes again, if */
    struct sc_runs packer;
    uint8_t *png;
    size_t png_max_bytes;
};

int sc_flat_create(uint32_t width_px, uint32_t height_px, struct sc_flat **out_flat)
{
    SC_AUTO(sc_flat_destroy) struct sc_flat *flat = calloc(1, sizeof *flat);
    if (!flat)
        return -ENOMEM;
    flat->width_px = width_px;
    flat->height_px = height_px;
    const size_t n_bytes = ((size_t)width_px + 1) * height_px;
    flat->png_max_bytes = HEAD_BYTES + SC_RUNS_BOUND_BYTES(n_bytes) + TAIL_BYTES;
    flat->places = malloc(N_PLACES * sizeof *flat->places);
    flat->tints = malloc(N_TINTS_MAX * sizeof *flat->tints);
    flat->order = malloc(N_TINTS_MAX * sizeof *flat->order);
    flat->runs = malloc((size_t)width_px * height_px * sizeof *flat->runs);
    flat->png = malloc(flat->png_max_bytes);
    if (!flat->places || !flat->tints || !flat->order || !flat->runs || !flat->png)
        return -ENOMEM;
    *out_flat = sc_steal(flat);
    return 0;
}

void sc_flat_destroy(struct sc_flat **flat)
{
    struct sc_flat *old = sc_steal(*flat);
    if (!old)
        return;
    free(old->places);
    free(old->tints);
    free(old->order);
    free(old->runs);
    free(old->png);
    free(old);
}

/* --- counting --- */

static inline uint32_t keep(uint32_t rgb, int drop)
{
    const uint32_t byte = 0xffu >> drop << drop;
    return rgb & (byte << 16 | byte << 8 | byte);
}

/* Returns: the tint's index; EMPTY: the table is full. */
static uint16_t find_tint(struct sc_flat *flat, uint32_t rgb, int drop)
{
    const uint32_t kept = keep(rgb, drop);
    uint32_t place = (kept * 0x9e3779b1u) >> 18;
    for (;; place = (place + 1) % N_PLACES) {
        const uint16_t at = flat->places[place];
        if (at == EMPTY)
            break;
        if (keep(flat->tints[at].rgb, drop) == kept)
            return at;
    }
    if (flat->n_tints == N_TINTS_MAX)
        return EMPTY;
    flat->tints[flat->n_tints] = (struct tint){.rgb = rgb};
    flat->places[place] = (uint16_t)flat->n_tints;
    return (uint16_t)flat->n_tints++;
}

/* Returns: where the next row's runs go; NULL: the table is full. */
static uint16_t *count_row(struct sc_flat *flat, const uint32_t *pixels, uint16_t *runs, int drop)
{
    for (uint32_t x = 0, n; x < flat->width_px; x += n) {
        const uint32_t rgb = pixels[x] & 0xffffff;
        const uint16_t tint = find_tint(flat, rgb, drop);
        const uint32_t most = flat->width_px - x < MORE ? flat->width_px - x : MORE;
        if (tint == EMPTY)
            return NULL;
        for (n = 1; n < most && (pixels[x + n] & 0xffffff) == rgb;)
            n++;
        flat->tints[tint].n_pixels += n;
        *runs++ = tint;
        if (n > 1)
            *runs++ = (uint16_t)(MORE + n - 1);
    }
    return runs;
}

static bool count(struct sc_flat *flat, const struct sc_encode_pixels *pixels, int drop)
{
    uint16_t *runs = flat->runs;
    memset(flat->places, 0xff, N_PLACES * sizeof *flat->places);
    flat->n_tints = 0;
    for (uint32_t y = 0; runs && y < flat->height_px; y++) {
        const void *row = (const char *)pixels->data + y * pixels->stride_bytes;
        runs = count_row(flat, row, runs, drop);
    }
    return runs;
}

/* --- choosing --- */

static int by_use(const void *a, const void *b)
{
    const uint32_t x = (*(const struct tint *const *)a)->n_pixels;
    const uint32_t y = (*(const struct tint *const *)b)->n_pixels;
    return (x < y) - (x > y);
}

static int by_green(const void *a, const void *b)
{
    const int x = *(const uint32_t *)a >> 8 & 255, y = *(const uint32_t *)b >> 8 & 255;
    return (x > y) - (x < y);
}

static int part(uint32_t rgb, int shift)
{
    return (int)(rgb >> shift & 255);
}

/* In a palette that is sorted by green, from where green is the same outwards, until green alone is
 * further away than the best that was found. */
static uint32_t nearest(const struct sc_flat *flat, const uint16_t *first_of_green, uint32_t rgb)
{
    const int green = part(rgb, 8), n = (int)flat->n_colors;
    int best = 0, best_far = INT32_MAX;
    for (int way = -1; way <= 1; way += 2)
        for (int i = first_of_green[green] - (way < 0); i >= 0 && i < n; i += way) {
            const int g = part(flat->palette[i], 8) - green;
            const int r = part(flat->palette[i], 16) - part(rgb, 16);
            const int b = part(flat->palette[i], 0) - part(rgb, 0);
            const int far = 4 * g * g + 2 * r * r + b * b;
            if (4 * g * g >= best_far)
                break;
            if (far < best_far) {
                best_far = far;
                best = i;
            }
        }
    return (uint32_t)best;
}

static bool take(struct sc_flat *flat, const struct tint **tint)
{
    if (!*tint || flat->n_colors == N_COLORS)
        return false;
    flat->palette[flat->n_colors++] = (*tint)->rgb;
    *tint = NULL;
    return true;
}

/* The most used ones as they are; then one of each corner of the colours, so that what is small but
 * of another colour keeps that; then again the most used. */
static void take_colors(struct sc_flat *flat, const struct tint **order)
{
    uint8_t is_near[1 << 12] = {0};
    flat->n_colors = 0;
    for (size_t i = 0; i < flat->n_tints; i++) {
        const uint32_t rgb = order[i]->rgb;
        uint8_t *seen = &is_near[(rgb >> 12 & 0xf00) | (rgb >> 8 & 0xf0) | (rgb >> 4 & 0xf)];
        if ((i < N_SURE || !*seen) && take(flat, &order[i]))
            *seen = 1;
    }
    for (size_t i = 0; i < flat->n_tints; i++)
        (void)take(flat, &order[i]);
}

static void choose_palette(struct sc_flat *flat)
{
    const struct tint **order = flat->order;
    uint16_t first_of_green[256];
    for (size_t i = 0; i < flat->n_tints; i++)
        order[i] = &flat->tints[i];
    if (flat->n_tints > N_COLORS)
        qsort(order, flat->n_tints, sizeof *order, by_use);
    take_colors(flat, order);
    qsort(flat->palette, flat->n_colors, sizeof *flat->palette, by_green);
    for (size_t green = 0, i = 0; green < 256; green++) {
        while (i < flat->n_colors && (size_t)part(flat->palette[i], 8) < green)
            i++;
        first_of_green[green] = (uint16_t)i;
    }
    for (size_t i = 0; i < flat->n_tints; i++)
        flat->tints[i].color = nearest(flat, first_of_green, flat->tints[i].rgb);
}

/* --- writing --- */

static uint8_t *put_u32(uint8_t *to, uint32_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        *to++ = (uint8_t)(value >> shift);
    return to;
}

/* Lays length, type and checksum around data that is at chunk + 8. Returns: the next chunk. */
static uint8_t *close_chunk(uint8_t *chunk, const char *type, size_t len_bytes)
{
    (void)put_u32(chunk, (uint32_t)len_bytes);
    memcpy(chunk + 4, type, 4);
    return put_u32(chunk + 8 + len_bytes, (uint32_t)crc32(0, chunk + 4, (uInt)len_bytes + 4));
}

static uint8_t *put_head(const struct sc_flat *flat, uint8_t *to)
{
    static const uint8_t signature[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    static const uint8_t format[] = {8, 3, 0, 0, 0}; /* 8 bits, a palette, nothing else */
    memcpy(to, signature, sizeof signature);
    to += sizeof signature;
    memcpy(put_u32(put_u32(to + 8, flat->width_px), flat->height_px), format, sizeof format);
    to = close_chunk(to, "IHDR", 13);
    for (size_t i = 0; i < flat->n_colors; i++)
        for (size_t k = 0; k < 3; k++)
            to[8 + 3 * i + k] = (uint8_t)part(flat->palette[i], 16 - 8 * (int)k);
    return close_chunk(to, "PLTE", 3 * flat->n_colors);
}

typedef void take_run(struct sc_runs *, uint8_t byte, uint32_t n);

/* Each row behind its filter byte. */
static void tell_rows(struct sc_flat *flat, take_run *tell)
{
    const uint16_t *run = flat->runs;
    for (uint32_t y = 0; y < flat->height_px; y++) {
        tell(&flat->packer, 0, 1);
        for (uint32_t x = 0, n; x < flat->width_px; x += n) {
            const uint8_t color = (uint8_t)flat->tints[*run++].color;
            n = x + 1 < flat->width_px && *run >= MORE ? 1u + *run++ - MORE : 1;
            tell(&flat->packer, color, n);
        }
    }
}

static uint8_t *put_rows(struct sc_flat *flat, uint8_t *chunk)
{
    sc_runs_begin(&flat->packer);
    tell_rows(flat, sc_runs_count);
    sc_runs_open(&flat->packer, chunk + 8);
    tell_rows(flat, sc_runs_write);
    const uint8_t *end = sc_runs_close(&flat->packer);
    return close_chunk(chunk, "IDAT", (size_t)(end - chunk - 8));
}

void sc_flat_encode(struct sc_flat *flat, const struct sc_encode_pixels *pixels,
                    const uint8_t **out_png, size_t *out_len_bytes)
{
    int drop = 0;
    assert(pixels->width_px == flat->width_px && pixels->height_px == flat->height_px);
    while (!count(flat, pixels, drop))
        drop++;
    assert(drop <= DROP_MOST);
    choose_palette(flat);
    uint8_t *to = put_head(flat, flat->png);
    to = put_rows(flat, to);
    to = close_chunk(to, "IEND", 0);
    *out_png = flat->png;
    *out_len_bytes = (size_t)(to - flat->png);
}
