/* SPDX-License-Identifier: MIT */
#include "source/overlay.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/own.h"
#include "draw/shape.h"
#include "draw/text.h"
#include "media/frame.h"
#include "picture/patch.h"
#include "source/color.h"
#include "source/spec.h"
#include "source/words.h"

#define LETTERS_SHARE 22.0 /* of the height */
#define LETTERS_LEAST 10
#define LETTERS_MOST  400
#define PLATE_ALPHA   0.55
#define MARGIN_SHARE  0.02 /* of the height */
#define LOGO_SHARE    0.25 /* of width and height, at the most */

enum corner {
    TOP_LEFT,
    TOP,
    TOP_RIGHT,
    BOTTOM_LEFT,
    BOTTOM,
    BOTTOM_RIGHT,
};

/* A drawing and the size of the pictures that it was made for. */
struct layer {
    cairo_surface_t *surface; /* NULL: nothing to lay */
    enum corner corner;
    uint64_t version;
};

struct sc_overlay {
    const char *words; /* NULL: none */
    const char *stream;
    double letters_px; /* 0: as the picture is high */
    uint32_t rgb;
    cairo_surface_t *logo; /* as it is in its file; NULL: none */
    struct sc_patch *patch;

    struct layer text, mark; /* what is laid, the logo being the mark */
    uint32_t width_px, height_px;
    char shown[SC_WORDS_BYTES];
    uint64_t next_us; /* when the words may be others */
};

static int load_logo(struct sc_overlay *overlay, const char *path, struct sc_err *err)
{
    overlay->logo = cairo_image_surface_create_from_png(path);
    switch (cairo_surface_status(overlay->logo)) {
    case CAIRO_STATUS_SUCCESS:
        return 0;
    case CAIRO_STATUS_FILE_NOT_FOUND:
        return sc_err_set(err, -ENOENT, "'#logo=%s': there is no such file", path);
    case CAIRO_STATUS_NO_MEMORY:
        return sc_err_set(err, -ENOMEM, "'#logo=%s': out of memory", path);
    default:
        return sc_err_set(err, -EINVAL, "'#logo=%s': this is no PNG that can be read", path);
    }
}

static int take_options(struct sc_overlay *overlay, const struct sc_source_spec *spec,
                        struct sc_err *err)
{
    static const char *const corners[] = {"top-left", "top",          "top-right", "bottom-left",
                                          "bottom",   "bottom-right", NULL};
    const char *logo = sc_spec_get(spec, "logo");
    int text_at = BOTTOM_LEFT, logo_at = TOP_RIGHT;
    int rc = sc_spec_get_choice(spec, "overlay_at", corners, &text_at, err);
    if (rc == 0)
        rc = sc_spec_get_choice(spec, "logo_at", corners, &logo_at, err);
    if (rc == 0)
        rc = sc_spec_get_number(spec, "overlay_letters", SC_TEXT_LEAST_PX, LETTERS_MOST,
                                &overlay->letters_px, err);
    if (rc == 0)
        rc = sc_color_get(spec, "overlay_color", &overlay->rgb, err);
    if (rc == 0 && overlay->words)
        rc = sc_words_check(overlay->words, err);
    if (rc == 0 && logo)
        rc = load_logo(overlay, logo, err);
    overlay->text.corner = (enum corner)text_at;
    overlay->mark.corner = (enum corner)logo_at;
    return rc;
}

