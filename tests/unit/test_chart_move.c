/* SPDX-License-Identifier: MIT */
/* Two charts are shown the same frames: one moves what it has, the other one is made to forget it
 * and draws everything. No pixel may tell them apart. */
#include "draw/chart/part.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define START_US  1700000000000000LL
#define S_US      1000000LL
#define SPAN_US   (60 * S_US)
#define N_SERIES  3
#define N_POINTS  2000
#define N_FRAMES  60
#define N_COLUMNS 1000
#define ROUNDING  2 /* a moment's place is a float */

struct fixture {
    struct sc_pool *pool;
    unsigned seed;
    struct sc_series_point points[N_SERIES][N_POINTS];
    size_t n_points[N_SERIES];
    struct sc_series_column columns[N_SERIES][N_COLUMNS];
    int n_moved; /* frames of which a part was kept */
};

static unsigned any(struct fixture *f, unsigned below)
{
    f->seed = f->seed * 1664525u + 1013904223u;
    return (f->seed >> 8) % below;
}

/* How the points of a series follow each other. */
struct feed {
    const char *name;
    enum sc_chart_kind kind;
    int64_t step_us;  /* of time between points, about */
    unsigned gap_in;  /* one of so many points comes late; 0: none */
    unsigned nan_in;  /* one of so many is NAN; 0: none */
    unsigned ends_at; /* the last series has so many points and then no more; 0: it goes on */
    int64_t frame_us; /* from frame to frame, about */
    bool is_dense;    /* columns, not points */
    bool is_late;     /* now and then a point comes behind later ones */
    bool is_free;     /* the axis follows the values; else it is from 0 to 100 */
    bool moves;       /* parts are kept in most frames */
    unsigned ratio;
};

static const struct feed feeds[] = {
    {.name = "a point a frame", .step_us = S_US / 3, .frame_us = S_US / 3, .moves = true},
    {.name = "fewer frames than columns", .step_us = S_US, .frame_us = 3 * S_US, .moves = true},
    {.name = "more frames than columns", .step_us = S_US, .frame_us = S_US / 20, .moves = true},
    {.name = "gaps", .step_us = S_US / 2, .gap_in = 9, .frame_us = S_US / 2, .moves = true},
    {.name = "NANs", .step_us = S_US / 2, .nan_in = 4, .frame_us = S_US, .moves = true},
    {.name = "an end", .step_us = S_US, .ends_at = 20, .frame_us = 2 * S_US, .moves = true},
    {.name = "dense", .step_us = S_US / 50, .frame_us = S_US / 5, .is_dense = true, .moves = true},
    {.name = "sparse", .step_us = 15 * S_US, .frame_us = S_US, .moves = true},
    {.name = "an axis that follows", .step_us = 2 * S_US, .frame_us = S_US, .is_free = true},
    {.name = "late points", .step_us = S_US / 2, .frame_us = S_US, .is_late = true},
    {.name = "windows without anything in common", .step_us = S_US, .frame_us = 70 * S_US},
    {.name = "large pixels", .step_us = S_US / 2, .frame_us = S_US, .moves = true, .ratio = 3},
    {.name = "steps", .kind = SC_CHART_STEP, .step_us = S_US, .frame_us = S_US, .moves = true},
    {.name = "steps and NANs",
     .kind = SC_CHART_STEP,
     .step_us = S_US,
     .nan_in = 3,
     .gap_in = 9,
     .frame_us = S_US,
     .moves = true},
    {.name = "dots",
     .kind = SC_CHART_SCATTER,
     .step_us = S_US / 2,
     .nan_in = 9,
     .frame_us = S_US,
     .moves = true},
    {.name = "areas", .kind = SC_CHART_AREA, .step_us = S_US, .frame_us = S_US},
};

static void fill(struct fixture *f, const struct feed *feed)
{
    for (unsigned s = 0; s < N_SERIES; s++) {
        int64_t at = START_US + s * S_US / 7;
        double value = 50;
        const bool has_end = feed->ends_at && s == N_SERIES - 1;
        f->n_points[s] = has_end ? feed->ends_at : N_POINTS;
        for (size_t i = 0; i < f->n_points[s]; i++) {
            const bool is_gap = feed->gap_in && any(f, feed->gap_in) == 0;
            const bool is_nan = feed->nan_in && any(f, feed->nan_in) == 0;
            at += feed->step_us * (is_gap ? 8 : 1) + any(f, (unsigned)feed->step_us / 3);
            value = fmin(fmax(value + (double)any(f, 21) - 10, 0), 100);
            f->points[s][i] = (struct sc_series_point){at, is_nan ? NAN : value};
        }
    }
}

/* What a window shows of a series that has come up to now. */
static struct sc_chart_series look(struct fixture *f, size_t s,
                                   const struct sc_chart_window *window, int64_t now_us)
{
    static const char *const names[] = {"one", "two", "three"};
    const struct sc_series_point *all = f->points[s];
    size_t first = 0, n = 0;
    while (first + 1 < f->n_points[s] && all[first + 1].unix_us < window->from_us)
        first++;
    while (first + n < f->n_points[s] && all[first + n].unix_us <= now_us)
        n++;
    return (struct sc_chart_series){.name = names[s],
                                    .points = all + first,
                                    .n_points = n,
                                    .latest = n > 0 ? all[first + n - 1].value : NAN};
}

