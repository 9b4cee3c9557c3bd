/* SPDX-License-Identifier: MIT */
/* What a frame that is drawn costs one core, as one line of JSON, in milliseconds: charts of 4
 * series x 600 points at 640x360, a line of text at 300x30, and a text over a JPEG by its blocks
 * beside the same by decoding and encoding it. Usage: bench_chart PICTURE.jpg */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <turbojpeg.h>

#include "draw/chart.h"
#include "draw/shape.h"
#include "draw/text.h"
#include "picture/patch.h"

#define N_FRAMES  200
#define N_SERIES  4
#define N_POINTS  600
#define STEP_US   100000
#define START_US  1700000000000000LL
#define JPEG_MOST (4 << 20)

static struct sc_series_point points[N_SERIES][N_POINTS + N_FRAMES];

static double cpu_ms(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static void fill_points(void)
{
    unsigned seed = 1;
    for (int s = 0; s < N_SERIES; s++)
        for (int i = 0; i < N_POINTS + N_FRAMES; i++) {
            seed = seed * 1664525u + 1013904223u;
            const double noise = (double)(seed >> 8) / (1 << 24) - 0.5;
            points[s][i] = (struct sc_series_point){START_US + (int64_t)i * STEP_US,
                                                    50 + 20 * sin(i * 0.03 + s) + 3 * noise};
        }
}

static int draw_chart(struct sc_chart *chart, int frame, struct sc_pool *pool, size_t *out_bytes)
{
    static const char *const names[N_SERIES] = {"cpu0", "cpu1", "cpu2", "cpu3"};
    struct sc_chart_series series[N_SERIES];
    struct sc_draft *draft = NULL;
    const int64_t now_us = points[0][frame + N_POINTS - 1].unix_us;
    const struct sc_chart_window window =
        sc_chart_window_at(chart, now_us, (int64_t)N_POINTS * STEP_US);
    for (int s = 0; s < N_SERIES; s++)
        series[s] = (struct sc_chart_series){.name = names[s],
                                             .points = points[s] + frame,
                                             .n_points = N_POINTS,
                                             .latest = points[s][frame + N_POINTS - 1].value};
    const int rc = sc_chart_draw(chart, &window, series, N_SERIES, pool, &draft);
    if (rc == 0)
        *out_bytes = sc_draft_len_bytes(draft);
    sc_draft_destroy(&draft);
    return rc;
}

static int time_chart(const char *name, enum sc_kind kind, struct sc_pool *pool)
{
    struct sc_chart_config config;
    struct sc_chart *chart = NULL;
    size_t bytes = 0;
    sc_chart_defaults(&config);
    config.title = "Processor";
    config.unit = "%";
    config.format.kind = kind;
    int rc = sc_chart_create(&config, &chart, NULL);
    if (rc == 0)
        rc = draw_chart(chart, 0, pool, &bytes); /* the first one warms up */
    const double began = cpu_ms();
    for (int i = 1; rc == 0 && i < N_FRAMES; i++)
        rc = draw_chart(chart, i, pool, &bytes);
    printf("\"%s_ms\": %.4f, \"%s_bytes\": %zu, ", name, (cpu_ms() - began) / (N_FRAMES - 1), name,
           bytes);
    sc_chart_destroy(&chart);
    return rc;
}

static int draw_text(struct sc_canvas *canvas, int i, struct sc_pool *pool)
{
    const struct sc_canvas_format format = {.kind = SC_KIND_PNG, .is_flat = true};
    const struct sc_text_style style = {
        .least_px = 22, .most_px = 22, .align = SC_TEXT_CENTER, .sink = 0.5, .rgb = 0xe6ebf4};
    const struct sc_box box = {2, 2, 296, 26};
    struct sc_draft *draft = NULL;
    char text[32];
    (void)snprintf(text, sizeof text, "2026-11-23 02:%02d:%02d", i / 60, i % 60);
    cairo_t *cr = sc_canvas_begin(canvas);
    sc_shape_color(cr, 0x12161d, 1);
    cairo_paint(cr);
    sc_text_draw(cr, &box, &style, text, NULL);
    int rc = sc_canvas_end(canvas);
    if (rc == 0)
        rc = sc_canvas_to_draft(canvas, pool, &format, &draft);
    sc_draft_destroy(&draft);
    return rc;
}

static int time_text(struct sc_pool *pool)
{
    struct sc_canvas *canvas = NULL;
    int rc = sc_canvas_create(300, 30, &canvas);
    if (rc == 0)
        rc = draw_text(canvas, 0, pool);
    const double began = cpu_ms();
    for (int i = 1; rc == 0 && i < N_FRAMES; i++)
        rc = draw_text(canvas, i, pool);
    printf("\"text_ms\": %.4f, ", (cpu_ms() - began) / (N_FRAMES - 1));
    sc_canvas_destroy(&canvas);
    return rc;
}

static int time_patch(const uint8_t *jpeg, size_t len)
{
    static uint32_t plate[300 * 40];
    const uint8_t *out;
    size_t out_len;
    struct sc_patch *patch = NULL;
    for (size_t i = 0; i < sizeof plate / sizeof *plate; i++)
        plate[i] = i % 7 ? 0x80000000 : 0xffffffff;
    const struct sc_patch_layer layers[SC_PATCH_LAYERS_MAX] = {{plate, 300, 40, 1200, 10, 10, 1}};
    int rc = sc_patch_create(&patch);
    if (rc == 0)
        rc = sc_patch_jpeg(patch, jpeg, len, layers, &out, &out_len);
    const double began = cpu_ms();
    for (int i = 1; rc == 0 && i < N_FRAMES; i++)
        rc = sc_patch_jpeg(patch, jpeg, len, layers, &out, &out_len);
    printf("\"patch_ms\": %.4f, ", (cpu_ms() - began) / (N_FRAMES - 1));
    sc_patch_destroy(&patch);
    return rc;
}

static int time_recode(const uint8_t *jpeg, size_t len)
{
    int width, height, sampling, space;
    tjhandle in = tjInitDecompress(), out = tjInitCompress();
    if (tjDecompressHeader3(in, jpeg, len, &width, &height, &sampling, &space) < 0)
        return -1;
    uint8_t *pixels = malloc((size_t)width * (size_t)height * 4), *after = NULL;
    unsigned long after_len = 0;
    const double began = cpu_ms();
    for (int i = 1; pixels && i < N_FRAMES; i++) {
        (void)tjDecompress2(in, jpeg, len, pixels, width, 0, height, TJPF_BGRX, 0);
        (void)tjCompress2(out, pixels, width, 0, height, TJPF_BGRX, &after, &after_len, sampling,
                          85, 0);
    }
    printf("\"recode_ms\": %.4f, \"picture\": \"%dx%d\"", (cpu_ms() - began) / (N_FRAMES - 1),
           width, height);
    tjFree(after);
    free(pixels);
    (void)tjDestroy(in);
    (void)tjDestroy(out);
    return 0;
}

int main(int argc, char **argv)
{
    static uint8_t jpeg[JPEG_MOST];
    FILE *file = argc == 2 ? fopen(argv[1], "rb") : NULL;
    struct sc_pool *pool = NULL;
    if (!file || sc_pool_create(64 << 20, 32 << 20, &pool) < 0)
        return 2;
    const size_t len = fread(jpeg, 1, sizeof jpeg, file);
    (void)fclose(file);
    fill_points();
    printf("{");
    int rc = time_chart("jpeg", SC_KIND_JPEG, pool);
    if (rc == 0)
        rc = time_chart("png", SC_KIND_PNG, pool);
    if (rc == 0)
        rc = time_text(pool);
    if (rc == 0)
        rc = time_patch(jpeg, len);
    if (rc == 0)
        rc = time_recode(jpeg, len);
    printf("}\n");
    sc_pool_unref(&pool);
    return rc == 0 ? 0 : 1;
}
