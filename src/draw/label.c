/* SPDX-License-Identifier: MIT */
#include "draw/label.h"

#include <errno.h>
#include <math.h>
#include <pango/pangocairo.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/own.h"
#include "draw/plain.h"
#include "draw/shape.h"

#define N_SETS     64
#define N_WAYS     4
#define TEXT_BYTES 256
#define PAD_PX     2 /* letters may reach over their advance */

struct label {
    uint64_t key;
    uint64_t used;
    char text[TEXT_BYTES];
    struct sc_label_style style;
    cairo_surface_t *stamp; /* NULL: empty, or no memory */
    double width_px, height_px;
};

struct sc_labels {
    cairo_surface_t *scratch;
    cairo_t *cr;
    uint64_t clock;
    struct label sets[N_SETS][N_WAYS];
};

int sc_labels_create(struct sc_labels **out_labels)
{
    SC_AUTO(sc_labels_destroy) struct sc_labels *labels = calloc(1, sizeof *labels);
    if (!labels)
        return -ENOMEM;
    labels->scratch = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, 1, 1);
    labels->cr = cairo_create(labels->scratch);
    if (cairo_status(labels->cr) != CAIRO_STATUS_SUCCESS)
        return -ENOMEM;
    *out_labels = sc_steal(labels);
    return 0;
}

void sc_labels_destroy(struct sc_labels **labels)
{
    struct sc_labels *old = sc_steal(*labels);
    if (!old)
        return;
    for (int i = 0; i < N_SETS * N_WAYS; i++)
        cairo_surface_destroy(old->sets[i / N_WAYS][i % N_WAYS].stamp);
    cairo_destroy(old->cr);
    cairo_surface_destroy(old->scratch);
    free(old);
}

static PangoLayout *lay(struct sc_labels *labels, const struct sc_label_style *style,
                        const char *text)
{
    PangoLayout *layout = pango_cairo_create_layout(labels->cr);
    PangoFontDescription *font = pango_font_description_from_string(style->font);
    pango_font_description_set_absolute_size(font, style->size_px * PANGO_SCALE);
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
    pango_layout_set_single_paragraph_mode(layout, true);
    if (style->most_px > 0) {
        pango_layout_set_width(layout, (int)(style->most_px * PANGO_SCALE));
        pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    }
    pango_layout_set_text(layout, text, -1);
    return layout;
}

static void draw(struct sc_labels *labels, struct label *label)
{
    PangoLayout *layout = lay(labels, &label->style, label->text);
    PangoRectangle logical;
    pango_layout_get_pixel_extents(layout, NULL, &logical);
    label->width_px = logical.width;
    label->height_px = logical.height;
    label->stamp = cairo_image_surface_create(CAIRO_FORMAT_ARGB32, logical.width + 2 * PAD_PX,
                                              logical.height + 2 * PAD_PX);
    cairo_t *cr = cairo_create(label->stamp);
    sc_shape_color(cr, label->style.rgb, 1);
    cairo_move_to(cr, PAD_PX - logical.x, PAD_PX - logical.y);
    pango_cairo_show_layout(cr, layout);
    cairo_destroy(cr);
    cairo_surface_flush(label->stamp);
    g_object_unref(layout);
}

static bool is_same(const struct label *label, const struct sc_label_style *style, const char *text)
{
    return label->stamp && label->style.font == style->font && label->style.rgb == style->rgb &&
           label->style.size_px == style->size_px && label->style.most_px == style->most_px &&
           strcmp(label->text, text) == 0;
}

static const struct label *find(struct sc_labels *labels, const struct sc_label_style *style,
                                const char *raw)
{
    char text[TEXT_BYTES];
    sc_plain_text(raw, text, sizeof text);
    const uint64_t key = sc_hash(text, strlen(text));
    struct label *set = labels->sets[key % N_SETS], *oldest = set;
    labels->clock++;
    for (struct label *at = set; at < set + N_WAYS; at++) {
        if (at->key == key && is_same(at, style, text)) {
            at->used = labels->clock;
            return at;
        }
        if (at->used < oldest->used)
            oldest = at;
    }
    cairo_surface_destroy(oldest->stamp);
    *oldest = (struct label){.key = key, .used = labels->clock, .style = *style};
    memcpy(oldest->text, text, sizeof text);
    draw(labels, oldest);
    return oldest;
}

double sc_labels_width_px(struct sc_labels *labels, const struct sc_label_style *style,
                          const char *text)
{
    return find(labels, style, text)->width_px;
}

double sc_labels_height_px(struct sc_labels *labels, const struct sc_label_style *style)
{
    return find(labels, style, "0")->height_px;
}

double sc_labels_draw(struct sc_labels *labels, cairo_t *cr, const struct sc_label_style *style,
                      double x, double y, const char *text)
{
    const struct label *label = find(labels, style, text);
    cairo_set_source_surface(cr, label->stamp, round(x) - PAD_PX, round(y) - PAD_PX);
    cairo_paint(cr);
    return label->width_px;
}