static void put_in_columns(struct fixture *f, size_t s, const struct sc_chart_window *window,
                           size_t n_columns, struct sc_chart_series *series)
{
    struct sc_series_column *columns = f->columns[s];
    assert_true(n_columns <= N_COLUMNS);
    for (size_t i = 0; i < n_columns; i++)
        columns[i] = (struct sc_series_column){0};
    for (size_t i = 0; i < series->n_points; i++) {
        const struct sc_series_point *point = &series->points[i];
        const float value = (float)point->value;
        if (point->unix_us < window->from_us)
            continue;
        struct sc_series_column *column =
            &columns[(point->unix_us - window->from_us) * (int64_t)n_columns /
                     (window->to_us - window->from_us)];
        column->least = column->n ? fminf(column->least, value) : value;
        column->most = column->n ? fmaxf(column->most, value) : value;
        column->first = column->n ? column->first : value;
        column->last = value;
        column->sum += point->value;
        column->n++;
    }
    series->columns = columns;
    series->n_columns = n_columns;
    series->n_points = 0;
}

static void draw(struct fixture *f, struct sc_chart *chart, const struct sc_chart_window *window,
                 const struct sc_chart_series *series)
{
    struct sc_draft *draft = NULL;
    assert_int_equal(sc_chart_draw(chart, window, series, N_SERIES, f->pool, &draft), 0);
    sc_draft_destroy(&draft);
}

static int apart(uint32_t a, uint32_t b)
{
    int most = 0;
    for (int shift = 0; shift < 24; shift += 8) {
        const int by = abs((int)(a >> shift & 255) - (int)(b >> shift & 255));
        most = by > most ? by : most;
    }
    return most;
}

static void compare(struct sc_chart *moved, struct sc_chart *drawn, const char *name, int frame)
{
    size_t stride;
    const uint32_t *a = sc_canvas_pixels(moved->canvas, &stride);
    const uint32_t *b = sc_canvas_pixels(drawn->canvas, &stride);
    for (size_t i = 0; i < stride * sc_canvas_height_px(moved->canvas); i++)
        if (apart(a[i], b[i]) > ROUNDING)
            fail_msg("%s, frame %d: %06x and %06x at %zu, %zu; moved by %d, strips %d..%d %d..%d",
                     name, frame, a[i] & 0xffffff, b[i] & 0xffffff, i % stride, i / stride,
                     moved->move.by_px, moved->move.strips[0].left, moved->move.strips[0].right,
                     moved->move.strips[1].left, moved->move.strips[1].right);
}

static struct sc_chart *create(const struct feed *feed)
{
    struct sc_chart_config config;
    struct sc_chart *chart = NULL;
    sc_chart_defaults(&config);
    config.kind = feed->kind;
    config.least = feed->is_free ? NAN : 0;
    config.most = feed->is_free ? NAN : 100;
    config.width_px = 250;
    config.height_px = 150;
    config.pixel_ratio = feed->ratio ? feed->ratio : 1;
    assert_int_equal(sc_chart_create(&config, &chart, NULL), 0);
    return chart;
}

static void show(struct fixture *f, const struct feed *feed, struct sc_chart *moved,
                 struct sc_chart *drawn, int64_t now_us)
{
    const struct sc_chart_window window = sc_chart_window_at(moved, now_us, SPAN_US);
    struct sc_chart_series series[N_SERIES];
    for (size_t s = 0; s < N_SERIES; s++) {
        series[s] = look(f, s, &window, now_us);
        if (feed->is_dense)
            put_in_columns(f, s, &window, sc_chart_n_columns(moved), &series[s]);
    }
    draw(f, moved, &window, series);
    sc_chart_move_nothing(drawn);
    sc_chart_move_keep(drawn, &(struct sc_chart_data){.window = window});
    draw(f, drawn, &window, series);
    assert_int_equal(drawn->move.by_px, -1);
    f->n_moved += moved->move.by_px >= 0;
}

static void moved_is_as_drawn(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof feeds / sizeof *feeds; i++) {
        struct sc_chart *moved = create(&feeds[i]), *drawn = create(&feeds[i]);
        int64_t now_us = START_US + SPAN_US / 2;
        f->n_moved = 0;
        fill(f, &feeds[i]);
        for (int frame = 0; frame < N_FRAMES; frame++) {
            now_us += feeds[i].frame_us / 2 + any(f, (unsigned)feeds[i].frame_us);
            if (feeds[i].is_late && frame % 5 == 4)
                f->points[1][frame].value = 100 - f->points[1][frame].value;
            show(f, &feeds[i], moved, drawn, now_us);
            compare(moved, drawn, feeds[i].name, frame);
        }
        if (feeds[i].moves && f->n_moved < N_FRAMES * 2 / 3)
            fail_msg("%s: %d frames of %d were moved", feeds[i].name, f->n_moved, N_FRAMES);
        sc_chart_destroy(&moved);
        sc_chart_destroy(&drawn);
    }
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    *state = f;
    return f ? sc_pool_create(64 << 20, 64 << 20, &f->pool) : -1;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    sc_pool_unref(&f->pool);
    free(f);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(moved_is_as_drawn, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
