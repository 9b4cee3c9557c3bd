/* SPDX-License-Identifier: MIT */
/* A line is drawn in bands of a few columns, so that all that is touched stays in the nearest
 * cache: how far the band's pixels are covered is put together segment by segment, the most counts,
 * and is painted then. */
#include "draw/raster.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "draw/raster_mix.h"

#define FAR_PX     1e6f  /* beyond that a float no longer tells pixels apart */
#define LEAST_PART 1e-6f /* of a direction: what is divided by it stays finite */
#define DOT        1.8f  /* times the line's width */
#define STEP       SC_RASTER_STEP

struct band {
    const struct sc_raster *raster;
    int left, right;
    int column_floats;
    int top[SC_RASTER_BAND_PX], bottom[SC_RASTER_BAND_PX]; /* what is touched of each column */
};

/* A box around the segment that reaches over both ends by half of the line's width, so that joints
 * are closed; its edges fade over one pixel. */
struct segment {
    float x, y;          /* its middle */
    float right, down;   /* its direction, of length 1 */
    float length, reach; /* from the middle to the ends of the box, and to its sides */
};

struct line {
    const struct sc_raster_point *points;
    size_t n;
    float width_px;
};

/* Not fminf and fmaxf, which are calls because of NAN. */
static inline float smaller(float a, float b)
{
    return a < b ? a : b;
}

static inline float larger(float a, float b)
{
    return a > b ? a : b;
}

static struct segment segment_between(const struct sc_raster_point *a,
                                      const struct sc_raster_point *b, float width_px)
{
    const float ax = sc_raster_clamp(a->x, -FAR_PX, FAR_PX),
                bx = sc_raster_clamp(b->x, -FAR_PX, FAR_PX);
    const float ay = sc_raster_clamp(a->y, -FAR_PX, FAR_PX),
                by = sc_raster_clamp(b->y, -FAR_PX, FAR_PX);
    const float length = sqrtf((bx - ax) * (bx - ax) + (by - ay) * (by - ay));
    const float reach = width_px / 2 + 0.5f;
    return (struct segment){
        .x = (ax + bx) / 2,
        .y = (ay + by) / 2,
        .right = length > 0 ? (bx - ax) / length : 0,
        .down = length > 0 ? (by - ay) / length : 1,
        .length = length / 2 + reach,
        .reach = reach,
    };
}

/* Rows from y on, STEP at a time and without a branch, which compilers make vectors of. x, y: the
 * first pixel's middle, seen from the segment's. */
static inline void cover_rows(float *cover, int n, struct segment s, float x, float y)
{
    float along = x * s.right + y * s.down, aside = y * s.right - x * s.down;
    for (int from = 0; from < n; from += STEP) {
        for (int i = 0; i < STEP; i++) {
            const float ends = s.length - fabsf(along + (float)i * s.down);
            const float sides = s.reach - fabsf(aside + (float)i * s.right);
            cover[from + i] = larger(cover[from + i], smaller(ends, sides));
        }
        along += STEP * s.down;
        aside += STEP * s.right;
    }
}

/* Of a column, at x from the segment's middle: the rows at which its box lies, seen from there. The
 * box's sides and its ends are two stripes across each other. */
struct stripes {
    float sides_slope, sides, ends_slope, ends;
};

static struct stripes stripes_of(struct segment s)
{
    const float right = larger(s.right, LEAST_PART);
    const float down = s.down < 0 ? smaller(s.down, -LEAST_PART) : larger(s.down, LEAST_PART);
    return (struct stripes){s.down / right, s.reach / right, -s.right / down,
                            s.length / fabsf(down)};
}

static void touch(struct band *band, int i, int top, int bottom)
{
    band->top[i] = top < band->top[i] ? top : band->top[i];
    band->bottom[i] = bottom > band->bottom[i] ? bottom : band->bottom[i];
}

static void cover_segment(struct band *band, struct segment s)
{
    const struct sc_raster raster = *band->raster;
    const struct stripes stripes = stripes_of(s);
    const float far = s.length * fabsf(s.right) + s.reach * fabsf(s.down);
    const int begin = sc_raster_clamp_px(s.x - far + 0.5f, band->left, band->right);
    const int end = sc_raster_clamp_px(s.x + far + 0.5f, band->left, band->right);
    for (int column = begin; column < end; column++) {
        const float x = (float)column + 0.5f - s.x;
        const float sides = x * stripes.sides_slope, ends = x * stripes.ends_slope;
        const float from = larger(sides - stripes.sides, ends - stripes.ends);
        const float to = smaller(sides + stripes.sides, ends + stripes.ends);
        const int top = sc_raster_clamp_px(s.y + from + 0.5f, raster.top, raster.bottom);
        const int bottom = sc_raster_clamp_px(s.y + to + 0.5f, raster.top, raster.bottom);
        const int i = column - band->left;
        if (top >= bottom)
            continue;
        cover_rows(raster.cover + (ptrdiff_t)i * band->column_floats + top - raster.top,
                   bottom - top, s, x, (float)top + 0.5f - s.y);
        touch(band, i, top, bottom);
    }
}

static void paint_band(const struct band *band, uint32_t rgb, float alpha)
{
    const struct sc_raster *raster = band->raster;
    for (int column = band->left; column < band->right; column++) {
        const int i = column - band->left, n = band->bottom[i] - band->top[i];
        if (n <= 0)
            continue;
        float *cover =
            raster->cover + (ptrdiff_t)i * band->column_floats + band->top[i] - raster->top;
        uint32_t *pixel = raster->pixels + (size_t)band->top[i] * raster->stride_px + column;
        for (int row = 0; row < n; row++, pixel += raster->stride_px)
            *pixel = sc_raster_mix(*pixel, rgb,
                                   (uint32_t)(sc_raster_clamp(cover[row], 0, 1) * alpha * 256));
        memset(cover, 0, (size_t)(n + STEP) * sizeof *cover);
    }
}

static bool is_gap(const struct line *line, size_t i)
{
    return i >= line->n || isnan(line->points[i].y);
}

/* What begins at a point: a segment, a dot or nothing. */
static void cover_point(struct band *band, const struct line *line, size_t i)
{
    const struct sc_raster_point *point = &line->points[i];
    if (is_gap(line, i))
        return;
    if (!is_gap(line, i + 1))
        cover_segment(band, segment_between(point, point + 1, line->width_px));
    else if (i == 0 || is_gap(line, i - 1))
        cover_segment(band, segment_between(point, point, line->width_px * DOT));
}

void sc_raster_stroke(const struct sc_raster *raster, const struct sc_raster_point *points,
                      size_t n, float width_px, uint32_t rgb, float alpha)
{
    const struct line line = {points, n, width_px};
    const float around = (width_px * DOT + 1) * 0.75f; /* more than half of a box's diagonal */
    struct band band = {.raster = raster, .column_floats = raster->bottom - raster->top + STEP};
    size_t first = 0;
    for (band.left = raster->left; band.left < raster->right; band.left = band.right) {
        band.right = band.left + SC_RASTER_BAND_PX;
        band.right = band.right < raster->right ? band.right : raster->right;
        for (int i = 0; i < SC_RASTER_BAND_PX; i++) {
            band.top[i] = raster->bottom;
            band.bottom[i] = raster->top;
        }
        while (first + 1 < n && points[first + 1].x + around < (float)band.left)
            first++;
        for (size_t i = first; i < n && points[i].x - around < (float)band.right; i++)
            cover_point(&band, &line, i);
        paint_band(&band, rgb, alpha);
    }
}
