/* SPDX-License-Identifier: MIT */
#include "draw/raster.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#define FAR_PX 1e6f /* beyond that a float no longer tells pixels apart */

static inline uint32_t mix(uint32_t under, uint32_t over, uint32_t cover)
{
    const uint32_t rest = 256 - cover;
    const uint32_t red_blue = ((over & 0xff00ff) * cover + (under & 0xff00ff) * rest) >> 8;
    const uint32_t green = ((over & 0x00ff00) * cover + (under & 0x00ff00) * rest) >> 8;
    return 0xff000000 | (red_blue & 0xff00ff) | (green & 0x00ff00);
}

static inline float clamp(float x, float least, float most)
{
    return x < least ? least : x > most ? most : x;
}

/* Rounds towards 0, which is down: nothing is drawn at negative places. */
static inline int clamp_px(float x, int least, int most)
{
    return (int)clamp(x, (float)least, (float)most);
}

/* What a stroke has touched, in raster pixels. */
struct touched {
    int top, bottom;
};

/* One of a line's segments, seen along the axis that it follows more: "along" rises from a to b,
 * and "aside" changes less than along does. */
struct segment {
    float a, length, aside, slope; /* aside at a; its change for each step along */
    float steepness;               /* pixels of true distance for one aside: cosine */
    float reach;                   /* half of the width, and half a pixel */
    int along_end, along_begin, aside_begin, aside_end; /* the clip */
    ptrdiff_t along_stride, aside_stride;
    uint8_t *mask; /* of pixel 0, 0, which may lie outside */
};

/* Without branches: which way they go nobody could foresee. */
static inline void cover(uint8_t *at, float depth)
{
    const uint8_t value = (uint8_t)(clamp(depth, 0, 1) * 255);
    *at = *at > value ? *at : value;
}

/* A box along the segment that reaches over both ends by half of the line's width, so that joints
 * are closed; its edges fade over one pixel. By value, because a byte that is written might else be
 * one of the segment's own. */
static inline void cover_segment(struct segment s)
{
    const float stretch = 1 / s.steepness, half = s.reach * stretch;
    const float over = s.reach * s.steepness * (1 + fabsf(s.slope));
    const float length = s.length * stretch; /* as it lies */
    const int begin = clamp_px(s.a - over, s.along_begin, s.along_end);
    const int end = clamp_px(s.a + s.length + over + 1, s.along_begin, s.along_end);
    for (int along = begin; along < end; along++) {
        const float x = (float)along + 0.5f - s.a, middle = s.aside + x * s.slope;
        const int first = clamp_px(middle - half + 0.5f, s.aside_begin, s.aside_end);
        const int last = clamp_px(middle + half + 0.5f, s.aside_begin, s.aside_end);
        uint8_t *at = s.mask + along * s.along_stride + first * s.aside_stride;
        float off = (float)first + 0.5f - middle;
        for (int i = first; i < last; i++, off++, at += s.aside_stride) {
            const float on = x * stretch + off * s.slope * s.steepness;
            const float ends = s.reach + (on < length - on ? on : length - on);
            const float sides = s.reach - fabsf(off) * s.steepness;
            cover(at, ends < sides ? ends : sides);
        }
    }
}

static void stroke_segment(const struct sc_raster *raster, const struct sc_raster_point *a,
                           const struct sc_raster_point *b, float width_px, struct touched *touched)
{
    const ptrdiff_t stride = raster->right - raster->left;
    const float ax = clamp(a->x, -FAR_PX, FAR_PX), ay = clamp(a->y, -FAR_PX, FAR_PX);
    const float bx = clamp(b->x, -FAR_PX, FAR_PX), by = clamp(b->y, -FAR_PX, FAR_PX);
    const bool is_lying = fabsf(bx - ax) > fabsf(by - ay);
    const bool is_turned = is_lying ? bx < ax : by < ay;
    const float x0 = is_turned ? bx : ax, y0 = is_turned ? by : ay;
    struct segment s = {.reach = width_px / 2 + 0.5f};
    s.mask = raster->mask - raster->top * stride - raster->left;
    if (is_lying) {
        s = (struct segment){
            x0,      fabsf(bx - ax), y0,           (by - ay) / (bx - ax), 1,
            s.reach, raster->right,  raster->left, raster->top,           raster->bottom,
            1,       stride,         s.mask};
    } else {
        const float slope = by != ay ? (bx - ax) / (by - ay) : 0;
        s = (struct segment){y0,
                             fabsf(by - ay),
                             x0,
                             slope,
                             1,
                             s.reach,
                             raster->bottom,
                             raster->top,
                             raster->left,
                             raster->right,
                             stride,
                             1,
                             s.mask};
    }
    s.steepness = 1 / sqrtf(1 + s.slope * s.slope);
    const int top = clamp_px(fminf(ay, by) - s.reach, raster->top, raster->bottom);
    const int bottom = clamp_px(fmaxf(ay, by) + s.reach + 1, raster->top, raster->bottom);
    touched->top = top < touched->top ? top : touched->top;
    touched->bottom = bottom > touched->bottom ? bottom : touched->bottom;
    cover_segment(s);
}

