/* SPDX-License-Identifier: MIT */
#include "draw/slides.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/own.h"
#include "draw/shape.h"
#include "draw/slides_art.h"
#include "draw/text.h"

#define WIDTH_PX       960
#define HEIGHT_PX      540
#define QUALITY        88
#define FILE_MAX_BYTES (1 << 20)

static void draw_backdrop(cairo_t *cr, const struct sc_slides_art *art)
{
    cairo_pattern_t *fade = cairo_pattern_create_linear(0, 0, WIDTH_PX, HEIGHT_PX);
    sc_shape_stop(fade, 0, art->from, 1);
    sc_shape_stop(fade, 1, art->to, 1);
    sc_shape_pattern(cr, &fade);
    cairo_paint(cr);
}

static void draw_captions(cairo_t *cr, const struct sc_slides_art *art)
{
    const struct sc_box caption = {60, 366, 840, 72}, remark = {60, 440, 840, 40};
    const struct sc_text_style large = {
        .font = "Sans Bold", .most_px = 44, .sink = 1, .rgb = 0xffffff, .is_one_line = true};
    const struct sc_text_style small = {.most_px = 25, .rgb = 0xdbe4f5, .is_one_line = true};
    sc_text_draw(cr, &caption, &large, art->caption, NULL);
    sc_text_draw(cr, &remark, &small, art->remark, NULL);
}

static void draw_dots(cairo_t *cr, size_t i, size_t n)
{
    for (size_t dot = 0; dot < n; dot++) {
        sc_shape_color(cr, 0xffffff, dot == i ? 1 : 0.35);
        sc_shape_disc(cr, 66 + (double)dot * 22, 508, 6);
        cairo_fill(cr);
    }
}

static int draw(struct sc_canvas *canvas, const struct sc_slides_art *arts, size_t i, size_t n)
{
    const struct sc_box picture = {60, 70, 840, 280};
    cairo_t *cr = sc_canvas_begin(canvas);
    draw_backdrop(cr, &arts[i]);
    arts[i].draw(cr, &picture);
    draw_captions(cr, &arts[i]);
    draw_dots(cr, i, n);
    return sc_canvas_end(canvas);
}

static int write_all(int fd, struct sc_slice bytes)
{
    while (bytes.len_bytes > 0) {
        ssize_t n = write(fd, bytes.data, bytes.len_bytes);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        bytes.data += n;
        bytes.len_bytes -= (size_t)n;
    }
    return 0;
}

static int write_file(int directory_fd, const char *name, struct sc_slice bytes)
{
    int fd =
        openat(directory_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
    if (fd < 0)
        return -errno;
    int rc = write_all(fd, bytes);
    if (close(fd) < 0 && rc == 0)
        rc = -errno;
    return rc;
}

static int make_slide(struct sc_canvas *canvas, struct sc_pool *pool, int directory_fd, size_t i)
{
    const struct sc_canvas_format format = {.kind = SC_KIND_JPEG, .quality = QUALITY};
    SC_AUTO(sc_draft_destroy) struct sc_draft *draft = NULL;
    char name[32];
    size_t n;
    const struct sc_slides_art *arts = sc_slides_art(&n);
    (void)snprintf(name, sizeof name, "slide-%zu.jpg", i + 1);
    int rc = draw(canvas, arts, i, n);
    if (rc == 0)
        rc = sc_canvas_to_draft(canvas, pool, &format, &draft);
    return rc < 0 ? rc : write_file(directory_fd, name, sc_draft_written(draft));
}

static int make_slides(int directory_fd)
{
    SC_AUTO(sc_canvas_destroy) struct sc_canvas *canvas = NULL;
    SC_AUTO(sc_pool_unref) struct sc_pool *pool = NULL;
    size_t n;
    (void)sc_slides_art(&n);
    int rc = sc_canvas_create(WIDTH_PX, HEIGHT_PX, &canvas);
    if (rc == 0)
        rc = sc_pool_create(2 * FILE_MAX_BYTES, FILE_MAX_BYTES, &pool);
    for (size_t i = 0; rc == 0 && i < n; i++)
        rc = make_slide(canvas, pool, directory_fd, i);
    return rc;
}

int sc_slides_write(const char *directory, struct sc_err *err)
{
    SC_AUTO(sc_own_close) int fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int rc = fd < 0 ? -errno : make_slides(fd);
    return rc < 0 ? sc_err_set(err, rc, "write the demo's slides to '%s': %s", directory,
                               strerror(-rc))
                  : 0;
}
