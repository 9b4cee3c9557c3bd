/* SPDX-License-Identifier: MIT */
#include "draw/chart.h"

#include <cairo.h>
#include <errno.h>
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "draw/chart/theme.h"

#define NOW_US   1700000000000000LL
#define S_US     1000000LL
#define N_POINTS 100
#define BLUE     0x0000ff
#define RED      0xff0000

struct shown {
    int width, height;
    uint32_t *pixels;
};

struct reader {
    struct sc_slice left;
};

static cairo_status_t read_some(void *self, unsigned char *out, unsigned bytes)
{
    struct reader *reader = self;
    if (reader->left.len_bytes < bytes)
        return CAIRO_STATUS_READ_ERROR;
    memcpy(out, reader->left.data, bytes);
    reader->left.data += bytes;
    reader->left.len_bytes -= bytes;
    return CAIRO_STATUS_SUCCESS;
}

static struct sc_chart *create(const struct sc_chart_config *config)
{
    struct sc_chart *chart = NULL;
    struct sc_err err = {0};
    if (sc_chart_create(config, &chart, &err) < 0)
        fail_msg("%s", err.text);
    return chart;
}

/* Draws one frame and decodes it. */
static struct shown draw(struct sc_chart *chart, const struct sc_chart_window *window,
                         const struct sc_chart_series *series, size_t n)
{
    struct sc_pool *pool = NULL;
    struct sc_draft *draft = NULL;
    struct shown shown;
    assert_int_equal(sc_pool_create(64 << 20, 64 << 20, &pool), 0);
    assert_int_equal(sc_chart_draw(chart, window, series, n, pool, &draft), 0);
    struct reader reader = {sc_draft_written(draft)};
    cairo_surface_t *png = cairo_image_surface_create_from_png_stream(read_some, &reader);
    assert_int_equal(cairo_surface_status(png), CAIRO_STATUS_SUCCESS);
    shown.width = cairo_image_surface_get_width(png);
    shown.height = cairo_image_surface_get_height(png);
    const size_t bytes = (size_t)shown.width * (size_t)shown.height * sizeof *shown.pixels;
    assert_int_equal(cairo_image_surface_get_stride(png), shown.width * 4);
    shown.pixels = malloc(bytes);
    assert_non_null(shown.pixels);
    memcpy(shown.pixels, cairo_image_surface_get_data(png), bytes);
    cairo_surface_destroy(png);
    sc_draft_destroy(&draft);
    sc_pool_unref(&pool);
    return shown;
}

static int part(uint32_t rgb, int shift)
{
    return (int)(rgb >> shift & 255);
}

/* How many pixels of a rectangle are about of that colour. */
static int count(const struct shown *shown, int x0, int x1, uint32_t rgb)
{
    int n = 0;
    for (int y = 0; y < shown->height; y++)
        for (int x = x0; x < x1; x++) {
            const uint32_t got = shown->pixels[y * shown->width + x];
            n += abs(part(got, 16) - part(rgb, 16)) < 80 && abs(part(got, 8) - part(rgb, 8)) < 60 &&
                 abs(part(got, 0) - part(rgb, 0)) < 80;
        }
    return n;
}

/* A small chart without words: all of it is the plot. */
static struct sc_chart_config bare(enum sc_chart_kind kind)
{
    struct sc_chart_config config;
    sc_chart_defaults(&config);
    config.kind = kind;
    config.width_px = 120;
    config.height_px = 50;
    config.has_legend = false;
    config.colors[0] = BLUE;
    config.colors[1] = RED;
    config.n_colors = 2;
    return config;
}

static struct sc_chart_window fill(struct sc_chart *chart, struct sc_series_point *points)
{
    const struct sc_chart_window window = sc_chart_window_at(chart, NOW_US, 100 * S_US);
    for (int i = 0; i < N_POINTS; i++)
        points[i] = (struct sc_series_point){
            window.from_us + (window.to_us - window.from_us) * i / (N_POINTS - 1), 50 + i % 10};
    return window;
}

