/* SPDX-License-Identifier: MIT */
#include "draw/pattern.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/own.h"
#include "draw/card.h"
#include "draw/digits.h"
#include "draw/shape.h"
#include "draw/text.h"

#define US_PER_S      1000000
#define TRAIL_TURN    0.3 /* of a turn */
#define N_TRAIL       24
#define CROSSING_US   (2 * US_PER_S) /* of the ball, from end to end */
#define NUMBER_SAMPLE "000000000000" /* with room for the label */

struct sc_pattern {
    struct sc_card card;
    struct sc_canvas *still, *canvas;
    struct sc_digits *clock, *number; /* NULL: no room */
};

/* Returns: 0 also where there is no room for it. */
static int create_digits(const char *sample, const struct sc_box *box,
                         struct sc_digits **out_digits)
{
    int rc = sc_digits_create("Sans Bold", sample, box->width, box->height, out_digits);
    return rc == -EINVAL ? 0 : rc;
}

/* The number goes behind its label. */
static void draw_label(struct sc_pattern *pattern, cairo_t *cr)
{
    if (!pattern->number)
        return;
    struct sc_box *box = &pattern->card.number, used;
    const double height = sc_digits_height_px(pattern->number);
    const struct sc_text_style style = {.font = "Sans",
                                        .most_px = sc_digits_size_px(pattern->number),
                                        .rgb = SC_CARD_FAINT,
                                        .is_one_line = true};
    *box = (struct sc_box){box->x, box->y + box->height - height, box->width, height};
    sc_text_draw(cr, box, &style, "frame", &used);
    if (used.width > 0)
        box->x += used.width + height * 0.25;
}

static int prepare(struct sc_pattern *pattern, const char *detail)
{
    const struct sc_card *card = &pattern->card;
    int rc = create_digits("00:00:00.000", &card->clock, &pattern->clock);
    if (rc == 0)
        rc = create_digits(NUMBER_SAMPLE, &card->number, &pattern->number);
    if (rc < 0)
        return rc;
    cairo_t *cr = sc_canvas_begin(pattern->still);
    sc_card_draw(card, cr, pattern->still, detail);
    draw_label(pattern, cr);
    return sc_canvas_end(pattern->still);
}

int sc_pattern_create(uint32_t width_px, uint32_t height_px, const char *detail,
                      struct sc_pattern **out_pattern)
{
    SC_AUTO(sc_pattern_destroy) struct sc_pattern *pattern = calloc(1, sizeof *pattern);
    if (!pattern)
        return -ENOMEM;
    int rc = sc_canvas_create(width_px, height_px, &pattern->still);
    if (rc == 0)
        rc = sc_canvas_create(width_px, height_px, &pattern->canvas);
    if (rc < 0)
        return rc;
    sc_card_lay(&pattern->card, width_px, height_px);
    rc = prepare(pattern, detail);
    if (rc == 0)
        *out_pattern = sc_steal(pattern);
    return rc;
}

void sc_pattern_destroy(struct sc_pattern **pattern)
{
    struct sc_pattern *old = sc_steal(*pattern);
    if (!old)
        return;
    sc_canvas_destroy(&old->still);
    sc_canvas_destroy(&old->canvas);
    sc_digits_destroy(&old->clock);
    sc_digits_destroy(&old->number);
    free(old);
}

/* The trail is many thin veils, each from its start to the hand, so that they add up towards it. */
static void draw_hand(const struct sc_card *card, cairo_t *cr, uint64_t unix_us)
{
    const double turn = (double)(unix_us % US_PER_S) / US_PER_S;
    const double radius = card->dial.width / 2, reach = radius * 0.78;
    if (radius <= 0)
        return;
    cairo_save(cr);
    cairo_translate(cr, card->dial.x + radius, card->dial.y + radius);
    cairo_rotate(cr, (turn - 0.25) * 2 * M_PI);
    sc_shape_color(cr, SC_CARD_ACCENT, 0.03);
    for (int i = 1; i <= N_TRAIL; i++) {
        cairo_move_to(cr, 0, 0);
        cairo_arc(cr, 0, 0, reach, -TRAIL_TURN * 2 * M_PI * i / N_TRAIL, 0);
        cairo_fill(cr);
    }
    sc_shape_color(cr, SC_CARD_LIGHT, 1);
    cairo_set_line_width(cr, fmax(radius * 0.045, 1));
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    cairo_move_to(cr, 0, 0);
    cairo_line_to(cr, reach, 0);
    cairo_stroke(cr);
    sc_shape_disc(cr, 0, 0, fmax(radius * 0.07, 1));
    cairo_fill(cr);
    cairo_restore(cr);
}

static void draw_ball(const struct sc_card *card, cairo_t *cr, uint64_t unix_us)
{
    const struct sc_box *track = &card->track;
    const double phase = (double)(unix_us % (2 * CROSSING_US)) / CROSSING_US;
    const bool is_back = phase > 1;
    const double radius = track->height / 2;
    const double way = track->width - track->height;
    const double x = track->x + radius + way * (is_back ? 2 - phase : phase);
    const double tail = x + (is_back ? 1 : -1) * fmin(card->unit * 0.35, way * fmod(phase, 1));
    struct sc_box trail = {fmin(x, tail), track->y + radius * 0.5, fabs(x - tail), radius};
    cairo_pattern_t *fade = cairo_pattern_create_linear(tail, 0, x, 0);
    sc_shape_stop(fade, 0, SC_CARD_ACCENT, 0);
    sc_shape_stop(fade, 1, SC_CARD_ACCENT, 0.75);
    sc_shape_pattern(cr, &fade);
    sc_shape_box(cr, &trail);
    cairo_fill(cr);
    sc_shape_color(cr, SC_CARD_LIGHT, 1);
    sc_shape_disc(cr, x, track->y + radius, radius * 0.8);
    cairo_fill(cr);
}

static void draw_row(const struct sc_digits *digits, cairo_t *cr, const struct sc_box *box,
                     uint32_t rgb, const char *text)
{
    if (!digits)
        return;
    sc_shape_color(cr, rgb, 1);
    sc_digits_draw(digits, cr, box->x, box->y + box->height - sc_digits_height_px(digits), text);
}

static void draw_words(struct sc_pattern *pattern, cairo_t *cr, uint64_t number, uint64_t unix_us)
{
    const time_t seconds = (time_t)(unix_us / US_PER_S);
    char clock[32], text[32];
    struct tm tm = {0};
    (void)localtime_r(&seconds, &tm); /* fails past the year 2^31 only, and then shows zeros */
    (void)snprintf(clock, sizeof clock, "%02d:%02d:%02d.%03u", tm.tm_hour, tm.tm_min, tm.tm_sec,
                   (unsigned)(unix_us % US_PER_S / 1000));
    (void)snprintf(text, sizeof text, "%06" PRIu64, number);
    draw_row(pattern->clock, cr, &pattern->card.clock, SC_CARD_LIGHT, clock);
    draw_row(pattern->number, cr, &pattern->card.number, SC_CARD_ACCENT, text);
}

int sc_pattern_draw(struct sc_pattern *pattern, uint64_t number, uint64_t unix_us)
{
    sc_canvas_copy(pattern->canvas, pattern->still);
    cairo_t *cr = sc_canvas_begin(pattern->canvas);
    draw_hand(&pattern->card, cr, unix_us);
    draw_ball(&pattern->card, cr, unix_us);
    draw_words(pattern, cr, number, unix_us);
    return sc_canvas_end(pattern->canvas);
}

struct sc_canvas *sc_pattern_canvas(struct sc_pattern *pattern)
{
    return pattern->canvas;
}
