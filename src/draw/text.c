/* SPDX-License-Identifier: MIT */
#include "draw/text.h"

#include <math.h>
#include <pango/pangocairo.h>
#include <string.h>

#include "base/own.h"
#include "draw/shape.h"

/* Sizes are searched in steps of 1/PARTS pixel. */
#define PARTS 2

static void drop_object(void *address)
{
    g_clear_object((GObject **)address);
}

static void drop_font(PangoFontDescription **font)
{
    pango_font_description_free(*font);
}

static void drop_text(char **text)
{
    g_free(*text);
}

static char *clean_text(const char *text)
{
    size_t len = strnlen(text, SC_TEXT_MAX_BYTES);
    return g_utf8_make_valid(text, (gssize)len);
}

static void set_size(PangoLayout *layout, PangoFontDescription *font, double size_px)
{
    pango_font_description_set_absolute_size(font, size_px * PANGO_SCALE);
    pango_layout_set_font_description(layout, font);
}

static bool fits(PangoLayout *layout, const struct sc_box *box)
{
    PangoRectangle logical;
    pango_layout_get_extents(layout, NULL, &logical);
    return logical.width <= box->width * PANGO_SCALE && logical.height <= box->height * PANGO_SCALE;
}

/* Leaves the layout at the largest size that fits; else false, at the smallest. */
static bool fit(PangoLayout *layout, PangoFontDescription *font, const struct sc_box *box,
                double least_px, double most_px)
{
    int good = (int)ceil(least_px * PARTS) - 1, bad = (int)(most_px * PARTS) + 1;
    int least = good + 1;
    while (bad - good > 1) {
        int size = good + (bad - good) / 2;
        set_size(layout, font, (double)size / PARTS);
        if (fits(layout, box))
            good = size;
        else
            bad = size;
    }
    set_size(layout, font, fmax(good, least) / PARTS);
    return good >= least;
}

/* Whole words first; then words may be broken; then the end is cut. Returns: whether anything of
 * it can be shown. */
static bool fit_or_cut(PangoLayout *layout, PangoFontDescription *font, const struct sc_box *box,
                       const struct sc_text_style *style)
{
    double least = fmax(style->least_px, SC_TEXT_LEAST_PX);
    if (style->is_one_line)
        pango_layout_set_single_paragraph_mode(layout, true);
    else
        pango_layout_set_width(layout, (int)(box->width * PANGO_SCALE));
    if (fit(layout, font, box, least, style->most_px))
        return true;
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    if (!style->is_one_line && fit(layout, font, box, least, style->most_px))
        return true;
    pango_layout_set_width(layout, (int)(box->width * PANGO_SCALE));
    pango_layout_set_height(layout, style->is_one_line ? -1 : (int)(box->height * PANGO_SCALE));
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    return fits(layout, box);
}

static void show(cairo_t *cr, const struct sc_box *box, const struct sc_text_style *style,
                 PangoLayout *layout, struct sc_box *out_used)
{
    PangoRectangle logical;
    pango_layout_get_extents(layout, NULL, &logical);
    double width = (double)logical.width / PANGO_SCALE;
    double height = (double)logical.height / PANGO_SCALE;
    double x = box->x + (box->width - width) * style->align / 2;
    double y = box->y + (box->height - height) * style->sink;
    cairo_save(cr);
    sc_shape_color(cr, style->rgb, 1);
    cairo_move_to(cr, x - (double)logical.x / PANGO_SCALE, y - (double)logical.y / PANGO_SCALE);
    pango_cairo_show_layout(cr, layout);
    cairo_new_path(cr);
    cairo_restore(cr);
    *out_used = (struct sc_box){x, y, width, height};
}

/* A text with its font, ready to be fitted. */
struct prepared {
    PangoLayout *layout;
    PangoFontDescription *font;
};

static void fini(struct prepared *prepared)
{
    drop_object(&prepared->layout);
    drop_font(&prepared->font);
}

static struct prepared prepare(cairo_t *cr, const struct sc_text_style *style, const char *text)
{
    static const PangoAlignment aligns[] = {PANGO_ALIGN_LEFT, PANGO_ALIGN_CENTER,
                                            PANGO_ALIGN_RIGHT};
    SC_AUTO(drop_text) char *clean = clean_text(text);
    struct prepared prepared = {
        pango_cairo_create_layout(cr),
        pango_font_description_from_string(style->font ? style->font : "Sans")};
    pango_layout_set_alignment(prepared.layout, aligns[style->align]);
    pango_layout_set_text(prepared.layout, clean, -1);
    return prepared;
}

void sc_text_draw(cairo_t *cr, const struct sc_box *box, const struct sc_text_style *style,
                  const char *text, struct sc_box *out_used)
{
    struct sc_box used = {box->x, box->y, 0, 0};
    if (text && *text && box->width >= 1 && box->height >= 1) {
        SC_AUTO(fini) struct prepared what = prepare(cr, style, text);
        if (fit_or_cut(what.layout, what.font, box, style))
            show(cr, box, style, what.layout, &used);
    }
    if (out_used)
        *out_used = used;
}

double sc_text_size_px(cairo_t *cr, const struct sc_box *box, const struct sc_text_style *style,
                       const char *text)
{
    if (!text || !*text || box->width < 1 || box->height < 1)
        return 0;
    SC_AUTO(fini) struct prepared what = prepare(cr, style, text);
    if (!fit_or_cut(what.layout, what.font, box, style))
        return 0;
    return (double)pango_font_description_get_size(what.font) / PANGO_SCALE;
}

int sc_text_n_missing(cairo_t *cr, const struct sc_text_style *style, const char *text)
{
    SC_AUTO(fini) struct prepared what = prepare(cr, style, text);
    return pango_layout_get_unknown_glyphs_count(what.layout);
}