static void what_cannot_be_is_refused_with_a_sentence(void **state)
{
    struct sc_chart_config good, bad[9];
    (void)state;
    sc_chart_defaults(&good);
    for (size_t i = 0; i < 9; i++)
        bad[i] = good;
    bad[0].width_px = SC_CANVAS_MIN_PX - 1;
    bad[1].height_px = SC_CANVAS_MAX_PX + 1;
    bad[2].width_px = UINT32_MAX;
    bad[3].pixel_ratio = 0;
    bad[4].pixel_ratio = 4;
    bad[5].least = 10, bad[5].most = 10;
    bad[6].is_log = true, bad[6].least = 0;
    bad[7].n_levels = SC_CHART_LEVELS_MAX + 1;
    bad[8].n_colors = SC_CHART_COLORS_MAX + 1;
    for (size_t i = 0; i < 9; i++) {
        struct sc_chart *chart = NULL;
        struct sc_err err = {0};
        if (sc_chart_create(&bad[i], &chart, &err) != -EINVAL || !*err.text)
            fail_msg("%zu was not refused", i);
        assert_null(chart);
    }
}

static void pictures_have_the_size_that_was_asked_for(void **state)
{
    static const struct {
        uint32_t width, height;
        unsigned ratio;
    } sizes[] = {{16, 16, 1},   {16, 16, 3},  {640, 360, 1},
                 {640, 360, 2}, {40, 400, 1}, {1000, 20, 2}};
    struct sc_series_point points[N_POINTS];
    (void)state;
    for (int kind = SC_CHART_LINE; kind <= SC_CHART_HEATMAP; kind++)
        for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
            struct sc_chart_config config;
            sc_chart_defaults(&config);
            config.kind = (enum sc_chart_kind)kind;
            config.title = "title";
            config.width_px = sizes[i].width;
            config.height_px = sizes[i].height;
            config.pixel_ratio = sizes[i].ratio;
            struct sc_chart *chart = create(&config);
            const struct sc_chart_window window = fill(chart, points);
            const struct sc_chart_series series = {
                .name = "name", .points = points, .n_points = N_POINTS, .latest = 5};
            struct shown shown = draw(chart, &window, &series, 1);
            assert_int_equal(shown.width, sizes[i].width * sizes[i].ratio);
            assert_int_equal(shown.height, sizes[i].height * sizes[i].ratio);
            free(shown.pixels);
            sc_chart_destroy(&chart);
        }
}

static void windows_move_by_whole_columns_and_hold_now(void **state)
{
    struct sc_chart_config config = bare(SC_CHART_LINE);
    struct sc_chart *chart = create(&config);
    const int64_t n = (int64_t)sc_chart_n_columns(chart);
    (void)state;
    for (int64_t now = NOW_US; now < NOW_US + S_US; now += 7919) {
        const struct sc_chart_window window = sc_chart_window_at(chart, now, 10 * S_US);
        const int64_t column_us = (window.to_us - window.from_us) / n;
        assert_int_equal(column_us * n, window.to_us - window.from_us);
        assert_true(column_us * n >= 10 * S_US);
        assert_int_equal(window.from_us % column_us, 0);
        assert_true(now < window.to_us && now >= window.to_us - column_us);
    }
    const struct sc_chart_window least = sc_chart_window_at(chart, NOW_US, 0);
    assert_int_equal(least.to_us - least.from_us, n);
    sc_chart_destroy(&chart);
}

static void a_gap_in_the_data_is_a_gap_in_the_picture(void **state)
{
    static const enum sc_chart_kind kinds[] = {SC_CHART_LINE, SC_CHART_AREA, SC_CHART_STEP,
                                               SC_CHART_SCATTER, SC_CHART_BAR};
    (void)state;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        for (int is_nan = 0; is_nan < 2; is_nan++) {
            struct sc_chart_config config = bare(kinds[i]);
            struct sc_chart *chart = create(&config);
            struct sc_series_point all[N_POINTS], points[N_POINTS];
            const struct sc_chart_window window = fill(chart, all);
            size_t n = 0;
            for (int k = 0; k < N_POINTS; k++)
                if (k < 40 || k >= 60)
                    points[n++] = all[k];
                else if (is_nan)
                    points[n++] = (struct sc_series_point){all[k].unix_us, NAN};
            const struct sc_chart_series series = {.name = "", .points = points, .n_points = n};
            struct shown shown = draw(chart, &window, &series, 1);
            if (count(&shown, 10, 40, BLUE) < 20 || count(&shown, 80, 110, BLUE) < 20)
                fail_msg("%s shows no data", sc_chart_kind_names[kinds[i]]);
            if (count(&shown, 58, 62, BLUE) > 0)
                fail_msg("%s bridges a gap", sc_chart_kind_names[kinds[i]]);
            free(shown.pixels);
            sc_chart_destroy(&chart);
        }
}

