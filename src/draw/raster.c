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

static inline int clamp_px(float x, int least, int most)
{
    return (int)clamp(x, (float)least, (float)most);
}

/* What a stroke has touched, in raster pixels. */
struct touched {
    int top, bottom;
};

struct segment {
    float ax, ay, dx, dy, per_length; /* 1 / length; 0 for a dot */
    float reach;                      /* half of the width, and half a pixel */
};

static inline float distance(const struct segment *s, float x, float y)
{
    const float px = x - s->ax, py = y - s->ay;
    const float along = (px * s->dx + py * s->dy) * s->per_length * s->per_length;
    if (along > 0 && along < 1)
        return fabsf(px * s->dy - py * s->dx) * s->per_length;
    const float qx = along > 0 ? px - s->dx : px, qy = along > 0 ? py - s->dy : py;
    return sqrtf(qx * qx + qy * qy);
}

static inline void cover(const struct sc_raster *raster, const struct segment *s, int x, int y)
{
    const float depth = s->reach - distance(s, (float)x + 0.5f, (float)y + 0.5f);
    if (depth <= 0)
        return;
    uint8_t *at = raster->mask +
                  (size_t)(y - raster->top) * (size_t)(raster->right - raster->left) +
                  (x - raster->left);
    const uint8_t value = depth >= 1 ? 255 : (uint8_t)(depth * 255);
    if (*at < value)
        *at = value;
}

/* Rows of a segment that is rather upright: in each, the few pixels about where it passes. */
static void cover_upright(const struct sc_raster *raster, const struct segment *s)
{
    const float slope = s->dy != 0 ? s->dx / s->dy : 0;
    const float least = fminf(s->ay, s->ay + s->dy), most = fmaxf(s->ay, s->ay + s->dy);
    const float half = s->reach * 1.4143f;
    const int end = clamp_px(ceilf(most + s->reach), raster->top, raster->bottom);
    for (int y = clamp_px(floorf(least - s->reach), raster->top, raster->bottom); y < end; y++) {
        const float x = s->ax + (clamp((float)y + 0.5f, least, most) - s->ay) * slope;
        const int right = clamp_px(ceilf(x + half), raster->left, raster->right);
        for (int i = clamp_px(floorf(x - half), raster->left, raster->right); i < right; i++)
            cover(raster, s, i, y);
    }
}

static void cover_lying(const struct sc_raster *raster, const struct segment *s)
{
    const float slope = s->dy / s->dx;
    const float least = fminf(s->ax, s->ax + s->dx), most = fmaxf(s->ax, s->ax + s->dx);
    const float half = s->reach * 1.4143f;
    const int end = clamp_px(ceilf(most + s->reach), raster->left, raster->right);
    for (int x = clamp_px(floorf(least - s->reach), raster->left, raster->right); x < end; x++) {
        const float y = s->ay + (clamp((float)x + 0.5f, least, most) - s->ax) * slope;
        const int bottom = clamp_px(ceilf(y + half), raster->top, raster->bottom);
        for (int i = clamp_px(floorf(y - half), raster->top, raster->bottom); i < bottom; i++)
            cover(raster, s, x, i);
    }
}

static void cover_segment(const struct sc_raster *raster, const struct sc_raster_point *a,
                          const struct sc_raster_point *b, float width_px, struct touched *touched)
{
    struct segment s = {.ax = clamp(a->x, -FAR_PX, FAR_PX),
                        .ay = clamp(a->y, -FAR_PX, FAR_PX),
                        .reach = width_px / 2 + 0.5f};
    s.dx = clamp(b->x, -FAR_PX, FAR_PX) - s.ax;
    s.dy = clamp(b->y, -FAR_PX, FAR_PX) - s.ay;
    const float length = sqrtf(s.dx * s.dx + s.dy * s.dy);
    s.per_length = length > 0 ? 1 / length : 0;
    const float upper = fminf(s.ay, s.ay + s.dy) - s.reach;
    const float lower = fmaxf(s.ay, s.ay + s.dy) + s.reach;
    const int top = clamp_px(floorf(upper), raster->top, raster->bottom);
    const int bottom = clamp_px(ceilf(lower), raster->top, raster->bottom);
    touched->top = top < touched->top ? top : touched->top;
    touched->bottom = bottom > touched->bottom ? bottom : touched->bottom;
    if (fabsf(s.dx) > fabsf(s.dy))
        cover_lying(raster, &s);
    else
        cover_upright(raster, &s);
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
            cover_segment(raster, &points[i], &points[i + 1], width_px, &touched);
        else if (is_dot)
            cover_segment(raster, &points[i], &points[i], width_px * 1.8f, &touched);
    }
    paint(raster, &touched, rgb, alpha);
}

void sc_raster_disc(const struct sc_raster *raster, float x, float y, float radius_px, uint32_t rgb,
                    float alpha)
{
    const struct sc_raster_point point = {x, y};
    const int top = clamp_px(floorf(y - radius_px - 1), raster->top, raster->bottom);
    const int bottom = clamp_px(ceilf(y + radius_px + 1), raster->top, raster->bottom);
    const int left = clamp_px(floorf(x - radius_px - 1), raster->left, raster->right);
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
    return (struct touched){clamp_px(floorf(least), raster->top, raster->bottom),
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
