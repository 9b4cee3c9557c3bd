/* SPDX-License-Identifier: MIT */
/* The JPEG encoder wants room for the worst case, thirty times what a picture takes. So it writes
 * to memory that the canvas keeps, whose untouched pages cost nothing, and the draft takes a copy.
 */
#include "draw/canvas.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "picture/encode.h"
#include "picture/flat.h"

struct sc_canvas {
    cairo_surface_t *surface;
    cairo_t *cr; /* between begin and end */
    struct sc_encode *encode;
    struct sc_flat *flat;
    uint8_t *jpeg;
    size_t jpeg_max_bytes;
};

static int canvas_error(cairo_status_t status)
{
    if (status == CAIRO_STATUS_SUCCESS)
        return 0;
    return status == CAIRO_STATUS_NO_MEMORY ? -ENOMEM : -EIO;
}

int sc_canvas_check_size(uint32_t width_px, uint32_t height_px)
{
    if (width_px < SC_CANVAS_MIN_PX || height_px < SC_CANVAS_MIN_PX)
        return -EINVAL;
    if (width_px > SC_CANVAS_MAX_PX || height_px > SC_CANVAS_MAX_PX ||
        (uint64_t)width_px * height_px > SC_CANVAS_MAX_AREA_PX)
        return -EMSGSIZE;
    return 0;
}

int sc_canvas_create(uint32_t width_px, uint32_t height_px, struct sc_canvas **out_canvas)
{
    int rc = sc_canvas_check_size(width_px, height_px);
    if (rc < 0)
        return rc;
    SC_AUTO(sc_canvas_destroy) struct sc_canvas *canvas = calloc(1, sizeof *canvas);
    if (!canvas)
        return -ENOMEM;
    canvas->surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)width_px, (int)height_px);
    rc = canvas_error(cairo_surface_status(canvas->surface));
    if (rc < 0)
        return rc;
    *out_canvas = sc_steal(canvas);
    return 0;
}

void sc_canvas_destroy(struct sc_canvas **canvas)
{
    struct sc_canvas *old = sc_steal(*canvas);
    if (!old)
        return;
    if (old->cr)
        cairo_destroy(old->cr);
    cairo_surface_destroy(old->surface);
    sc_encode_destroy(&old->encode);
    sc_flat_destroy(&old->flat);
    free(old->jpeg);
    free(old);
}

uint32_t sc_canvas_width_px(const struct sc_canvas *canvas)
{
    return (uint32_t)cairo_image_surface_get_width(canvas->surface);
}

uint32_t sc_canvas_height_px(const struct sc_canvas *canvas)
{
    return (uint32_t)cairo_image_surface_get_height(canvas->surface);
}

cairo_t *sc_canvas_begin(struct sc_canvas *canvas)
{
    assert(!canvas->cr);
    canvas->cr = cairo_create(canvas->surface);
    return canvas->cr;
}

int sc_canvas_end(struct sc_canvas *canvas)
{
    cairo_t *cr = sc_steal(canvas->cr);
    int rc = canvas_error(cairo_status(cr));
    cairo_destroy(cr);
    cairo_surface_flush(canvas->surface);
    return rc;
}

static size_t pixels_bytes(const struct sc_canvas *canvas)
{
    return (size_t)cairo_image_surface_get_stride(canvas->surface) * sc_canvas_height_px(canvas);
}

uint32_t *sc_canvas_pixels(struct sc_canvas *canvas, size_t *out_stride_px)
{
    assert(!canvas->cr);
    cairo_surface_mark_dirty(canvas->surface);
    *out_stride_px = (size_t)cairo_image_surface_get_stride(canvas->surface) / sizeof(uint32_t);
    return (void *)cairo_image_surface_get_data(canvas->surface);
}

void sc_canvas_copy(struct sc_canvas *canvas, const struct sc_canvas *from)
{
    assert(!canvas->cr && pixels_bytes(canvas) == pixels_bytes(from));
    memcpy(cairo_image_surface_get_data(canvas->surface),
           cairo_image_surface_get_data(from->surface), pixels_bytes(from));
    cairo_surface_mark_dirty(canvas->surface);
}

static uint32_t *pixel_at(const struct sc_canvas *canvas, int x, int y)
{
    const ptrdiff_t stride = cairo_image_surface_get_stride(canvas->surface);
    return (uint32_t *)(void *)(cairo_image_surface_get_data(canvas->surface) + y * stride) + x;
}

