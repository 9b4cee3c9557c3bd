/* SPDX-License-Identifier: MIT */
#include "draw/card.h"

#include <math.h>

#include "draw/shape.h"
#include "draw/text.h"

#define TOP        0x1c2740
#define BOTTOM     0x0a0e18
#define DIAL       0x0b101c
#define RIM        0x2b3856
#define N_GRAYS    11
#define DIAL_LEAST 12 /* a smaller dial shows nothing */

/* 75 % bars in the order of their brightness, as television has them. */
static const uint32_t bar_colors[] = {0xbfbfbf, 0xbfbf00, 0x00bfbf, 0x00bf00,
                                      0xbf00bf, 0xbf0000, 0x0000bf};
#define N_BARS (sizeof bar_colors / sizeof *bar_colors)

static struct sc_box snapped(double x, double y, double width, double height)
{
    double left = round(x), top = round(y);
    return (struct sc_box){left, top, fmax(round(x + width) - left, 0),
                           fmax(round(y + height) - top, 0)};
}

/* Dial at the left, words at its right; or one above the other where it is higher than wide. */
static void lay_middle(struct sc_card *card, const struct sc_box *middle)
{
    const bool is_wide = middle->width > middle->height * 1.6;
    const double gap = card->unit * 0.05;
    double dial = is_wide ? middle->height : fmin(middle->width, middle->height * 0.55);
    dial = floor(fmin(dial, card->unit * 0.6));
    struct sc_box words = *middle;
    if (dial < DIAL_LEAST)
        dial = 0;
    if (is_wide) {
        const double total = fmin(middle->width, dial + gap + card->unit * 1.25);
        const double left = middle->x + (middle->width - total) / 2;
        card->dial = snapped(left, middle->y + (middle->height - dial) / 2, dial, dial);
        words = (struct sc_box){left + dial + gap, middle->y, total - dial - gap, middle->height};
    } else {
        card->dial = snapped(middle->x + (middle->width - dial) / 2, middle->y, dial, dial);
        words.y += dial + gap;
        words.height -= dial + gap;
    }
    const double line = fmin(words.height, words.width * 0.36) / 10;
    const double top = words.y + (words.height - line * 10) / 2;
    card->clock = snapped(words.x, top, words.width, line * 4.7);
    card->number = snapped(words.x, top + line * 4.9, words.width, line * 2.5);
    card->detail = snapped(words.x, top + line * 7.5, words.width, line * 2.5);
}

void sc_card_lay(struct sc_card *card, uint32_t width_px, uint32_t height_px)
{
    const double width = width_px, height = height_px, u = fmin(width, height);
    const double margin = fmax(round(u * 0.06), 1), inner = width - margin * 2;
    const double bars = fmin(height * 0.24, u * 0.4), strip = u * 0.05, track = fmax(u * 0.075, 4);
    *card = (struct sc_card){.unit = u};
    card->bars = snapped(margin, margin, inner, bars);
    double y = margin + bars + u * 0.015;
    card->spectrum = snapped(margin, y, inner, strip);
    y += strip + u * 0.015;
    card->grays = snapped(margin, y, inner, strip);
    y += strip + u * 0.04;
    card->track = snapped(margin, height - margin - track, inner, track);
    const struct sc_box middle = {margin, y, inner, fmax(card->track.y - u * 0.035 - y, 0)};
    lay_middle(card, &middle);
}

static void draw_grid(const struct sc_card *card, cairo_t *cr, const struct sc_canvas *canvas)
{
    const double width = sc_canvas_width_px(canvas), height = sc_canvas_height_px(canvas);
    const double step = fmax(round(card->unit / 9), 4);
    cairo_new_path(cr);
    for (double x = fmod(floor(width / 2), step) + 0.5; x < width; x += step) {
        cairo_move_to(cr, x, 0);
        cairo_line_to(cr, x, height);
    }
    for (double y = fmod(floor(height / 2), step) + 0.5; y < height; y += step) {
        cairo_move_to(cr, 0, y);
        cairo_line_to(cr, width, y);
    }
    cairo_set_line_width(cr, 1);
    sc_shape_color(cr, 0xffffff, 0.055);
    cairo_stroke(cr);
}

/* The i-th of n columns of a box, without a gap to the next one. */
static void fill_column(cairo_t *cr, const struct sc_box *box, size_t i, size_t n)
{
    const double left = round(box->width * (double)i / (double)n);
    const double right = round(box->width * (double)(i + 1) / (double)n);
    cairo_rectangle(cr, box->x + left, box->y, right - left, box->height);
    cairo_fill(cr);
}

static void draw_bars(const struct sc_card *card, cairo_t *cr)
{
    cairo_save(cr);
    sc_shape_round(cr, &card->bars, card->unit * 0.02);
    cairo_clip(cr);
    for (size_t i = 0; i < N_BARS; i++) {
        sc_shape_color(cr, bar_colors[i], 1);
        fill_column(cr, &card->bars, i, N_BARS);
    }
    cairo_restore(cr);
}