static void paint_row(uint32_t *pixels, uint8_t *mask, size_t n, uint32_t rgb, uint32_t alpha)
{
    for (size_t i = 0; i < n;) {
        uint64_t eight = 0;
        if (n - i >= sizeof eight)
            memcpy(&eight, mask + i, sizeof eight);
        if (n - i >= sizeof eight && eight == 0) {
            i += sizeof eight;
            continue;
        }
        const size_t end = n - i >= sizeof eight ? i + sizeof eight : n;
        for (; i < end; i++)
            if (mask[i])
                pixels[i] = mix(pixels[i], rgb, (mask[i] * alpha + 128) >> 8);
    }
    memset(mask, 0, n);
}

static void paint(const struct sc_raster *raster, const struct touched *touched, uint32_t rgb,
                  float alpha)
{
    const size_t width = (size_t)(raster->right - raster->left);
    for (int y = touched->top; y < touched->bottom; y++)
        paint_row(raster->pixels + (size_t)y * raster->stride_px + raster->left,
                  raster->mask + (size_t)(y - raster->top) * width, width, rgb,
                  (uint32_t)(alpha * 257));
}

void sc_raster_stroke(const struct sc_raster *raster, const struct sc_raster_point *points,
                      size_t n, float width_px, uint32_t rgb, float alpha)
{
    struct touched touched = {raster->bottom, raster->top};
    for (size_t i = 0; i < n; i++) {
        if (isnan(points[i].y))
            continue;
        const bool is_joined = i + 1 < n && !isnan(points[i + 1].y);
        const bool is_dot = !is_joined && (i == 0 || isnan(points[i - 1].y));
        if (is_joined)
            stroke_segment(raster, &points[i], &points[i + 1], width_px, &touched);
        else if (is_dot)
            stroke_segment(raster, &points[i], &points[i], width_px * 1.8f, &touched);
    }
    paint(raster, &touched, rgb, alpha);
}

void sc_raster_disc(const struct sc_raster *raster, float x, float y, float radius_px, uint32_t rgb,
                    float alpha)
{
    const struct sc_raster_point point = {x, y};
    const int top = clamp_px(y - radius_px - 1, raster->top, raster->bottom);
    const int bottom = clamp_px(ceilf(y + radius_px + 1), raster->top, raster->bottom);
    const int left = clamp_px(x - radius_px - 1, raster->left, raster->right);
    const int right = clamp_px(ceilf(x + radius_px + 1), raster->left, raster->right);
    for (int j = top; j < bottom; j++)
        for (int i = left; i < right; i++) {
            const float far = hypotf((float)i + 0.5f - point.x, (float)j + 0.5f - point.y);
            const float cover = clamp(radius_px + 0.5f - far, 0, 1) * alpha;
            uint32_t *pixel = raster->pixels + (size_t)j * raster->stride_px + i;
            *pixel = mix(*pixel, rgb, (uint32_t)(cover * 256));
        }
}

static void fill_row(uint32_t *pixels, const float *upper, const float *lower, int n, float y,
                     uint32_t rgb, float alpha)
{
    for (int i = 0; i < n; i++) {
        const float from = fmaxf(upper[i], y), to = fminf(lower[i], y + 1);
        if (to > from && upper[i] <= lower[i]) /* false for a NAN */
            pixels[i] = mix(pixels[i], rgb, (uint32_t)((to - from) * alpha * 256));
    }
}

/* Where there is something to fill; fmin and fmax pass over a NAN. */
static struct touched find_rows(const struct sc_raster *raster, const float *upper,
                                const float *lower)
{
    float least = (float)raster->bottom, most = (float)raster->top;
    for (int i = 0; i < raster->right - raster->left; i++) {
        least = fminf(least, upper[i]);
        most = fmaxf(most, lower[i]);
    }
    return (struct touched){clamp_px(least, raster->top, raster->bottom),
                            clamp_px(ceilf(most), raster->top, raster->bottom)};
}

void sc_raster_fill(const struct sc_raster *raster, const float *upper, const float *lower,
                    uint32_t rgb, float alpha_top, float alpha_bottom)
{
    const struct touched rows = find_rows(raster, upper, lower);
    const float height = (float)(raster->bottom - raster->top);
    for (int y = rows.top; y < rows.bottom; y++) {
        const float down = (float)(y - raster->top) / height;
        fill_row(raster->pixels + (size_t)y * raster->stride_px + raster->left, upper, lower,
                 raster->right - raster->left, (float)y, rgb,
                 alpha_top + (alpha_bottom - alpha_top) * down);
    }
}

/* Returns: how much of the pixel at i lies between from and to. */
static inline float share(int i, float from, float to)
{
    return clamp(fminf(to, (float)i + 1) - fmaxf(from, (float)i), 0, 1);
}

void sc_raster_box(const struct sc_raster *raster, const struct sc_box *box, uint32_t rgb,
                   float alpha)
{
    const float x0 = clamp((float)box->x, (float)raster->left, (float)raster->right);
    const float y0 = clamp((float)box->y, (float)raster->top, (float)raster->bottom);
    const float x1 = clamp((float)(box->x + box->width), (float)raster->left, (float)raster->right);
    const float y1 =
        clamp((float)(box->y + box->height), (float)raster->top, (float)raster->bottom);
    for (int y = (int)y0; (float)y < y1; y++)
        for (int x = (int)x0; (float)x < x1; x++) {
            uint32_t *pixel = raster->pixels + (size_t)y * raster->stride_px + x;
            const float cover = share(x, x0, x1) * share(y, y0, y1) * alpha;
            *pixel = mix(*pixel, rgb, (uint32_t)(cover * 256));
        }
}
