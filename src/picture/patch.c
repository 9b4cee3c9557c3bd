/* SPDX-License-Identifier: MIT */
/* libjpeg-turbo decodes and encodes the coefficients (its lossless transform that transforms
 * nothing) and shows them in between, row of blocks by row of blocks. What the layers mean for each
 * sample of each plane is worked out once and kept until a layer or the picture's geometry is
 * another one. */
#include "picture/patch.h"

#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

#include "base/own.h"
#include "picture/patch_head.h"

#define BLOCK 8

/* What a layer is to one plane: samples from the block at left, top. */
struct veil {
    int left, top, across, down; /* in blocks */
    float *samples;              /* value, alpha; block by block, row by row */
    bool *is_touched;            /* blocks */
};

struct sc_patch {
    tjhandle turbo;
    float basis[BLOCK][BLOCK]; /* of the cosine transform: frequency, sample */
    struct sc_patch_head head;
    struct sc_patch_layer layers[SC_PATCH_LAYERS_MAX]; /* what the veils are of */
    struct veil veils[SC_PATCH_LAYERS_MAX][SC_PATCH_PLANES_MAX];
    uint8_t *jpeg;
    unsigned long jpeg_max_bytes; /* at least */
};

static void fill_basis(struct sc_patch *patch)
{
    for (int k = 0; k < BLOCK; k++)
        for (int x = 0; x < BLOCK; x++)
            patch->basis[k][x] =
                (float)((k == 0 ? sqrt(0.125) : 0.5) * cos((2 * x + 1) * k * M_PI / 16));
}

int sc_patch_create(struct sc_patch **out_patch)
{
    SC_AUTO(sc_patch_destroy) struct sc_patch *patch = calloc(1, sizeof *patch);
    if (!patch)
        return -ENOMEM;
    patch->turbo = tjInitTransform();
    if (!patch->turbo)
        return -ENOMEM;
    fill_basis(patch);
    *out_patch = sc_steal(patch);
    return 0;
}

static void drop_veil(struct veil *veil)
{
    free(veil->samples);
    free(veil->is_touched);
    *veil = (struct veil){0};
}

void sc_patch_destroy(struct sc_patch **patch)
{
    struct sc_patch *old = sc_steal(*patch);
    if (!old)
        return;
    for (int i = 0; i < SC_PATCH_LAYERS_MAX * SC_PATCH_PLANES_MAX; i++)
        drop_veil(&old->veils[i / SC_PATCH_PLANES_MAX][i % SC_PATCH_PLANES_MAX]);
    if (old->turbo)
        (void)tjDestroy(old->turbo);
    tjFree(old->jpeg);
    free(old);
}

int sc_patch_look(const uint8_t *jpeg, size_t len_bytes, uint32_t *out_width_px,
                  uint32_t *out_height_px)
{
    struct sc_patch_head head;
    const int rc = sc_patch_head_read(&head, jpeg, len_bytes);
    if (rc < 0)
        return rc;
    *out_width_px = head.width_px;
    *out_height_px = head.height_px;
    return 0;
}

/* --- veils --- */

static uint32_t pixel_at(const struct sc_patch_layer *layer, int x, int y)
{
    uint32_t argb;
    memcpy(&argb, (const char *)layer->pixels + (size_t)y * layer->stride_bytes + (size_t)x * 4, 4);
    return argb;
}

/* A premultiplied colour as a plane has it (BT.601, full range), around 0. */
static float plane_value(uint32_t argb, int plane)
{
    static const float weights[SC_PATCH_PLANES_MAX][3] = {
        {0.299f, 0.587f, 0.114f}, {-0.168736f, -0.331264f, 0.5f}, {0.5f, -0.418688f, -0.081312f}};
    const float alpha = (float)(argb >> 24) / 255;
    const float value = weights[plane][0] * (float)(argb >> 16 & 255) +
                        weights[plane][1] * (float)(argb >> 8 & 255) +
                        weights[plane][2] * (float)(argb & 255);
    return plane == 0 ? value - 128 * alpha : value;
}

/* The mean of the layer's pixels under one sample, which covers across x down pixels from x, y. */
static void sample(const struct sc_patch_layer *layer, int plane, int x, int y, int across,
                   int down, float *out_value, float *out_alpha)
{
    float value = 0, alpha = 0;
    for (int j = y - layer->y; j < y - layer->y + down; j++)
        for (int i = x - layer->x; i < x - layer->x + across; i++) {
            if (i < 0 || j < 0 || i >= layer->width_px || j >= layer->height_px)
                continue;
            const uint32_t argb = pixel_at(layer, i, j);
            value += plane_value(argb, plane);
            alpha += (float)(argb >> 24) / 255;
        }
    *out_value = value / (float)(across * down);
    *out_alpha = alpha / (float)(across * down);
}