static void draw_spectrum(const struct sc_card *card, cairo_t *cr)
{
    static const uint32_t hues[] = {0xff0000, 0xffff00, 0x00ff00, 0x00ffff,
                                    0x0000ff, 0xff00ff, 0xff0000};
    const struct sc_box *box = &card->spectrum;
    cairo_pattern_t *fade = cairo_pattern_create_linear(box->x, 0, box->x + box->width, 0);
    for (int i = 0; i < 7; i++)
        sc_shape_stop(fade, i / 6.0, hues[i], 1);
    sc_shape_pattern(cr, &fade);
    sc_shape_round(cr, box, card->unit * 0.02);
    cairo_fill(cr);
}

static void draw_grays(const struct sc_card *card, cairo_t *cr)
{
    cairo_save(cr);
    sc_shape_round(cr, &card->grays, card->unit * 0.02);
    cairo_clip(cr);
    for (uint32_t i = 0; i < N_GRAYS; i++) {
        const uint32_t level = (i * 255 + (N_GRAYS - 1) / 2) / (N_GRAYS - 1);
        sc_shape_color(cr, level * 0x010101, 1);
        fill_column(cr, &card->grays, i, N_GRAYS);
    }
    cairo_restore(cr);
}

/* One stroke, drawn in each corner and at each edge by turning the canvas. */
static void draw_marks(const struct sc_card *card, cairo_t *cr, const struct sc_canvas *canvas)
{
    const double width = sc_canvas_width_px(canvas), height = sc_canvas_height_px(canvas);
    const double thick = fmax(round(card->unit / 180), 1), arm = fmax(card->unit * 0.075, 3);
    const double tip = card->unit * 0.028;
    sc_shape_color(cr, SC_CARD_LIGHT, 1);
    for (int i = 0; i < 4; i++) {
        const double sign_x = i & 1 ? -1 : 1, sign_y = i & 2 ? -1 : 1;
        cairo_save(cr);
        cairo_translate(cr, i & 1 ? width : 0, i & 2 ? height : 0);
        cairo_scale(cr, sign_x, sign_y);
        cairo_rectangle(cr, 0, 0, arm, thick);
        cairo_rectangle(cr, 0, 0, thick, arm);
        cairo_fill(cr);
        cairo_restore(cr);
    }
    for (int i = 0; i < 4; i++) {
        const double half = i & 1 ? width / 2 : height / 2;
        cairo_save(cr);
        cairo_translate(cr, width / 2, height / 2);
        cairo_rotate(cr, i * M_PI / 2);
        cairo_move_to(cr, 0, -half);
        cairo_line_to(cr, tip, -half + tip * 1.2);
        cairo_line_to(cr, -tip, -half + tip * 1.2);
        cairo_fill(cr);
        cairo_restore(cr);
    }
}

/* A turn is a second: ten strokes, and five small ones to each. */
static void draw_dial(const struct sc_card *card, cairo_t *cr)
{
    const double radius = card->dial.width / 2;
    const double x = card->dial.x + radius, y = card->dial.y + radius;
    sc_shape_color(cr, RIM, 1);
    sc_shape_disc(cr, x, y, radius);
    cairo_fill(cr);
    sc_shape_color(cr, DIAL, 1);
    sc_shape_disc(cr, x, y, radius * 0.975);
    cairo_fill(cr);
    cairo_save(cr);
    cairo_translate(cr, x, y);
    sc_shape_color(cr, SC_CARD_FAINT, 1);
    for (int i = 0; i < 50; i++) {
        const bool is_large = i % 5 == 0;
        if (is_large || radius >= 60) {
            cairo_set_line_width(cr, fmax(radius * (is_large ? 0.03 : 0.012), 0.75));
            cairo_move_to(cr, 0, -radius * 0.93);
            cairo_line_to(cr, 0, -radius * (is_large ? 0.81 : 0.87));
            cairo_stroke(cr);
        }
        cairo_rotate(cr, M_PI / 25);
    }
    cairo_restore(cr);
}

static void draw_track(const struct sc_card *card, cairo_t *cr)
{
    const struct sc_box *track = &card->track;
    const double rail = fmax(round(track->height / 8), 1);
    const struct sc_box box = {track->x, track->y + (track->height - rail) / 2, track->width, rail};
    sc_shape_color(cr, RIM, 1);
    sc_shape_round(cr, &box, rail);
    cairo_fill(cr);
}

void sc_card_draw(const struct sc_card *card, cairo_t *cr, const struct sc_canvas *canvas,
                  const char *detail)
{
    const struct sc_text_style style = {
        .font = "Sans", .most_px = card->unit, .rgb = SC_CARD_FAINT, .is_one_line = true};
    sc_shape_backdrop(cr, canvas, TOP, BOTTOM);
    draw_grid(card, cr, canvas);
    draw_marks(card, cr, canvas);
    draw_bars(card, cr);
    draw_spectrum(card, cr);
    draw_grays(card, cr);
    if (card->dial.width > 0)
        draw_dial(card, cr);
    draw_track(card, cr);
    sc_text_draw(cr, &card->detail, &style, detail, NULL);
}