static void one_column_of_many_keeps_its_extremes(void **state)
{
    struct sc_chart_config config = bare(SC_CHART_LINE);
    config.least = 0;
    config.most = 100;
    struct sc_chart *chart = create(&config);
    const size_t n = sc_chart_n_columns(chart);
    struct sc_series_column *columns = calloc(n, sizeof *columns);
    const struct sc_chart_window window = sc_chart_window_at(chart, NOW_US, 100 * S_US);
    (void)state;
    for (size_t i = 0; i < n; i++)
        columns[i] = (struct sc_series_column){50, 50, 50, 50, 50, 1};
    columns[n / 2] = (struct sc_series_column){50, 95, 50, 50, 50000 + 45, 1000};
    const struct sc_chart_series series = {.name = "", .columns = columns, .n_columns = n};
    struct shown shown = draw(chart, &window, &series, 1);
    int highest = shown.height;
    for (int i = 0; i < shown.width * shown.height; i++)
        if (part(shown.pixels[i], 0) > 150 && i / shown.width < highest)
            highest = i / shown.width;
    assert_in_range(highest, 0, shown.height / 6);
    free(shown.pixels);
    free(columns);
    sc_chart_destroy(&chart);
}

static void stacked_series_stand_on_each_other(void **state)
{
    struct sc_chart_config config = bare(SC_CHART_AREA);
    config.is_stacked = true;
    config.least = 0;
    config.most = 100;
    struct sc_chart *chart = create(&config);
    struct sc_series_point points[2] = {{0, 30}, {0, 30}};
    const struct sc_chart_window window = sc_chart_window_at(chart, NOW_US, 100 * S_US);
    (void)state;
    points[0].unix_us = window.from_us;
    points[1].unix_us = window.to_us;
    const struct sc_chart_series one = {.name = "", .points = points, .n_points = 2};
    const struct sc_chart_series series[] = {one, one};
    struct shown shown = draw(chart, &window, series, 2);
    const uint32_t low = shown.pixels[(shown.height * 8 / 10) * shown.width + 60];
    const uint32_t high = shown.pixels[(shown.height * 55 / 100) * shown.width + 60];
    const uint32_t top = shown.pixels[(shown.height * 2 / 10) * shown.width + 60];
    assert_true(part(low, 0) > 120 && part(low, 16) < 60);
    assert_true(part(high, 16) > 120 && part(high, 0) < 60);
    assert_true(part(top, 16) < 60 && part(top, 0) < 60);
    free(shown.pixels);
    sc_chart_destroy(&chart);
}

static void a_gauge_shows_its_thresholds_and_bands(void **state)
{
    static const struct {
        const char *name;
        size_t n_levels;
        struct sc_chart_level level;
        int from, to; /* columns */
        int least;    /* pixels of the level's colour */
    } cases[] = {
        {"nothing", 0, {0, 0, 0}, 0, 200, 0},
        {"a threshold", 1, {50, 50, RED}, 95, 105, 15},
        {"a band", 1, {75, 100, RED}, 130, 200, 30},
        {"a band without end", 1, {75, INFINITY, RED}, 130, 200, 30},
        {"above the scale", 1, {200, 200, RED}, 130, 200, 15},
    };
    const struct sc_chart_series series = {.name = "", .latest = 10};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sc_chart_config config = bare(SC_CHART_GAUGE);
        config.width_px = 200;
        config.height_px = 200;
        config.least = 0;
        config.most = 100;
        config.n_levels = cases[i].n_levels;
        config.levels[0] = cases[i].level;
        struct sc_chart *chart = create(&config);
        const struct sc_chart_window window = sc_chart_window_at(chart, NOW_US, S_US);
        struct shown shown = draw(chart, &window, &series, 1);
        const int n = count(&shown, cases[i].from, cases[i].to, RED);
        if (n < cases[i].least || n != count(&shown, 0, shown.width, RED))
            fail_msg("%s: %d pixels", cases[i].name, n);
        free(shown.pixels);
        sc_chart_destroy(&chart);
    }
}

