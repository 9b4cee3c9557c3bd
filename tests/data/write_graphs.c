/* SPDX-License-Identifier: MIT */
/* Draws the gallery of docs/drawing.md: every kind of chart in every theme, of data that never
 * changes, at a moment that never changes. Usage: TZ=UTC write_graphs DIRECTORY [NAME] */
#include "draw/chart.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOW_US    1700000000000000LL /* 2023-11-14 22:13:20 UTC */
#define S_US      1000000LL
#define N_SERIES  8
#define N_POINTS  4000
#define STORE_MAX (64 << 20)

typedef double wave(double t, int series, unsigned *seed);

struct scene {
    const char *name;
    wave *wave;
    int n_series, n_points;
    double span_s;
    const char *names[N_SERIES];
    struct sc_chart_config look;
    double gap_from, gap_to; /* shares of the window without data */
    bool is_columns;
};

/* Not rand(), which is another one on another system. */
static double noise(unsigned *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (double)(*seed >> 8) / (1 << 24) - 0.5;
}

static double load(double t, int series, unsigned *seed)
{
    const double base[] = {0.42, 0.3, 0.22, 0.12};
    return fmax(0, base[series % 4] + 0.12 * sin(t * 6 + series) + 0.05 * sin(t * 31 + series * 2) +
                       0.03 * noise(seed)) *
           100;
}

static double network(double t, int series, unsigned *seed)
{
    const double burst = fmod(t * 5 + series * 0.4, 1) < 0.35 ? 6e6 : 5e5;
    return burst * (1 - 0.5 * series) * (1 + 0.3 * noise(seed)) + 2e5;
}

static double latency(double t, int series, unsigned *seed)
{
    const double tail = noise(seed) + 0.5;
    return 0.012 * (1 + 0.5 * sin(t * 9)) * (1 + series) * exp(2.2 * tail * tail);
}

static double temperature(double t, int series, unsigned *seed)
{
    return 21.4 + 1.3 * sin(t * 6.28 + series) + 0.08 * noise(seed) + series * 0.8;
}

static double count(double t, int series, unsigned *seed)
{
    return floor(fmax(0, 8 + 6 * sin(t * 7 + series) + 6 * noise(seed)));
}

static double normal(double t, int series, unsigned *seed)
{
    double sum = 0;
    (void)t;
    for (int i = 0; i < 6; i++)
        sum += noise(seed);
    return 0.24 + 0.06 * sum + 0.1 * series;
}

#define DEFAULTS                                                                                   \
    .width_px = 640, .height_px = 360, .pixel_ratio = 1, .least = NAN, .most = NAN,                \
    .has_legend = true, .format = {.kind = SC_KIND_PNG}

static const struct scene scenes[] = {
    {"line",
     load,
     4,
     300,
     60,
     {"cpu0", "cpu1", "cpu2", "cpu3"},
     {DEFAULTS, .title = "Processor", .unit = "%"},
     0.55,
     0.62,
     false},
    {"line-dense",
     network,
     2,
     4000,
     3600,
     {"received", "sent"},
     {DEFAULTS, .title = "Network eth0", .unit = "B/s"},
     0,
     0,
     true},
    {"line-levels",
     temperature,
     2,
     288,
     86400,
     {"office", "server room"},
     {DEFAULTS, .title = "Temperature",
      .unit = "\xc2\xb0"
              "C",
      .n_levels = 2, .levels = {{23, 23, SC_CHART_AUTO_COLOR}, {20, 21, 0x1fbf92}}},
     0,
     0,
     false},
    {"area",
     network,
     2,
     240,
     600,
     {"received", "sent"},
     {DEFAULTS, .kind = SC_CHART_AREA, .title = "Network", .unit = "B/s"},
     0,
     0,
     false},
    {"area-stacked",
     load,
     4,
     300,
     2592000,
     {"user", "system", "iowait", "softirq"},
     {DEFAULTS, .kind = SC_CHART_AREA, .is_stacked = true, .title = "Processor, 30 days",
      .unit = "%", .most = 200, .least = 0},
     0.3,
     0.33,
     false},
    {"bar",
     count,
     1,
     300,
     300,
     {"requests"},
     {DEFAULTS, .kind = SC_CHART_BAR, .title = "Requests"},
     0,
     0,
     false},
    {"bar-stacked",
     count,
     3,
     300,
     3600,
     {"2xx", "4xx", "5xx"},
     {DEFAULTS, .kind = SC_CHART_BAR, .is_stacked = true, .title = "Requests by status"},
     0,
     0,
     false},
    {"step",
     count,
     2,
     30,
     30,
     {"queued", "running"},
     {DEFAULTS, .kind = SC_CHART_STEP, .title = "Jobs"},
     0,
     0,
     false},
    {"scatter",
     latency,
     2,
     400,
     60,
     {"GET", "PUT"},
     {DEFAULTS, .kind = SC_CHART_SCATTER, .is_log = true, .title = "Latency, logarithmic",
      .unit = "s"},
     0,
     0,
     false},
    {"gauge",
     load,
     4,
     300,
     60,
     {"cpu0", "cpu1", "cpu2", "cpu3"},
     {DEFAULTS, .kind = SC_CHART_GAUGE, .unit = "%", .least = 0, .most = 100, .n_levels = 2,
      .levels = {{50, 50, 0xf0a818}, {80, 100, SC_CHART_AUTO_COLOR}}},
     0,
     0,
     false},
    {"gauge-one",
     temperature,
     1,
     300,
     3600,
     {"office"},
     {DEFAULTS, .kind = SC_CHART_GAUGE, .title = "Office",
      .unit = "\xc2\xb0"
              "C"},
     0,
     0,
     false},
    {"histogram",
     normal,
     2,
     2000,
     60,
     {"before", "after"},
     {DEFAULTS, .kind = SC_CHART_HISTOGRAM, .title = "Duration of a build", .unit = "s"},
     0,
     0,
     false},
    {"heatmap",
     latency,
     1,
     4000,
     1800,
     {"latency"},
     {DEFAULTS, .kind = SC_CHART_HEATMAP, .title = "Latency", .unit = "s", .is_log = true},
     0,
     0,
     false},
    {"heatmap-rows",
     load,
     8,
     600,
     120,
     {"cpu0", "cpu1", "cpu2", "cpu3", "cpu4", "cpu5", "cpu6", "cpu7"},
     {DEFAULTS, .kind = SC_CHART_HEATMAP, .title = "Processor by core", .unit = "%"},
     0.4,
     0.43,
     false},
};

