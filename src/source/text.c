/* SPDX-License-Identifier: MIT */
/* A text as a stream: a clock, a state, a line in any script. A new picture comes only when the
 * text has become another one. The letters' size depends on the text with all its digits the same,
 * so that a clock does not tremble. */
#define SC_LOG_TOPIC "source.text"
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "draw/shape.h"
#include "draw/text.h"
#include "source/color.h"
#include "source/source.h"
#include "source/spec.h"
#include "source/words.h"
#include "stillcast/log.h"

#define WIDTH_PX   640
#define HEIGHT_PX  120
#define QUALITY    90
#define TEXT       "%F %T"
#define MARGIN     0.06 /* of the shorter side */
#define LETTERS_PX 2000 /* no limit but the box */

struct text {
    const char *text; /* to be filled in */
    const char *stream;
    uint32_t width_px, height_px, ground_rgb;
    struct sc_canvas_format format;
    struct sc_text_style style;

    struct sc_canvas *canvas; /* while open, as all below */
    bool has_shown;
    char shown[SC_WORDS_BYTES];
    double size_px;
    char shape[SC_WORDS_BYTES]; /* of what is shown: its digits are all the same */
};

static int take_look(struct text *text, const struct sc_source_spec *spec, struct sc_err *err)
{
    static const char *const kinds[] = {"png", "jpeg", NULL};
    static const char *const aligns[] = {"left", "center", "right", NULL};
    int kind = 0, align = SC_TEXT_CENTER;
    double quality = QUALITY;
    int rc = sc_spec_get_choice(spec, "format", kinds, &kind, err);
    if (rc == 0)
        rc = sc_spec_get_choice(spec, "align", aligns, &align, err);
    if (rc == 0)
        rc = sc_spec_get_number(spec, "quality", 1, 100, &quality, err);
    if (rc == 0)
        rc = sc_color_get(spec, "color", &text->style.rgb, err);
    if (rc == 0)
        rc = sc_color_get(spec, "background", &text->ground_rgb, err);
    if (rc == 0)
        rc = sc_spec_get_number(spec, "letters", SC_TEXT_LEAST_PX, LETTERS_PX, &text->style.most_px,
                                err);
    text->style.align = (enum sc_text_align)align;
    text->style.font = sc_spec_get(spec, "font");
    text->format = (struct sc_canvas_format){
        .kind = kind == 0 ? SC_KIND_PNG : SC_KIND_JPEG, .quality = (int)quality, .is_flat = true};
    return rc;
}

static int text_setup(void *state, const struct sc_source_spec *spec, struct sc_err *err)
{
    struct text *text = state;
    *text = (struct text){
        .text = *spec->targets[0] ? spec->targets[0] : TEXT,
        .stream = spec->name,
        .width_px = WIDTH_PX,
        .height_px = HEIGHT_PX,
        .ground_rgb = 0x12161d,
        .style = {.most_px = LETTERS_PX, .sink = 0.5, .rgb = 0xe6ebf4},
    };
    int rc = sc_spec_get_size(spec, "size", &text->width_px, &text->height_px, err);
    if (rc == 0 && sc_canvas_check_size(text->width_px, text->height_px) < 0)
        return sc_err_set(err, -EINVAL,
                          "'#size=%ux%u': each side must be at least %d, and 7680x4320 is the "
                          "largest area",
                          text->width_px, text->height_px, SC_CANVAS_MIN_PX);
    if (rc == 0)
        rc = take_look(text, spec, err);
    return rc < 0 ? rc : sc_words_check(text->text, err);
}

static int text_open(void *state, const struct sc_source_ctx *ctx, struct sc_err *err)
{
    struct text *text = state;
    int rc = sc_canvas_create(text->width_px, text->height_px, &text->canvas);
    text->has_shown = false;
    text->shape[0] = '\0';
    return rc < 0 ? sc_err_set(err, rc, "no text can be drawn: %s", strerror(-rc)) : 0;
}

/* In proportional digits none is wider than an 8. */
static void make_shape(const char *text, char out[SC_WORDS_BYTES])
{
    size_t i = 0;
    for (; text[i]; i++)
        out[i] = text[i] >= '0' && text[i] <= '9' ? '8' : text[i];
    out[i] = '\0';
}

