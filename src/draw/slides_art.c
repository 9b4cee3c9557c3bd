/* SPDX-License-Identifier: MIT */
#include "draw/slides_art.h"

#include <math.h>

#include "draw/shape.h"
#include "draw/text.h"

#define WHITE 0xffffff
#define INK   0x0d1220
#define MUTED 0x8b9bbb
#define CYAN  0x5ad1ff
#define AMBER 0xffc46b
#define PINK  0xff7eb6

#define N_VIEWERS 7

static void fill_round(cairo_t *cr, const struct sc_box *box, double radius, uint32_t rgb,
                       double alpha)
{
    sc_shape_color(cr, rgb, alpha);
    sc_shape_round(cr, box, radius);
    cairo_fill(cr);
}

static void fill_disc(cairo_t *cr, double x, double y, double radius, uint32_t rgb, double alpha)
{
    sc_shape_color(cr, rgb, alpha);
    sc_shape_disc(cr, x, y, radius);
    cairo_fill(cr);
}

static void fill_triangle(cairo_t *cr, double x, double y, double width, double height,
                          uint32_t rgb)
{
    sc_shape_color(cr, rgb, 1);
    cairo_new_path(cr);
    cairo_move_to(cr, x, y);
    cairo_line_to(cr, x + width / 2, y + height);
    cairo_line_to(cr, x - width / 2, y + height);
    cairo_close_path(cr);
    cairo_fill(cr);
}

/* A landscape in a white frame, around 0, 0. */
static void draw_photo(cairo_t *cr, double width)
{
    const double height = width * 0.72, rim = width * 0.05;
    const struct sc_box shadow = {-width / 2 + 5, -height / 2 + 7, width, height};
    const struct sc_box frame = {-width / 2, -height / 2, width, height};
    const struct sc_box view = {frame.x + rim, frame.y + rim, width - rim * 2, height - rim * 2};
    fill_round(cr, &shadow, 10, INK, 0.25);
    fill_round(cr, &frame, 10, WHITE, 1);
    cairo_save(cr);
    sc_shape_round(cr, &view, 6);
    cairo_clip(cr);
    sc_shape_color(cr, 0x9adcf5, 1);
    cairo_paint(cr);
    fill_disc(cr, width * 0.24, -height * 0.2, width * 0.09, AMBER, 1);
    fill_triangle(cr, -width * 0.15, -height * 0.2, width * 0.8, height * 0.75, 0x3f6f8f);
    fill_triangle(cr, width * 0.22, 0, width * 0.7, height * 0.5, 0x2c5470);
    cairo_restore(cr);
}

static void draw_stills(cairo_t *cr, const struct sc_box *box)
{
    const double y = box->y + box->height / 2;
    for (int i = -1; i <= 1; i++) {
        cairo_save(cr);
        cairo_translate(cr, box->x + box->width * 0.22 + i * 36, y + i * 10);
        cairo_rotate(cr, (i + 0.4) * 0.16);
        draw_photo(cr, 220);
        cairo_restore(cr);
    }
    const double x = box->x + box->width * 0.52;
    sc_shape_color(cr, WHITE, 0.9);
    cairo_set_line_width(cr, 10);
    cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
    cairo_move_to(cr, x - 44, y);
    cairo_line_to(cr, x + 40, y);
    cairo_move_to(cr, x + 14, y - 26);
    cairo_line_to(cr, x + 40, y);
    cairo_line_to(cr, x + 14, y + 26);
    cairo_stroke(cr);
    cairo_save(cr);
    cairo_translate(cr, box->x + box->width * 0.8, y);
    draw_photo(cr, 290);
    fill_disc(cr, 0, 0, 46, INK, 0.6);
    cairo_rotate(cr, M_PI / 2);
    fill_triangle(cr, 0, -26, 48, 42, WHITE);
    cairo_restore(cr);
}

static void draw_line_of_text(cairo_t *cr, double x, double y, double width, const char *font,
                              double size_px, uint32_t rgb, const char *text)
{
    const struct sc_box box = {x, y, width, size_px * 2};
    const struct sc_text_style style = {
        .font = font, .most_px = size_px, .rgb = rgb, .is_one_line = true};
    sc_text_draw(cr, &box, &style, text, NULL);
}

