/* SPDX-License-Identifier: MIT */
/* Each allocation of ours fails once (linked with --wrap): that is an error, and nothing leaks.
 * cairo, pango and GLib allocate for themselves and are not touched. */
#include "draw/pattern.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "draw/chart.h"
#include "draw/placeholder.h"

#define N_MOST 100

void *__real_malloc(size_t bytes);
void *__real_calloc(size_t n, size_t bytes);
void *__real_realloc(void *block, size_t bytes);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t n, size_t bytes);
void *__wrap_realloc(void *block, size_t bytes);

static int n_until_failure = -1; /* negative: none fails */

static bool is_to_fail(void)
{
    return n_until_failure >= 0 && n_until_failure-- == 0;
}

void *__wrap_malloc(size_t bytes)
{
    return is_to_fail() ? NULL : __real_malloc(bytes);
}

void *__wrap_calloc(size_t n, size_t bytes)
{
    return is_to_fail() ? NULL : __real_calloc(n, bytes);
}

void *__wrap_realloc(void *block, size_t bytes)
{
    return is_to_fail() ? NULL : __real_realloc(block, bytes);
}

static int draw_pattern(struct sc_pool *pool, enum sc_kind kind, struct sc_draft **out_draft)
{
    const struct sc_canvas_format format = {.kind = kind, .quality = 80};
    struct sc_pattern *pattern = NULL;
    int rc = sc_pattern_create(160, 120, "detail", &pattern);
    if (rc == 0)
        rc = sc_pattern_draw(pattern, 1, 1);
    if (rc == 0)
        rc = sc_canvas_to_draft(sc_pattern_canvas(pattern), pool, &format, out_draft);
    sc_pattern_destroy(&pattern);
    return rc;
}

static int draw_placeholder(struct sc_pool *pool, enum sc_kind kind, struct sc_draft **out_draft)
{
    const struct sc_placeholder what = {
        .width_px = 160, .height_px = 120, .kind = kind, .title = "door", .problem = "gone"};
    return sc_placeholder_draft(pool, &what, out_draft);
}

/* Two frames, of which the second has more points than there was room for. */
static int draw_chart(struct sc_pool *pool, enum sc_kind kind, struct sc_draft **out_draft)
{
    static struct sc_series_point points[1000];
    struct sc_chart_config config;
    struct sc_chart *chart = NULL;
    sc_chart_defaults(&config);
    config.width_px = 200;
    config.height_px = 140;
    config.title = "title";
    config.format.kind = kind;
    for (int i = 0; i < 1000; i++)
        points[i] = (struct sc_series_point){i * 1000, i % 7};
    struct sc_chart_series series = {.name = "name", .points = points, .n_points = 10, .latest = 1};
    const struct sc_chart_window window = {0, 1000000};
    int rc = sc_chart_create(&config, &chart, NULL);
    if (rc == 0)
        rc = sc_chart_draw(chart, &window, &series, 1, pool, out_draft);
    if (rc == 0) {
        sc_draft_destroy(out_draft);
        series.n_points = 1000;
        rc = sc_chart_draw(chart, &window, &series, 1, pool, out_draft);
    }
    sc_chart_destroy(&chart);
    return rc;
}

static void whatever_allocation_fails_is_an_error_and_leaks_nothing(void **state)
{
    static const struct {
        const char *name;
        int (*draw)(struct sc_pool *pool, enum sc_kind kind, struct sc_draft **out_draft);
        enum sc_kind kind;
        int n_least; /* allocations that must have failed */
    } cases[] = {
        {"pattern as JPEG", draw_pattern, SC_KIND_JPEG, 8},
        {"pattern as PNG", draw_pattern, SC_KIND_PNG, 7},
        {"placeholder as JPEG", draw_placeholder, SC_KIND_JPEG, 5},
        {"placeholder as PNG", draw_placeholder, SC_KIND_PNG, 3},
        {"chart as JPEG", draw_chart, SC_KIND_JPEG, 14},
        {"chart as PNG", draw_chart, SC_KIND_PNG, 17},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sc_pool *pool = NULL;
        assert_int_equal(sc_pool_create(1 << 20, 1 << 20, &pool), 0);
        int rc = -ENOMEM, n = 0;
        for (; rc < 0 && n < N_MOST; n++) {
            struct sc_draft *draft = NULL;
            n_until_failure = n;
            rc = cases[i].draw(pool, cases[i].kind, &draft);
            n_until_failure = -1;
            if (rc != (draft ? 0 : -ENOMEM))
                fail_msg("%s: allocation %d fails: %d", cases[i].name, n, rc);
            sc_draft_destroy(&draft);
            assert_int_equal(sc_pool_used_bytes(pool), 0);
        }
        if (rc < 0 || n - 1 < cases[i].n_least)
            fail_msg("%s: %d allocations failed", cases[i].name, n - 1);
        sc_pool_unref(&pool);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whatever_allocation_fails_is_an_error_and_leaks_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