static void copy_rows(struct sc_canvas *canvas, const struct sc_canvas *from, int from_x,
                      const struct sc_canvas_part *part)
{
    assert(!canvas->cr);
    if (part->right <= part->left)
        return;
    for (int y = part->top; y < part->bottom; y++)
        memmove(pixel_at(canvas, part->left, y), pixel_at(from, from_x, y),
                (size_t)(part->right - part->left) * sizeof(uint32_t));
    cairo_surface_mark_dirty(canvas->surface);
}

void sc_canvas_copy_part(struct sc_canvas *canvas, const struct sc_canvas *from,
                         const struct sc_canvas_part *part)
{
    assert(pixels_bytes(canvas) == pixels_bytes(from));
    copy_rows(canvas, from, part->left, part);
}

void sc_canvas_move_left(struct sc_canvas *canvas, const struct sc_canvas_part *part, int by_px)
{
    struct sc_canvas_part to = *part;
    to.right -= by_px;
    if (by_px > 0)
        copy_rows(canvas, canvas, part->left + by_px, &to);
}

static int prepare_jpeg(struct sc_canvas *canvas)
{
    if (!canvas->jpeg) {
        canvas->jpeg_max_bytes =
            sc_encode_bound_bytes(sc_canvas_width_px(canvas), sc_canvas_height_px(canvas));
        canvas->jpeg = malloc(canvas->jpeg_max_bytes);
    }
    if (!canvas->jpeg)
        return -ENOMEM;
    return canvas->encode ? 0 : sc_encode_create(&canvas->encode);
}

static struct sc_encode_pixels pixels_of(const struct sc_canvas *canvas)
{
    return (struct sc_encode_pixels){
        .data = cairo_image_surface_get_data(canvas->surface),
        .width_px = sc_canvas_width_px(canvas),
        .height_px = sc_canvas_height_px(canvas),
        .stride_bytes = (size_t)cairo_image_surface_get_stride(canvas->surface),
    };
}

static int make_draft(struct sc_pool *pool, const uint8_t *data, size_t len,
                      struct sc_draft **out_draft)
{
    SC_AUTO(sc_draft_destroy) struct sc_draft *draft = NULL;
    int rc = sc_draft_create(pool, len, &draft);
    if (rc == 0)
        rc = sc_draft_append(draft, data, len);
    if (rc == 0)
        *out_draft = sc_steal(draft);
    return rc;
}

static int write_jpeg(struct sc_canvas *canvas, int quality, struct sc_pool *pool,
                      struct sc_draft **out_draft)
{
    const struct sc_encode_pixels pixels = pixels_of(canvas);
    size_t len = 0;
    int rc = prepare_jpeg(canvas);
    if (rc == 0)
        rc = sc_encode_jpeg(canvas->encode, &pixels, quality, canvas->jpeg, canvas->jpeg_max_bytes,
                            &len);
    if (rc < 0)
        return rc;
    return make_draft(pool, canvas->jpeg, len, out_draft);
}

static int write_flat(struct sc_canvas *canvas, struct sc_pool *pool, struct sc_draft **out_draft)
{
    const struct sc_encode_pixels pixels = pixels_of(canvas);
    const uint8_t *png = NULL;
    size_t len = 0;
    int rc = 0;
    if (!canvas->flat)
        rc = sc_flat_create(pixels.width_px, pixels.height_px, &canvas->flat);
    if (rc < 0)
        return rc;
    sc_flat_encode(canvas->flat, &pixels, &png, &len);
    return make_draft(pool, png, len, out_draft);
}

struct png {
    struct sc_draft *draft;
    int rc;
};

static cairo_status_t append_png(void *self, const unsigned char *data, unsigned len_bytes)
{
    struct png *png = self;
    png->rc = sc_draft_append(png->draft, data, len_bytes);
    return png->rc < 0 ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

static int write_png(struct sc_canvas *canvas, struct sc_pool *pool, struct sc_draft **out_draft)
{
    SC_AUTO(sc_draft_destroy) struct sc_draft *draft = NULL;
    int rc = sc_draft_create(pool, 0, &draft);
    if (rc < 0)
        return rc;
    struct png png = {.draft = draft};
    cairo_status_t status = cairo_surface_write_to_png_stream(canvas->surface, append_png, &png);
    rc = png.rc < 0 ? png.rc : canvas_error(status);
    if (rc == 0)
        *out_draft = sc_steal(draft);
    return rc;
}

int sc_canvas_to_draft(struct sc_canvas *canvas, struct sc_pool *pool,
                       const struct sc_canvas_format *format, struct sc_draft **out_draft)
{
    assert(!canvas->cr);
    if (format->kind == SC_KIND_PNG && format->is_flat)
        return write_flat(canvas, pool, out_draft);
    if (format->kind == SC_KIND_PNG)
        return write_png(canvas, pool, out_draft);
    return write_jpeg(canvas, format->quality, pool, out_draft);
}