static size_t make_points(const struct scene *scene, int series,
                          const struct sc_chart_window *window, struct sc_series_point *out)
{
    unsigned seed = (unsigned)series * 7919u + 1;
    size_t n = 0;
    for (int i = 0; i < scene->n_points; i++) {
        const double t = (double)i / (scene->n_points - 1);
        const double value = scene->wave(t, series, &seed);
        if (t > scene->gap_from && t < scene->gap_to)
            continue;
        out[n++] = (struct sc_series_point){
            window->from_us + (int64_t)(t * (double)(window->to_us - window->from_us)), value};
    }
    return n;
}

static void make_columns(const struct sc_series_point *points, size_t n_points,
                         const struct sc_chart_window *window, struct sc_series_column *columns,
                         size_t n_columns)
{
    memset(columns, 0, n_columns * sizeof *columns);
    for (size_t i = 0; i < n_points; i++) {
        const double at = (double)(points[i].unix_us - window->from_us) /
                          (double)(window->to_us - window->from_us) * (double)n_columns;
        struct sc_series_column *c = &columns[at < (double)n_columns ? (size_t)at : n_columns - 1];
        const float value = (float)points[i].value;
        c->first = c->n == 0 ? value : c->first;
        c->least = c->n == 0 ? value : fminf(c->least, value);
        c->most = c->n == 0 ? value : fmaxf(c->most, value);
        c->last = value;
        c->sum += points[i].value;
        c->n++;
    }
}

static int write_file(const char *directory, const char *name, const char *suffix,
                      struct sc_draft *draft)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/%s%s.png", directory, name, suffix);
    FILE *file = fopen(path, "wb");
    if (!file)
        return -1;
    const struct sc_slice png = sc_draft_written(draft);
    const size_t n = fwrite(png.data, 1, png.len_bytes, file);
    return fclose(file) == 0 && n == png.len_bytes ? 0 : -1;
}

static int draw(const struct scene *scene, enum sc_chart_theme theme, unsigned ratio,
                const char *directory, const char *suffix)
{
    static struct sc_series_point points[N_SERIES][N_POINTS];
    static struct sc_series_column columns[N_SERIES][16384];
    struct sc_chart_series series[N_SERIES];
    struct sc_chart_config look = scene->look;
    struct sc_chart *chart = NULL;
    struct sc_pool *pool = NULL;
    struct sc_draft *draft = NULL;
    struct sc_err err = {0};
    look.theme = theme;
    look.pixel_ratio = ratio;
    if (sc_pool_create(STORE_MAX, STORE_MAX, &pool) < 0 ||
        sc_chart_create(&look, &chart, &err) < 0) {
        (void)fprintf(stderr, "%s: %s\n", scene->name, err.text);
        return -1;
    }
    const struct sc_chart_window window =
        sc_chart_window_at(chart, NOW_US, (int64_t)(scene->span_s * S_US));
    for (int i = 0; i < scene->n_series; i++) {
        const size_t n = make_points(scene, i, &window, points[i]);
        series[i] = (struct sc_chart_series){.name = scene->names[i],
                                             .points = points[i],
                                             .n_points = n,
                                             .latest = points[i][n - 1].value};
        if (!scene->is_columns)
            continue;
        make_columns(points[i], n, &window, columns[i], sc_chart_n_columns(chart));
        series[i].n_points = 0;
        series[i].columns = columns[i];
        series[i].n_columns = sc_chart_n_columns(chart);
    }
    int rc = sc_chart_draw(chart, &window, series, (size_t)scene->n_series, pool, &draft);
    if (rc == 0)
        rc = write_file(directory, scene->name, suffix, draft);
    sc_draft_destroy(&draft);
    sc_chart_destroy(&chart);
    sc_pool_unref(&pool);
    return rc;
}

int main(int argc, char **argv)
{
    int rc = argc < 2 ? -1 : 0;
    for (size_t i = 0; rc == 0 && i < sizeof scenes / sizeof *scenes; i++) {
        if (argc > 2 && strcmp(argv[2], scenes[i].name) != 0)
            continue;
        rc = draw(&scenes[i], SC_CHART_DARK, 1, argv[1], "-dark");
        if (rc == 0)
            rc = draw(&scenes[i], SC_CHART_LIGHT, 1, argv[1], "-light");
        if (rc == 0 && argc > 3)
            rc = draw(&scenes[i], SC_CHART_DARK, 2, argv[1], "-2x");
    }
    return rc == 0 ? 0 : 1;
}