static void tell_missing(const struct text *text, cairo_t *cr)
{
    const int n = sc_text_n_missing(cr, &text->style, text->shown);
    if (n > 0)
        sc_log(SC_WARN,
               "stream=%s: no font on this machine has %d of the characters in '%s': install one "
               "that does (fonts-droid-fallback for Chinese, fonts-noto-core for many more)",
               text->stream, n, text->shown);
}

static int draw(struct text *text)
{
    const double margin = fmin(text->width_px, text->height_px) * MARGIN;
    const struct sc_box box = {margin, margin, text->width_px - 2 * margin,
                               text->height_px - 2 * margin};
    struct sc_text_style style = text->style;
    char shape[SC_WORDS_BYTES];
    cairo_t *cr = sc_canvas_begin(text->canvas);
    sc_shape_color(cr, text->ground_rgb, 1);
    cairo_paint(cr);
    make_shape(text->shown, shape);
    if (strcmp(shape, text->shape) != 0) {
        memcpy(text->shape, shape, sizeof shape);
        text->size_px = sc_text_size_px(cr, &box, &style, shape);
        tell_missing(text, cr);
    }
    if (text->size_px > 0)
        style.least_px = style.most_px = text->size_px;
    sc_text_draw(cr, &box, &style, text->shown, NULL);
    return sc_canvas_end(text->canvas);
}

/* Waits until the text is another one than what is shown. Returns: 0; -ECANCELED. */
static int wait_for_change(struct text *text, const struct sc_source_ctx *ctx)
{
    const struct sc_words_ctx words = {ctx->registry, text->stream};
    for (;;) {
        char now[SC_WORDS_BYTES];
        const uint64_t unix_us = sc_clock_unix_us();
        sc_words_fill(text->text, &words, unix_us, now);
        if (!text->has_shown || strcmp(now, text->shown) != 0) {
            memcpy(text->shown, now, sizeof now);
            return 0;
        }
        const uint64_t us = sc_words_lasts_us(text->text, unix_us);
        const int rc =
            sc_source_wait(ctx, -1, 0, us == UINT64_MAX ? UINT64_MAX : sc_clock_ns() + us * 1000);
        if (rc != -ETIMEDOUT)
            return rc;
    }
}

static int text_read(void *state, const struct sc_source_ctx *ctx, struct sc_draft **out_draft,
                     struct sc_err *err)
{
    struct text *text = state;
    int rc = wait_for_change(text, ctx);
    if (rc < 0)
        return rc;
    rc = draw(text);
    if (rc == 0)
        rc = sc_canvas_to_draft(text->canvas, ctx->pool, &text->format, out_draft);
    if (rc < 0)
        return sc_err_set(err, rc, "the text cannot be drawn: %s", strerror(-rc));
    text->has_shown = true;
    return 0;
}

static void text_close(void *state)
{
    struct text *text = state;
    sc_canvas_destroy(&text->canvas);
}

static void text_suggest_name(const struct sc_source_spec *spec, char *out_name, size_t name_bytes)
{
    (void)snprintf(out_name, name_bytes, "text");
}

static const struct sc_source_option text_options[] = {
    {"size", "WxH", "how large, from 16x16 to 7680x4320 (default 640x120)"},
    {"font", "NAME", "as pango names it: 'Serif Bold' (default Sans)"},
    {"letters", "N", "their largest size in pixels (default: as large as they fit)"},
    {"align", "left|center|right", "where lines stand (default center)"},
    {"color", "RRGGBB", "of the letters, or a name such as orange (default e6ebf4)"},
    {"background", "RRGGBB", "behind them (default 12161d)"},
    {"format", "png|jpeg", "the kind of picture (default png)"},
    {"quality", "N", "of JPEGs, 1 to 100 (default 90)"},
    {NULL, NULL, NULL},
};

const struct sc_source_ops sc_source_text = {
    .name = "text",
    .usage = "text:WORDS",
    .help = "a text or clock: strftime's %F %T (default), {stream.viewers}, any script",
    .options = text_options,
    .state_size = sizeof(struct text),
    .suggest_name = text_suggest_name,
    .setup = text_setup,
    .open = text_open,
    .read = text_read,
    .close = text_close,
};
