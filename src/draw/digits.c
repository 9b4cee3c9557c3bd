/* SPDX-License-Identifier: MIT */
#include "draw/digits.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "draw/text.h"

#define N_GLYPHS      13
#define MEASURE_PX    64.0 /* any size that is large against rounding */
#define LINE_PER_SIZE 1.2  /* a line's height; no font needs more for digits */

static const char glyphs[N_GLYPHS + 1] = "0123456789:. ";

struct sc_digits {
    double size_px;
    double height_px;
    double widths_px[N_GLYPHS];
    cairo_surface_t *stamps[N_GLYPHS]; /* alpha only */
};

static struct sc_text_style style_of(const char *font, double size_px)
{
    return (struct sc_text_style){
        .font = font, .least_px = size_px, .most_px = size_px, .is_one_line = true};
}

/* Measured between two zeros, because a blank alone may count nothing. */
static double glyph_width(cairo_t *cr, const char *font, double size_px, char glyph)
{
    const struct sc_box room = {0, 0, size_px * 20, size_px * 4};
    const struct sc_text_style style = style_of(font, size_px);
    const char zeros[] = "00", framed[] = {'0', glyph, '0', '\0'};
    struct sc_box without, with;
    sc_text_draw(cr, &room, &style, zeros, &without);
    sc_text_draw(cr, &room, &style, framed, &with);
    return with.width - without.width;
}

static void measure(cairo_t *cr, const char *font, double size_px, double *widths_px)
{
    double digit = 0;
    for (int i = 0; i < N_GLYPHS; i++)
        widths_px[i] = glyph_width(cr, font, size_px, glyphs[i]);
    for (int i = 0; i < 10; i++)
        digit = fmax(digit, widths_px[i]);
    for (int i = 0; i < 10; i++)
        widths_px[i] = digit;
}

static double text_width(const double *widths_px, const char *text)
{
    double width = 0;
    for (; *text; text++) {
        const char *at = strchr(glyphs, *text);
        width += at ? widths_px[at - glyphs] : 0;
    }
    return width;
}

static int draw_stamp(struct sc_digits *digits, const char *font, int i)
{
    const struct sc_text_style style = style_of(font, digits->size_px);
    const struct sc_box room = {1, 0, digits->size_px * 4, digits->size_px * 4};
    const char text[] = {glyphs[i], '\0'};
    digits->stamps[i] = cairo_image_surface_create(
        CAIRO_FORMAT_A8, (int)ceil(digits->widths_px[i]) + 2, (int)ceil(digits->height_px));
    cairo_t *cr = cairo_create(digits->stamps[i]);
    sc_text_draw(cr, &room, &style, text, NULL);
    cairo_status_t status = cairo_status(cr);
    cairo_destroy(cr);
    cairo_surface_flush(digits->stamps[i]);
    return status == CAIRO_STATUS_SUCCESS ? 0 : -ENOMEM;
}

static int prepare(struct sc_digits *digits, const char *font, const char *sample, double width_px,
                   double height_px)
{
    cairo_surface_t *scratch = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1);
    cairo_t *cr = cairo_create(scratch);
    measure(cr, font, MEASURE_PX, digits->widths_px);
    double by_width = width_px / text_width(digits->widths_px, sample) * MEASURE_PX;
    digits->size_px = floor(fmin(by_width, height_px / LINE_PER_SIZE));
    digits->height_px = digits->size_px * LINE_PER_SIZE;
    if (digits->size_px >= SC_TEXT_LEAST_PX)
        measure(cr, font, digits->size_px, digits->widths_px);
    cairo_destroy(cr);
    cairo_surface_destroy(scratch);
    return digits->size_px >= SC_TEXT_LEAST_PX ? 0 : -EINVAL;
}

int sc_digits_create(const char *font, const char *sample, double width_px, double height_px,
                     struct sc_digits **out_digits)
{
    SC_AUTO(sc_digits_destroy) struct sc_digits *digits = calloc(1, sizeof *digits);
    if (!digits)
        return -ENOMEM;
    int rc = prepare(digits, font, sample, width_px, height_px);
    for (int i = 0; rc == 0 && i < N_GLYPHS; i++)
        rc = draw_stamp(digits, font, i);
    if (rc == 0)
        *out_digits = sc_steal(digits);
    return rc;
}

void sc_digits_destroy(struct sc_digits **digits)
{
    struct sc_digits *old = sc_steal(*digits);
    for (int i = 0; old && i < N_GLYPHS; i++)
        cairo_surface_destroy(old->stamps[i]);
    free(old);
}

double sc_digits_size_px(const struct sc_digits *digits)
{
    return digits->size_px;
}

double sc_digits_height_px(const struct sc_digits *digits)
{
    return digits->height_px;
}

double sc_digits_width_px(const struct sc_digits *digits, const char *text)
{
    return text_width(digits->widths_px, text);
}

void sc_digits_draw(const struct sc_digits *digits, cairo_t *cr, double x, double y,
                    const char *text)
{
    for (; *text; text++) {
        const char *at = strchr(glyphs, *text);
        if (!at)
            continue;
        cairo_mask_surface(cr, digits->stamps[at - glyphs], round(x) - 1, round(y));
        x += digits->widths_px[at - glyphs];
    }
}