/* Three dots in the upper left corner make any box a window. */
static void draw_window(cairo_t *cr, const struct sc_box *box, uint32_t rgb)
{
    static const uint32_t dots[] = {0xff6b6b, 0xffd166, 0x5dd39e};
    const struct sc_box shadow = {box->x + 6, box->y + 9, box->width, box->height};
    fill_round(cr, &shadow, 14, INK, 0.3);
    fill_round(cr, box, 14, rgb, 1);
    for (int i = 0; i < 3; i++)
        fill_disc(cr, box->x + 26 + i * 24, box->y + 24, 7, dots[i], 1);
}

static void draw_terminal(cairo_t *cr, const struct sc_box *box)
{
    static const char *const lines[] = {
        "$ curl -T plot.png \\", "    http://localhost:8080/plot.jpg",
        "$ ffmpeg -i film.mp4 -f mpjpeg \\", "    http://localhost:8080/film.mjpg"};
    draw_window(cr, box, INK);
    for (int i = 0; i < 4; i++)
        draw_line_of_text(cr, box->x + 34, box->y + 56 + i * 50, box->width - 68, "Monospace", 30,
                          i % 2 ? CYAN : WHITE, lines[i]);
}

static double wave(double at, double phase)
{
    return sin(at * 4.2 * M_PI + phase) * 0.62 * exp(-at * 0.7) + 0.2 * sin(at * 17 + phase);
}

static void draw_wave(cairo_t *cr, const struct sc_box *box, double phase, uint32_t rgb)
{
    const double middle = box->y + box->height / 2;
    cairo_new_path(cr);
    for (double at = 0; at <= 1.0001; at += 0.004)
        cairo_line_to(cr, box->x + box->width * at, middle - wave(at, phase) * box->height * 0.5);
    sc_shape_color(cr, rgb, 1);
    cairo_set_line_width(cr, 4);
    cairo_stroke_preserve(cr);
    cairo_line_to(cr, box->x + box->width, box->y + box->height);
    cairo_line_to(cr, box->x, box->y + box->height);
    cairo_close_path(cr);
    sc_shape_color(cr, rgb, 0.13);
    cairo_fill(cr);
}

static void draw_plot(cairo_t *cr, const struct sc_box *box)
{
    const struct sc_box area = {box->x + 30, box->y + 22, box->width - 60, box->height - 44};
    fill_round(cr, box, 14, INK, 0.88);
    sc_shape_color(cr, WHITE, 0.12);
    cairo_set_line_width(cr, 1);
    for (int i = 0; i <= 4; i++) {
        cairo_move_to(cr, area.x, round(area.y + area.height * i / 4) + 0.5);
        cairo_rel_line_to(cr, area.width, 0);
    }
    for (int i = 0; i <= 12; i++) {
        cairo_move_to(cr, round(area.x + area.width * i / 12) + 0.5, area.y);
        cairo_rel_line_to(cr, 0, area.height);
    }
    cairo_stroke(cr);
    draw_wave(cr, &area, 1.9, PINK);
    draw_wave(cr, &area, 0, CYAN);
    fill_disc(cr, area.x + area.width, area.y + area.height / 2 * (1 - wave(1, 0)), 9, WHITE, 1);
}

/* heat  0 to 1: dark blue, magenta, orange, pale yellow. */
static uint32_t heat_color(double heat)
{
    static const double stops[][3] = {
        {13, 8, 60}, {94, 15, 130}, {190, 40, 110}, {245, 120, 50}, {252, 245, 170}};
    const double at = fmin(fmax(heat, 0), 0.9999) * 4;
    const double *low = stops[(int)at], *high = stops[(int)at + 1], part = at - floor(at);
    uint32_t rgb = 0;
    for (int i = 0; i < 3; i++)
        rgb = rgb << 8 | (uint32_t)(low[i] + (high[i] - low[i]) * part);
    return rgb;
}

