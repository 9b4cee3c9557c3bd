/* SPDX-License-Identifier: MIT */
/* The moving test pattern as a stream. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "draw/pattern.h"
#include "source/source.h"
#include "source/spec.h"

#define WIDTH_PX     640
#define HEIGHT_PX    360
#define QUALITY      80
#define FPS          25
#define FPS_MOST     1000
#define DETAIL_BYTES 80

struct test {
    uint32_t width_px, height_px;
    double fps; /* for the caption; the pace is the runner's */
    struct sc_canvas_format format;

    struct sc_pattern *pattern; /* while open */
    uint64_t number;            /* of the last frame; goes on when it is opened again */
};

static int check_size(const struct test *test, struct sc_err *err)
{
    switch (sc_canvas_check_size(test->width_px, test->height_px)) {
    case 0:
        return 0;
    case -EINVAL:
        return sc_err_set(err, -EINVAL, "'#size=%ux%u': each side must be at least %d",
                          test->width_px, test->height_px, SC_CANVAS_MIN_PX);
    default:
        return sc_err_set(err, -EINVAL,
                          "'#size=%ux%u' is too large: at most %d for a side, and as many pixels "
                          "as 7680x4320",
                          test->width_px, test->height_px, SC_CANVAS_MAX_PX);
    }
}

static int test_setup(void *state, const struct sc_source_spec *spec, struct sc_err *err)
{
    static const char *const kinds[] = {"jpeg", "png", NULL};
    struct test *test = state;
    double quality = QUALITY;
    int kind = 0;
    *test = (struct test){.width_px = WIDTH_PX, .height_px = HEIGHT_PX, .fps = FPS};
    if (*spec->targets[0])
        return sc_err_set(err, -EINVAL,
                          "'test:%s': nothing may follow 'test:' but options, such as "
                          "'test:#size=1280x720'",
                          spec->targets[0]);
    int rc = sc_spec_get_size(spec, "size", &test->width_px, &test->height_px, err);
    if (rc == 0)
        rc = check_size(test, err);
    if (rc == 0)
        rc = sc_spec_get_number(spec, "fps", 0, FPS_MOST, &test->fps, err);
    if (rc == 0)
        rc = sc_spec_get_number(spec, "quality", 1, 100, &quality, err);
    if (rc == 0)
        rc = sc_spec_get_choice(spec, "format", kinds, &kind, err);
    test->format.kind = kind == 1 ? SC_KIND_PNG : SC_KIND_JPEG;
    test->format.quality = (int)quality;
    return rc;
}

static void describe(const struct test *test, char *out_detail)
{
    char rate[32] = "", quality[16] = "";
    if (test->fps > 0)
        (void)snprintf(rate, sizeof rate, " · %.4g fps", test->fps);
    if (test->format.kind == SC_KIND_JPEG)
        (void)snprintf(quality, sizeof quality, " %d", test->format.quality);
    (void)snprintf(out_detail, DETAIL_BYTES, "%u × %u%s · %s%s", test->width_px, test->height_px,
                   rate, sc_kind_name(test->format.kind), quality);
}

static int test_open(void *state, const struct sc_source_ctx *ctx, struct sc_err *err)
{
    struct test *test = state;
    char detail[DETAIL_BYTES];
    describe(test, detail);
    int rc = sc_pattern_create(test->width_px, test->height_px, detail, &test->pattern);
    return rc < 0 ? sc_err_set(err, rc, "the test pattern cannot be drawn: %s", strerror(-rc)) : 0;
}

static int test_read(void *state, const struct sc_source_ctx *ctx, struct sc_draft **out_draft,
                     struct sc_err *err)
{
    struct test *test = state;
    int rc = sc_pattern_draw(test->pattern, test->number + 1, sc_clock_unix_us());
    if (rc == 0)
        rc = sc_canvas_to_draft(sc_pattern_canvas(test->pattern), ctx->pool, &test->format,
                                out_draft);
    if (rc == -EMSGSIZE)
        return sc_err_set(err, rc, "a test picture of %ux%u is above the server's %zu bytes",
                          test->width_px, test->height_px, sc_pool_frame_max_bytes(ctx->pool));
    if (rc < 0)
        return sc_err_set(err, rc, "the test pattern cannot be drawn: %s", strerror(-rc));
    test->number++;
    return 0;
}

static void test_close(void *state)
{
    struct test *test = state;
    sc_pattern_destroy(&test->pattern);
}

static void test_suggest_name(const struct sc_source_spec *spec, char *out_name, size_t name_bytes)
{
    (void)snprintf(out_name, name_bytes, "test");
}

static const struct sc_source_option test_options[] = {
    {"size", "WxH", "how large, from 16x16 to 7680x4320 (default 640x360)"},
    {"quality", "N", "of the JPEGs, 1 to 100 (default 80)"},
    {"format", "jpeg|png", "the kind of picture (default jpeg)"},
    {NULL, NULL, NULL},
};

const struct sc_source_ops sc_source_test = {
    .name = "test",
    .usage = "test:",
    .help = "a moving test pattern with clock and frame number",
    .options = test_options,
    .state_size = sizeof(struct test),
    .default_fps = FPS,
    .suggest_name = test_suggest_name,
    .setup = test_setup,
    .open = test_open,
    .read = test_read,
    .close = test_close,
};
