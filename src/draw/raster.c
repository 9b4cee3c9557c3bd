/* SPDX-License-Identifier: MIT */
#include "draw/raster.h"

#include <math.h>

#include "draw/raster_mix.h"

void sc_raster_disc(const struct sc_raster *raster, float x, float y, float radius_px, uint32_t rgb,
                    float alpha)
{
    const struct sc_raster_point point = {x, y};
    const int top = sc_raster_clamp_px(y - radius_px - 1, raster->top, raster->bottom);
    const int bottom = sc_raster_clamp_px(ceilf(y + radius_px + 1), raster->top, raster->bottom);
    const int left = sc_raster_clamp_px(x - radius_px - 1, raster->left, raster->right);
    const int right = sc_raster_clamp_px(ceilf(x + radius_px + 1), raster->left, raster->right);
    for (int j = top; j < bottom; j++)
        for (int i = left; i < right; i++) {
            const float far = hypotf((float)i + 0.5f - point.x, (float)j + 0.5f - point.y);
            const float cover = sc_raster_clamp(radius_px + 0.5f - far, 0, 1) * alpha;
            uint32_t *pixel = raster->pixels + (size_t)j * raster->stride_px + i;
            *pixel = sc_raster_mix(*pixel, rgb, (uint32_t)(cover * 256));
        }
}

static void fill_row(uint32_t *pixels, const float *upper, const float *lower, int n, float y,
                     uint32_t rgb, float alpha)
{
    for (int i = 0; i < n; i++) {
        const float from = fmaxf(upper[i], y), to = fminf(lower[i], y + 1);
        if (to > from && upper[i] <= lower[i]) /* false for a NAN */
            pixels[i] = sc_raster_mix(pixels[i], rgb, (uint32_t)((to - from) * alpha * 256));
    }
}

struct rows {
    int top, bottom;
};

/* Where there is something to fill; fmin and fmax pass over a NAN. */
static struct rows find_rows(const struct sc_raster *raster, const float *upper, const float *lower)
{
    float least = (float)raster->bottom, most = (float)raster->top;
    for (int i = 0; i < raster->right - raster->left; i++) {
        least = fminf(least, upper[i]);
        most = fmaxf(most, lower[i]);
    }
    return (struct rows){sc_raster_clamp_px(least, raster->top, raster->bottom),
                         sc_raster_clamp_px(ceilf(most), raster->top, raster->bottom)};
}

void sc_raster_fill(const struct sc_raster *raster, const float *upper, const float *lower,
                    uint32_t rgb, float alpha_top, float alpha_bottom)
{
    const struct rows rows = find_rows(raster, upper, lower);
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
    return sc_raster_clamp(fminf(to, (float)i + 1) - fmaxf(from, (float)i), 0, 1);
}

void sc_raster_box(const struct sc_raster *raster, const struct sc_box *box, uint32_t rgb,
                   float alpha)
{
    const float x0 = sc_raster_clamp((float)box->x, (float)raster->left, (float)raster->right);
    const float y0 = sc_raster_clamp((float)box->y, (float)raster->top, (float)raster->bottom);
    const float x1 =
        sc_raster_clamp((float)(box->x + box->width), (float)raster->left, (float)raster->right);
    const float y1 =
        sc_raster_clamp((float)(box->y + box->height), (float)raster->top, (float)raster->bottom);
    for (int y = (int)y0; (float)y < y1; y++)
        for (int x = (int)x0; (float)x < x1; x++) {
            uint32_t *pixel = raster->pixels + (size_t)y * raster->stride_px + x;
            const float cover = share(x, x0, x1) * share(y, y0, y1) * alpha;
            *pixel = sc_raster_mix(*pixel, rgb, (uint32_t)(cover * 256));
        }
}