static void a_gauge_draws_its_past_when_it_has_one(void **state)
{
    (void)state;
    for (size_t n_points = 1; n_points <= 2; n_points++) {
        struct sc_chart_config config = bare(SC_CHART_GAUGE);
        config.width_px = 200;
        config.height_px = 200;
        config.least = 0;
        config.most = 100;
        struct sc_chart *chart = create(&config);
        const struct sc_chart_window window = sc_chart_window_at(chart, NOW_US, 100 * S_US);
        const struct sc_series_point past[] = {{n_points == 1 ? window.to_us : window.from_us, 10},
                                               {window.to_us, 10}};
        const struct sc_chart_series series = {
            .name = "", .latest = 10, .points = past, .n_points = n_points};
        struct shown shown = draw(chart, &window, &series, 1);
        const int n = count(&shown, 105, 150, BLUE); /* its ring is on the left */
        assert_int_equal(n > 0, n_points == 2);
        free(shown.pixels);
        sc_chart_destroy(&chart);
    }
}

static void any_numbers_and_names_make_a_picture(void **state)
{
    static const double wild[] = {NAN,     INFINITY, -INFINITY, DBL_MAX, -DBL_MAX, DBL_MIN,
                                  -1e-300, 0,        1,         1e18,    -5,       1e-9};
    static const char *const names[] = {"",
                                        "<b>&amp;</b>",
                                        "\x1b[31m\x07",
                                        "\342\200\256abc",
                                        "\xff\xfe\x80",
                                        "\xe4\xbd\xa0\xe5\xa5\xbd",
                                        "a\nb\tc"};
    char *long_name = malloc(10001);
    (void)state;
    memset(long_name, 'W', 10000);
    long_name[10000] = '\0';
    for (int kind = SC_CHART_LINE; kind <= SC_CHART_HEATMAP; kind++)
        for (int how = 0; how < 8; how++) {
            struct sc_chart_config config;
            struct sc_series_point points[8][N_POINTS];
            struct sc_chart_series series[8];
            sc_chart_defaults(&config);
            config.kind = (enum sc_chart_kind)kind;
            config.is_log = how & 1;
            config.is_stacked = how & 2;
            config.title = long_name;
            config.unit = how & 4 ? "B/s" : names[3];
            struct sc_chart *chart = create(&config);
            for (int frame = 0; frame < 3; frame++) {
                const struct sc_chart_window window =
                    sc_chart_window_at(chart, NOW_US + frame * S_US, 10 * S_US);
                for (int s = 0; s < 8; s++) {
                    for (int i = 0; i < N_POINTS; i++)
                        points[s][i] = (struct sc_series_point){window.from_us + (i - 5) * 110000,
                                                                wild[(i * (s + 1) + frame) % 12]};
                    series[s] = (struct sc_chart_series){.name = s < 7 ? names[s] : long_name,
                                                         .points = points[s],
                                                         .n_points = N_POINTS,
                                                         .latest = wild[s + frame]};
                }
                struct shown shown = draw(chart, &window, series, 8);
                assert_int_equal(shown.width, 640);
                free(shown.pixels);
            }
            sc_chart_destroy(&chart);
        }
    free(long_name);
}

static void more_series_than_can_be_shown_are_left_out(void **state)
{
    struct sc_chart_config config;
    struct sc_series_point points[N_POINTS];
    struct sc_chart_series series[SC_CHART_SERIES_MAX + 1];
    (void)state;
    for (int kind = SC_CHART_LINE; kind <= SC_CHART_HEATMAP; kind++) {
        sc_chart_defaults(&config);
        config.kind = (enum sc_chart_kind)kind;
        struct sc_chart *chart = create(&config);
        const struct sc_chart_window window = fill(chart, points);
        for (size_t i = 0; i <= SC_CHART_SERIES_MAX; i++)
            series[i] = (struct sc_chart_series){
                .name = "one of many", .points = points, .n_points = N_POINTS, .latest = 1};
        for (size_t n = 0; n <= SC_CHART_SERIES_MAX + 1; n += n < 2 ? 1 : 21)
            free(draw(chart, &window, series, n).pixels);
        sc_chart_destroy(&chart);
    }
}

/* --- colours --- */

struct lab {
    double l, a, b;
};

