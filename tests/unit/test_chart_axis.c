/* SPDX-License-Identifier: MIT */
#include "draw/chart/axis.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define N_TICKS 6
#define HOLD_US 1000

static struct sc_chart_axis automatic(void)
{
    struct sc_chart_axis axis = {.fixed_least = NAN, .fixed_most = NAN};
    sc_chart_unit_init(&axis.unit, NULL);
    return axis;
}

static void ranges_are_round_and_hold_the_data(void **state)
{
    static const struct {
        const char *name;
        double least, most, from, to;
    } cases[] = {
        {"from zero when zero is near", 1, 10, 0, 10},
        {"not from zero when it is far", 100.2, 100.8, 100.2, 100.8},
        {"below zero", -10, -1, -10, 0},
        {"around zero", -3.2, 4.1, -4, 6},
        {"one value", 5, 5, 4.4, 5.6},
        {"one value below zero", -5, -5, -5.6, -4.4},
        {"zeros", 0, 0, 0, 1},
        {"nothing", NAN, NAN, 0, 1},
        {"tiny", 1e-9, 3e-9, 0, 3e-9},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sc_chart_axis axis = automatic();
        (void)sc_chart_axis_fit(&axis, cases[i].least, cases[i].most, N_TICKS, 0, HOLD_US);
        if (fabs(axis.least - cases[i].from) > axis.step * 1e-6 ||
            fabs(axis.most - cases[i].to) > axis.step * 1e-6)
            fail_msg("%s: %.12g to %.12g", cases[i].name, axis.least, axis.most);
    }
}

static void the_wildest_values_make_a_range_with_ticks(void **state)
{
    static const double wild[] = {-DBL_MAX, -1e300, -1,   -DBL_MIN,    0,     DBL_MIN,
                                  1e-300,   1,      1e15, 1e15 + 0.25, 1e300, DBL_MAX};
    const size_t n = sizeof wild / sizeof *wild;
    (void)state;
    for (size_t i = 0; i < n; i++)
        for (size_t k = i; k < n; k++)
            for (int is_log = 0; is_log < 2; is_log++) {
                struct sc_chart_axis axis = automatic();
                double ticks[SC_CHART_TICKS_MAX];
                axis.is_log = is_log != 0 && wild[i] > 0;
                (void)sc_chart_axis_fit(&axis, wild[i], wild[k], N_TICKS, 0, HOLD_US);
                const size_t n_ticks = sc_chart_axis_ticks(&axis, ticks);
                if (!(axis.most > axis.least) || !isfinite(axis.most - axis.least) ||
                    !(axis.step > 0) || n_ticks < 1 || n_ticks > 3 * N_TICKS)
                    fail_msg("%g to %g%s: %g to %g by %g, %zu ticks", wild[i], wild[k],
                             axis.is_log ? " log" : "", axis.least, axis.most, axis.step, n_ticks);
            }
}

static void a_range_grows_at_once_and_shrinks_late(void **state)
{
    struct sc_chart_axis axis = automatic();
    (void)state;
    assert_true(sc_chart_axis_fit(&axis, 0, 10, N_TICKS, 0, HOLD_US));
    assert_true(sc_chart_axis_fit(&axis, 0, 95, N_TICKS, 1, HOLD_US));
    assert_true(axis.most == 100);
    assert_false(sc_chart_axis_fit(&axis, 0, 10, N_TICKS, 100, HOLD_US));
    assert_false(sc_chart_axis_fit(&axis, 0, 10, N_TICKS, 99 + HOLD_US, HOLD_US));
    assert_true(axis.most == 100);
    assert_true(sc_chart_axis_fit(&axis, 0, 10, N_TICKS, 100 + HOLD_US, HOLD_US));
    assert_true(axis.most == 10);
}

static void a_range_that_is_used_again_does_not_shrink(void **state)
{
    struct sc_chart_axis axis = automatic();
    (void)state;
    (void)sc_chart_axis_fit(&axis, 0, 95, N_TICKS, 1, HOLD_US);
    assert_false(sc_chart_axis_fit(&axis, 0, 10, N_TICKS, 100, HOLD_US));
    assert_false(sc_chart_axis_fit(&axis, 0, 80, N_TICKS, 500, HOLD_US));
    assert_false(sc_chart_axis_fit(&axis, 0, 10, N_TICKS, 1200, HOLD_US));
    assert_true(axis.most == 100);
}

static void small_changes_do_not_move_the_range(void **state)
{
    struct sc_chart_axis axis = automatic();
    (void)state;
    (void)sc_chart_axis_fit(&axis, 0, 9, N_TICKS, 0, HOLD_US);
    for (int i = 0; i < 1000; i++)
        assert_false(sc_chart_axis_fit(&axis, 0, 7 + i % 3, N_TICKS, i * 100, HOLD_US));
}

static void without_data_the_last_range_stays(void **state)
{
    struct sc_chart_axis axis = automatic();
    (void)state;
    (void)sc_chart_axis_fit(&axis, 0, 95, N_TICKS, 0, HOLD_US);
    assert_false(sc_chart_axis_fit(&axis, NAN, NAN, N_TICKS, 10 * HOLD_US, HOLD_US));
    assert_true(axis.most == 100);
}

static void fixed_ends_stay_where_they_are(void **state)
{
    static const struct {
        double least, most, from, to;
    } cases[] = {{NAN, 7.5, 0, 7.5}, {-3, NAN, -3, 50}, {1, 2, 1, 2}, {100, NAN, 100, 200}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sc_chart_axis axis = automatic();
        axis.fixed_least = cases[i].least;
        axis.fixed_most = cases[i].most;
        (void)sc_chart_axis_fit(&axis, 0, 50, N_TICKS, 0, HOLD_US);
        if (axis.least != cases[i].from || axis.most != cases[i].to)
            fail_msg("%zu: %g to %g", i, axis.least, axis.most);
    }
}

static void a_log_axis_shows_whole_decades(void **state)
{
    struct sc_chart_axis axis = automatic();
    (void)state;
    axis.is_log = true;
    (void)sc_chart_axis_fit(&axis, 0.02, 300, N_TICKS, 0, HOLD_US);
    assert_true(fabs(axis.least - 0.01) < 1e-12 && axis.most == 1000);
    assert_true(fabs(sc_chart_axis_at(&axis, 1) - 0.4) < 1e-9);
    assert_true(isnan(sc_chart_axis_at(&axis, 0)));
    assert_true(isnan(sc_chart_axis_at(&axis, -1)));
}

static void what_is_no_number_has_no_place(void **state)
{
    struct sc_chart_axis axis = automatic();
    (void)state;
    (void)sc_chart_axis_fit(&axis, 0, 10, N_TICKS, 0, HOLD_US);
    assert_true(sc_chart_axis_at(&axis, 5) == 0.5);
    assert_true(isnan(sc_chart_axis_at(&axis, NAN)));
    assert_true(isnan(sc_chart_axis_at(&axis, INFINITY)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_are_round_and_hold_the_data),
        cmocka_unit_test(the_wildest_values_make_a_range_with_ticks),
        cmocka_unit_test(a_range_grows_at_once_and_shrinks_late),
        cmocka_unit_test(a_range_that_is_used_again_does_not_shrink),
        cmocka_unit_test(small_changes_do_not_move_the_range),
        cmocka_unit_test(without_data_the_last_range_stays),
        cmocka_unit_test(fixed_ends_stay_where_they_are),
        cmocka_unit_test(a_log_axis_shows_whole_decades),
        cmocka_unit_test(what_is_no_number_has_no_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