static int floor_div(int a, int b)
{
    return a / b - (a % b < 0);
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

static int most(int a, int b)
{
    return a > b ? a : b;
}

/* Pixels that one sample of the plane covers. */
static int across_px(const struct sc_patch_head *head, int plane)
{
    return head->planes[0].across / head->planes[plane].across;
}

static int down_px(const struct sc_patch_head *head, int plane)
{
    return head->planes[0].down / head->planes[plane].down;
}

static void lay_veil(struct veil *veil, const struct sc_patch_head *head,
                     const struct sc_patch_layer *layer, int plane)
{
    const int wide = BLOCK * across_px(head, plane), high = BLOCK * down_px(head, plane);
    const int right = least(layer->x + layer->width_px, (int)head->width_px);
    const int bottom = least(layer->y + layer->height_px, (int)head->height_px);
    veil->left = most(floor_div(layer->x, wide), 0);
    veil->top = most(floor_div(layer->y, high), 0);
    const bool is_outside = right <= layer->x || bottom <= layer->y;
    veil->across = is_outside ? 0 : most(floor_div(right - 1, wide) + 1 - veil->left, 0);
    veil->down = is_outside ? 0 : most(floor_div(bottom - 1, high) + 1 - veil->top, 0);
}

static void fill_block(struct veil *veil, const struct sc_patch_head *head,
                       const struct sc_patch_layer *layer, int plane, int at)
{
    const int across = across_px(head, plane), down = down_px(head, plane);
    const int left = (veil->left + at % veil->across) * BLOCK;
    const int top = (veil->top + at / veil->across) * BLOCK;
    float *to = veil->samples + (size_t)at * BLOCK * BLOCK * 2;
    for (int i = 0; i < BLOCK * BLOCK; i++, to += 2) {
        sample(layer, plane, (left + i % BLOCK) * across, (top + i / BLOCK) * down, across, down,
               &to[0], &to[1]);
        veil->is_touched[at] |= to[1] > 0;
    }
}

static int make_veil(struct veil *veil, const struct sc_patch_head *head,
                     const struct sc_patch_layer *layer, int plane)
{
    drop_veil(veil);
    if (!layer->pixels)
        return 0;
    lay_veil(veil, head, layer, plane);
    const size_t n = (size_t)veil->across * (size_t)veil->down;
    if (n == 0)
        return 0;
    veil->samples = malloc(n * BLOCK * BLOCK * 2 * sizeof *veil->samples);
    veil->is_touched = calloc(n, sizeof *veil->is_touched);
    if (!veil->samples || !veil->is_touched) {
        drop_veil(veil);
        return -ENOMEM;
    }
    for (size_t at = 0; at < n; at++)
        fill_block(veil, head, layer, plane, (int)at);
    return 0;
}

static bool is_same_layer(const struct sc_patch_layer *a, const struct sc_patch_layer *b)
{
    return a->pixels == b->pixels && a->version == b->version && a->x == b->x && a->y == b->y &&
           a->width_px == b->width_px && a->height_px == b->height_px;
}

static bool is_same_geometry(const struct sc_patch_head *a, const struct sc_patch_head *b)
{
    return a->width_px == b->width_px && a->height_px == b->height_px &&
           a->n_planes == b->n_planes && memcmp(a->planes, b->planes, sizeof a->planes) == 0;
}

static int make_veils(struct sc_patch *patch, const struct sc_patch_head *head,
                      const struct sc_patch_layer *layers)
{
    const bool is_same = is_same_geometry(head, &patch->head);
    int rc = 0;
    patch->head = *head;
    for (int i = 0; i < SC_PATCH_LAYERS_MAX; i++) {
        if (is_same && is_same_layer(&patch->layers[i], &layers[i]))
            continue;
        for (int plane = 0; plane < head->n_planes && rc == 0; plane++)
            rc = make_veil(&patch->veils[i][plane], head, &layers[i], plane);
        patch->layers[i] = layers[i];
    }
    if (rc < 0)
        patch->head = (struct sc_patch_head){0}; /* all anew next time */
    return rc;
}

/* --- blocks --- */

/* to = left * from, or its transposed, with the basis on the left; then once more on the right. */
static void to_samples(const struct sc_patch *patch, const float *from, float *to)
{
    float half[BLOCK * BLOCK];
    for (int v = 0; v < BLOCK; v++)
        for (int x = 0; x < BLOCK; x++) {
            float sum = 0;
            for (int u = 0; u < BLOCK; u++)
                sum += from[v * BLOCK + u] * patch->basis[u][x];
            half[v * BLOCK + x] = sum;
        }
    for (int y = 0; y < BLOCK; y++)
        for (int x = 0; x < BLOCK; x++) {
            float sum = 0;
            for (int v = 0; v < BLOCK; v++)
                sum += half[v * BLOCK + x] * patch->basis[v][y];
            to[y * BLOCK + x] = sum;
        }
}

static void to_frequencies(const struct sc_patch *patch, const float *from, float *to)
{
    float half[BLOCK * BLOCK];
    for (int y = 0; y < BLOCK; y++)
        for (int u = 0; u < BLOCK; u++) {
            float sum = 0;
            for (int x = 0; x < BLOCK; x++)
                sum += from[y * BLOCK + x] * patch->basis[u][x];
            half[y * BLOCK + u] = sum;
        }
    for (int v = 0; v < BLOCK; v++)
        for (int u = 0; u < BLOCK; u++) {
            float sum = 0;
            for (int y = 0; y < BLOCK; y++)
                sum += half[y * BLOCK + u] * patch->basis[v][y];
            to[v * BLOCK + u] = sum;
        }
}

static short quantize(float value, float step, int i)
{
    const float limit = i == 0 ? 2047 : 1023; /* what 8-bit baseline can say */
    return (short)lrintf(fminf(fmaxf(value / step, -limit), limit));
}

static void change_block(const struct sc_patch *patch, short *block, const uint16_t *steps,
                         const float *veil)
{
    float frequencies[BLOCK * BLOCK], samples[BLOCK * BLOCK];
    for (int i = 0; i < BLOCK * BLOCK; i++)
        frequencies[i] = (float)block[i] * steps[i];
    to_samples(patch, frequencies, samples);
    for (int i = 0; i < BLOCK * BLOCK; i++)
        samples[i] = fminf(fmaxf(samples[i], -128), 127) * (1 - veil[2 * i + 1]) + veil[2 * i];
    to_frequencies(patch, samples, frequencies);
    for (int i = 0; i < BLOCK * BLOCK; i++)
        block[i] = quantize(frequencies[i], steps[i], i);
}

/* libjpeg-turbo's callback: some blocks of one plane. */
static int change(short *blocks, tjregion blocks_at, tjregion plane_size, int plane, int transform,
                  struct tjtransform *how)
{
    const struct sc_patch *patch = how->data;
    const uint16_t *steps = patch->head.steps[patch->head.planes[plane].table];
    const int left = blocks_at.x / BLOCK, across = blocks_at.w / BLOCK;
    (void)plane_size;
    (void)transform;
    for (int i = 0; i < SC_PATCH_LAYERS_MAX; i++) {
        const struct veil *veil = &patch->veils[i][plane];
        for (int y = blocks_at.y / BLOCK; y < (blocks_at.y + blocks_at.h) / BLOCK; y++)
            for (int x = most(left, veil->left);
                 x < least(left + across, veil->left + veil->across); x++) {
                const int at = (y - veil->top) * veil->across + x - veil->left;
                if (y < veil->top || y >= veil->top + veil->down || !veil->is_touched[at])
                    continue;
                const size_t block =
                    (size_t)(y - blocks_at.y / BLOCK) * (size_t)across + (size_t)(x - left);
                change_block(patch, blocks + block * BLOCK * BLOCK, steps,
                             veil->samples + (size_t)at * BLOCK * BLOCK * 2);
            }
    }
    return 0;
}

/* libjpeg-turbo takes a larger buffer when it needs one. */
static int transform(struct sc_patch *patch, const uint8_t *jpeg, size_t len_bytes,
                     size_t *out_len_bytes)
{
    struct tjtransform how = {.op = TJXOP_NONE, .data = patch, .customFilter = change};
    const uint8_t *before = patch->jpeg;
    unsigned long bytes = patch->jpeg_max_bytes;
    /* A damaged picture must not come out as a whole one, so any warning is an end. */
    const int rc = tjTransform(patch->turbo, jpeg, len_bytes, 1, &patch->jpeg, &bytes, &how,
                               TJFLAG_STOPONWARNING);
    if (patch->jpeg != before)
        patch->jpeg_max_bytes = rc < 0 ? 0 : bytes;
    *out_len_bytes = bytes;
    return rc < 0 ? -EBADMSG : 0;
}

int sc_patch_jpeg(struct sc_patch *patch, const uint8_t *jpeg, size_t len_bytes,
                  const struct sc_patch_layer layers[SC_PATCH_LAYERS_MAX], const uint8_t **out_jpeg,
                  size_t *out_len_bytes)
{
    struct sc_patch_head head;
    int rc = sc_patch_head_read(&head, jpeg, len_bytes);
    if (rc == 0)
        rc = make_veils(patch, &head, layers);
    if (rc == 0)
        rc = transform(patch, jpeg, len_bytes, out_len_bytes);
    if (rc == 0)
        *out_jpeg = patch->jpeg;
    return rc;
}