static void draw_heat(cairo_t *cr, const struct sc_box *box)
{
    const double cell = 12;
    cairo_save(cr);
    sc_shape_round(cr, box, 14);
    cairo_clip(cr);
    for (double y = 0; y < box->height; y += cell) {
        for (double x = 0; x < box->width; x += cell) {
            const double u = x / box->width * 7, v = y / box->height * 3;
            const double heat = 0.5 + 0.2 * sin(u + sin(v * 1.7)) + 0.2 * cos(v * 1.9 - u * 0.6) +
                                0.13 * sin(u * 2.3 + v * 3.1);
            sc_shape_color(cr, heat_color(heat), 1);
            cairo_rectangle(cr, box->x + x, box->y + y, cell - 1, cell - 1);
            cairo_fill(cr);
        }
    }
    cairo_restore(cr);
}

static void draw_fan(cairo_t *cr, const struct sc_box *box)
{
    const double x = box->x + box->width * 0.2, y = box->y + box->height / 2;
    const double far = box->x + box->width * 0.88;
    cairo_set_line_width(cr, 3);
    for (int i = 0; i < N_VIEWERS; i++) {
        const double to = box->y + 18 + (box->height - 36) * i / (N_VIEWERS - 1);
        const double middle = (x + far) / 2, at = 0.3 + 0.1 * ((i * 3) % N_VIEWERS);
        const double along = 1.5 * at * (1 - at) + at * at * at, across = at * at * (3 - 2 * at);
        sc_shape_color(cr, WHITE, 0.45);
        cairo_move_to(cr, x, y);
        cairo_curve_to(cr, middle, y, middle, to, far, to);
        cairo_stroke(cr);
        fill_disc(cr, x + (far - x) * along, y + (to - y) * across, 7, AMBER, 1);
        const struct sc_box screen = {far, to - 15, 48, 30};
        fill_round(cr, &screen, 6, WHITE, 0.95);
    }
    cairo_save(cr);
    cairo_translate(cr, x - 40, y);
    draw_photo(cr, 230);
    cairo_restore(cr);
}

static void draw_page(cairo_t *cr, const struct sc_box *box)
{
    draw_window(cr, box, 0xf4f6fb);
    const struct sc_box bar = {box->x + 110, box->y + 11, box->width - 136, 26};
    const struct sc_box code = {box->x + 30, box->y + 62, box->width * 0.55, box->height - 90};
    fill_round(cr, &bar, 13, 0xdde3ee, 1);
    draw_line_of_text(cr, bar.x + 16, bar.y + 3, bar.width, "Sans", 16, 0x4a5672,
                      "http://my.page/");
    draw_line_of_text(cr, code.x, code.y + 52, code.width, "Monospace", 28, 0xb0297a, "<img src=");
    draw_line_of_text(cr, code.x, code.y + 98, code.width, "Monospace", 28, 0x1d6fb8,
                      "\"http://localhost:8080/plot.mjpg\">");
    cairo_save(cr);
    cairo_translate(cr, box->x + box->width * 0.8, box->y + box->height * 0.57);
    draw_photo(cr, 260);
    cairo_restore(cr);
}

const struct sc_slides_art *sc_slides_art(size_t *out_n)
{
    static const struct sc_slides_art slides[] = {
        {0x3730a3, 0xdb2777, "Still pictures in, live pictures out",
         "a slideshow is the simplest stream there is", draw_stills},
        {0x0f766e, 0x1e3a8a, "Publish from anything", "the stream exists from the first picture on",
         draw_terminal},
        {0x1e3a8a, 0x7c3aed, "A graph that is always fresh", "stillcast plot=watch:out/plot.png",
         draw_plot},
        {0x7f1d1d, 0x1e1b4b, "Whatever your program can draw", "plotter | stillcast -", draw_heat},
        {0x065f46, 0x0c4a6e, "One source, any number of viewers",
         "a slow one skips pictures and holds up nobody", draw_fan},
        {0x9a3412, 0x86198f, "Shows in any <img>", "and in VLC, OpenCV, ffmpeg, Home Assistant",
         draw_page},
    };
    *out_n = sizeof slides / sizeof *slides;
    return slides;
}