static double linear(int byte)
{
    const double x = byte / 255.0;
    return x <= 0.04045 ? x / 12.92 : pow((x + 0.055) / 1.055, 2.4);
}

static double curve(double t)
{
    return t > 0.008856 ? cbrt(t) : 7.787 * t + 16 / 116.0;
}

/* Machado, Oliveira and Fernandes 2009: how people with full protan-, deuter- and tritanopia see.
 */
static struct lab seen(uint32_t rgb, int eye)
{
    static const double eyes[4][9] = {
        {1, 0, 0, 0, 1, 0, 0, 0, 1},
        {0.152286, 1.052583, -0.204868, 0.114503, 0.786281, 0.099216, -0.003882, -0.048116,
         1.051998},
        {0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940,
         0.968881},
        {1.255528, -0.076749, -0.178779, -0.078411, 0.930809, 0.147602, 0.004733, 0.691367,
         0.303900},
    };
    const double in[] = {linear(part(rgb, 16)), linear(part(rgb, 8)), linear(part(rgb, 0))};
    double c[3];
    for (int i = 0; i < 3; i++)
        c[i] = fmax(0, eyes[eye][3 * i] * in[0] + eyes[eye][3 * i + 1] * in[1] +
                           eyes[eye][3 * i + 2] * in[2]);
    const double x = curve((0.4124 * c[0] + 0.3576 * c[1] + 0.1805 * c[2]) / 0.9505);
    const double y = curve(0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2]);
    const double z = curve((0.0193 * c[0] + 0.1192 * c[1] + 0.9505 * c[2]) / 1.089);
    return (struct lab){116 * y - 16, 500 * (x - y), 200 * (y - z)};
}

static double difference(uint32_t x, uint32_t y, int eye)
{
    const struct lab a = seen(x, eye), b = seen(y, eye);
    return sqrt((a.l - b.l) * (a.l - b.l) + (a.a - b.a) * (a.a - b.a) + (a.b - b.b) * (a.b - b.b));
}

static double luminance(uint32_t rgb)
{
    return 0.2126 * linear(part(rgb, 16)) + 0.7152 * linear(part(rgb, 8)) +
           0.0722 * linear(part(rgb, 0));
}

static double contrast(uint32_t x, uint32_t y)
{
    const double a = luminance(x) + 0.05, b = luminance(y) + 0.05;
    return a > b ? a / b : b / a;
}

static void colors_differ_for_every_kind_of_eye_and_from_the_ground(void **state)
{
    (void)state;
    for (int theme = SC_CHART_DARK; theme <= SC_CHART_LIGHT; theme++) {
        const struct sc_chart_palette *p = sc_chart_palette((enum sc_chart_theme)theme);
        for (size_t i = 0; i < SC_CHART_N_COLORS; i++) {
            for (size_t k = 0; k < i; k++)
                for (int eye = 0; eye < 4; eye++)
                    if (difference(p->series[i], p->series[k], eye) < (i < 4 ? 22 : 14))
                        fail_msg("%s: %zu and %zu for eye %d: %.1f", sc_chart_theme_names[theme], k,
                                 i, eye, difference(p->series[i], p->series[k], eye));
            if (contrast(p->series[i], p->ground) < 2)
                fail_msg("%s: %zu on its ground: %.2f", sc_chart_theme_names[theme], i,
                         contrast(p->series[i], p->ground));
        }
        assert_true(contrast(p->label, p->ground) >= 4.5);
        assert_true(contrast(p->value, p->ground) >= 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be_is_refused_with_a_sentence),
        cmocka_unit_test(pictures_have_the_size_that_was_asked_for),
        cmocka_unit_test(windows_move_by_whole_columns_and_hold_now),
        cmocka_unit_test(a_gap_in_the_data_is_a_gap_in_the_picture),
        cmocka_unit_test(one_column_of_many_keeps_its_extremes),
        cmocka_unit_test(stacked_series_stand_on_each_other),
        cmocka_unit_test(a_gauge_shows_its_thresholds_and_bands),
        cmocka_unit_test(a_gauge_draws_its_past_when_it_has_one),
        cmocka_unit_test(any_numbers_and_names_make_a_picture),
        cmocka_unit_test(more_series_than_can_be_shown_are_left_out),
        cmocka_unit_test(colors_differ_for_every_kind_of_eye_and_from_the_ground),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