static int check_use(const struct sc_source_spec *spec, struct sc_err *err)
{
    static const char *const words[] = {"overlay_at", "overlay_letters", "overlay_color"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (sc_spec_get(spec, words[i]) && !sc_spec_get(spec, "overlay"))
            return sc_err_set(err, -EINVAL, "'#%s' without '#overlay' says nothing", words[i]);
    if (sc_spec_get(spec, "logo_at") && !sc_spec_get(spec, "logo"))
        return sc_err_set(err, -EINVAL, "'#logo_at' without '#logo' says nothing");
    return 0;
}

int sc_overlay_create(const struct sc_source_spec *spec, struct sc_overlay **out_overlay,
                      struct sc_err *err)
{
    SC_AUTO(sc_overlay_destroy) struct sc_overlay *overlay = NULL;
    int rc = check_use(spec, err);
    if (rc < 0)
        return rc;
    *out_overlay = NULL;
    if (!sc_spec_get(spec, "overlay") && !sc_spec_get(spec, "logo"))
        return 0;
    overlay = calloc(1, sizeof *overlay);
    if (!overlay || sc_patch_create(&overlay->patch) < 0)
        return sc_err_set(err, -ENOMEM, "out of memory");
    overlay->words = sc_spec_get(spec, "overlay");
    overlay->stream = spec->name;
    overlay->rgb = 0xffffff;
    rc = take_options(overlay, spec, err);
    if (rc == 0)
        *out_overlay = sc_steal(overlay);
    return rc;
}

void sc_overlay_destroy(struct sc_overlay **overlay)
{
    struct sc_overlay *old = sc_steal(*overlay);
    if (!old)
        return;
    cairo_surface_destroy(old->logo);
    cairo_surface_destroy(old->text.surface);
    cairo_surface_destroy(old->mark.surface);
    sc_patch_destroy(&old->patch);
    free(old);
}

/* --- drawing --- */

static int replace(struct layer *layer, cairo_surface_t *surface)
{
    cairo_surface_destroy(layer->surface);
    layer->surface = surface;
    layer->version++;
    if (cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS)
        return 0;
    cairo_surface_destroy(sc_steal(layer->surface));
    return -ENOMEM;
}

static double margin_px(const struct sc_overlay *overlay)
{
    return ceil(overlay->height_px * MARGIN_SHARE);
}

/* Letters on a dark plate, which are read on any picture. */
static int draw_text(struct sc_overlay *overlay)
{
    const double letters = overlay->letters_px > 0
                               ? overlay->letters_px
                               : fmax(overlay->height_px / LETTERS_SHARE, LETTERS_LEAST);
    const double pad = ceil(letters * 0.35), most = overlay->width_px - 2 * margin_px(overlay);
    const struct sc_text_style style = {
        .font = "Sans", .least_px = letters, .most_px = letters, .rgb = overlay->rgb};
    const struct sc_box room = {pad, pad, most - 2 * pad, overlay->height_px * 0.5};
    SC_AUTO(sc_shape_drop)
    cairo_surface_t *scratch = cairo_image_surface_create(CAIRO_FORMAT_A8, 1, 1);
    struct sc_box used;
    cairo_t *cr = cairo_create(scratch);
    sc_text_draw(cr, &room, &style, overlay->shown, &used);
    cairo_destroy(cr);
    const struct sc_box plate = {0, 0, ceil(used.width) + 2 * pad, ceil(used.height) + 2 * pad};
    int rc = replace(&overlay->text, cairo_image_surface_create(
                                         CAIRO_FORMAT_ARGB32, (int)plate.width, (int)plate.height));
    if (rc < 0 || used.width <= 0)
        return rc;
    cr = cairo_create(overlay->text.surface);
    sc_shape_color(cr, 0x000000, PLATE_ALPHA);
    sc_shape_round(cr, &plate, pad);
    cairo_fill(cr);
    sc_text_draw(cr, &room, &style, overlay->shown, NULL);
    cairo_destroy(cr);
    cairo_surface_flush(overlay->text.surface);
    return 0;
}

static int draw_logo(struct sc_overlay *overlay)
{
    const double width = cairo_image_surface_get_width(overlay->logo);
    const double height = cairo_image_surface_get_height(overlay->logo);
    const double shrink = fmin(
        1, fmin(overlay->width_px * LOGO_SHARE / width, overlay->height_px * LOGO_SHARE / height));
    int rc = replace(&overlay->mark,
                     cairo_image_surface_create(CAIRO_FORMAT_ARGB32, (int)ceil(width * shrink),
                                                (int)ceil(height * shrink)));
    if (rc < 0)
        return rc;
    cairo_t *cr = cairo_create(overlay->mark.surface);
    cairo_scale(cr, shrink, shrink);
    cairo_set_source_surface(cr, overlay->logo, 0, 0);
    cairo_paint(cr);
    cairo_destroy(cr);
    cairo_surface_flush(overlay->mark.surface);
    return 0;
}

static int refresh(struct sc_overlay *overlay, const struct sc_source_ctx *ctx, bool is_resized)
{
    const uint64_t now_us = sc_clock_unix_us();
    const struct sc_words_ctx words = {ctx->registry, overlay->stream};
    char now[SC_WORDS_BYTES];
    int rc = is_resized && overlay->logo ? draw_logo(overlay) : 0;
    if (rc < 0 || !overlay->words || (!is_resized && now_us < overlay->next_us))
        return rc;
    const uint64_t lasts_us = sc_words_lasts_us(overlay->words, now_us);
    overlay->next_us = lasts_us == UINT64_MAX ? UINT64_MAX : now_us + lasts_us;
    sc_words_fill(overlay->words, &words, now_us, now);
    if (!is_resized && strcmp(now, overlay->shown) == 0)
        return 0;
    memcpy(overlay->shown, now, sizeof now);
    return draw_text(overlay);
}

/* --- laying --- */

static struct sc_patch_layer place(const struct sc_overlay *overlay, const struct layer *layer)
{
    if (!layer->surface)
        return (struct sc_patch_layer){0};
    const int margin = (int)margin_px(overlay);
    const int width = cairo_image_surface_get_width(layer->surface);
    const int height = cairo_image_surface_get_height(layer->surface);
    const int across = layer->corner % 3, free_px = (int)overlay->width_px - width;
    return (struct sc_patch_layer){
        .pixels = cairo_image_surface_get_data(layer->surface),
        .width_px = width,
        .height_px = height,
        .stride_bytes = (size_t)cairo_image_surface_get_stride(layer->surface),
        .x = across == 0   ? margin
             : across == 1 ? free_px / 2
                           : free_px - margin,
        .y = layer->corner < BOTTOM_LEFT ? margin : (int)overlay->height_px - height - margin,
        .version = layer->version,
    };
}

static int patch(struct sc_overlay *overlay, const struct sc_source_ctx *ctx,
                 struct sc_draft **draft)
{
    const struct sc_slice before = sc_draft_written(*draft);
    const struct sc_patch_layer layers[] = {place(overlay, &overlay->mark),
                                            place(overlay, &overlay->text)};
    SC_AUTO(sc_draft_destroy) struct sc_draft *after = NULL;
    const uint8_t *jpeg = NULL;
    size_t len = 0;
    int rc = sc_patch_jpeg(overlay->patch, before.data, before.len_bytes, layers, &jpeg, &len);
    if (rc == 0)
        rc = sc_draft_create(ctx->pool, len, &after);
    if (rc == 0)
        rc = sc_draft_append(after, jpeg, len);
    if (rc < 0)
        return rc;
    sc_draft_succeed(after, *draft);
    sc_draft_destroy(draft);
    *draft = sc_steal(after);
    return 0;
}

int sc_overlay_lay(struct sc_overlay *overlay, const struct sc_source_ctx *ctx,
                   struct sc_draft **draft)
{
    const struct sc_slice picture = sc_draft_written(*draft);
    uint32_t width, height;
    if (sc_kind_of(picture.data, picture.len_bytes) != SC_KIND_JPEG)
        return -ENOTSUP;
    int rc = sc_patch_look(picture.data, picture.len_bytes, &width, &height);
    if (rc < 0)
        return rc;
    const bool is_resized = width != overlay->width_px || height != overlay->height_px;
    overlay->width_px = width;
    overlay->height_px = height;
    rc = refresh(overlay, ctx, is_resized);
    if (rc < 0) {
        overlay->width_px = 0; /* all anew next time */
        return rc;
    }
    return patch(overlay, ctx, draft);
}
