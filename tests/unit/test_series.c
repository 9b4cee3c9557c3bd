/* SPDX-License-Identifier: MIT */
#include "series/series.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "series/moment.h"
#include "series/ring.h"

#define SECOND    1000000LL
#define COLUMN_US SECOND
#define N_COLUMNS 100
#define SERIES    4
#define NOW       (1795385147 * SECOND)
#define FROM      (NOW - (N_COLUMNS - 1) * COLUMN_US)

struct kit {
    struct sc_series *series;
    struct sc_series_view view;
    struct sc_series_column columns[N_COLUMNS];
    struct sc_series_point points[N_COLUMNS];
};

static int setup(void **state)
{
    static struct kit kit;
    const struct sc_series_config config = {COLUMN_US, N_COLUMNS, SERIES};
    kit.view = (struct sc_series_view){.columns = kit.columns, .points = kit.points};
    *state = &kit;
    return sc_series_create(&config, &kit.series);
}

static int teardown(void **state)
{
    struct kit *kit = *state;
    sc_series_destroy(&kit->series);
    return 0;
}

static int add(struct kit *kit, const char *name, int64_t unix_us, double value)
{
    const struct sc_series_sample sample = {{name, strlen(name)}, value, unix_us};
    return sc_series_add(kit->series, &sample, NOW);
}

static bool look(struct kit *kit, size_t i)
{
    return sc_series_look(kit->series, i, FROM, &kit->view);
}

static void a_column_keeps_the_extremes_of_all_that_came_in_it(void **state)
{
    struct kit *kit = *state;
    for (int i = 0; i < 1000; i++)
        assert_int_equal(add(kit, "a", NOW + i, i == 500 ? 99 : i == 600 ? -99 : i / 1000.0), 0);
    assert_true(look(kit, 0));
    const struct sc_series_column *column = &kit->columns[N_COLUMNS - 1];
    assert_int_equal(column->n, 1000);
    assert_true(column->least == -99 && column->most == 99);
    assert_true(column->first == 0 && column->last == (float)0.999);
    assert_int_equal(kit->columns[N_COLUMNS - 2].n, 0);
    assert_int_equal(kit->view.n_points, 0); /* too many to be told one by one */
    assert_string_equal(kit->view.name, "a");
    assert_true(kit->view.latest == 0.999);
}

static void few_points_are_told_one_by_one_and_in_order(void **state)
{
    struct kit *kit = *state;
    static const int order[] = {3, 1, 2, 5, 4};
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(add(kit, "a", NOW - order[i] * SECOND, order[i]), 0);
    assert_true(look(kit, 0));
    assert_int_equal(kit->view.n_points, 5);
    for (int i = 0; i < 5; i++)
        assert_true(kit->points[i].value == 5 - i);
    assert_true(kit->view.latest == 1);
}

static void a_million_points_stay_in_their_room(void **state)
{
    struct kit *kit = *state;
    for (int i = 0; i < 1000000; i++)
        assert_int_equal(add(kit, "a", FROM + (int64_t)i * (N_COLUMNS * COLUMN_US / 1000000), i),
                         0);
    assert_true(look(kit, 0));
    for (int i = 0; i < N_COLUMNS; i++) {
        assert_int_equal(kit->columns[i].n, 10000);
        assert_true(kit->columns[i].first == (float)i * 10000 &&
                    kit->columns[i].last == (float)i * 10000 + 9999);
    }
}

static void time_runs_backwards_to_the_begin_of_the_window_and_no_further(void **state)
{
    struct kit *kit = *state;
    assert_int_equal(add(kit, "a", NOW, 1), 0);
    assert_int_equal(add(kit, "a", FROM, 2), 0);
    assert_int_equal(add(kit, "a", FROM - COLUMN_US, 3), 0); /* half of it may still be seen */
    assert_int_equal(add(kit, "a", FROM - COLUMN_US - 1, 4), -ETIME);
    assert_true(look(kit, 0));
    assert_true(kit->columns[0].last == 2 && kit->columns[0].n == 1);
    assert_int_equal(atomic_load(&sc_series_counts(kit->series)->n_refused), 1);
}

static void the_future_is_refused_from_a_minute_on(void **state)
{
    struct kit *kit = *state;
    assert_int_equal(add(kit, "a", NOW + 60 * SECOND, 1), 0);
    assert_int_equal(add(kit, "a", NOW + 60 * SECOND + 1, 1), -EOVERFLOW);
    assert_false(look(kit, 0)); /* not its time yet */
    assert_true(sc_series_look(kit->series, 0, FROM + 60 * SECOND, &kit->view));
}

static void what_slid_out_of_the_window_does_not_come_back(void **state)
{
    struct kit *kit = *state;
    const int64_t later = NOW + (N_COLUMNS + 62) * COLUMN_US; /* a full round of the ring */
    const struct sc_series_sample sample = {{"a", 1}, 7, later};
    assert_int_equal(add(kit, "a", NOW, 1), 0);
    assert_int_equal(sc_series_add(kit->series, &sample, later), 0);
    assert_true(sc_series_look(kit->series, 0, later - (N_COLUMNS - 1) * COLUMN_US, &kit->view));
    assert_int_equal(kit->columns[N_COLUMNS - 1].n, 1);
    assert_true(kit->columns[N_COLUMNS - 1].least == 7);
    assert_int_equal(kit->view.n_points, 2); /* and the one before the window */
}

static void gaps_are_taken_and_infinities_are_not(void **state)
{
    struct kit *kit = *state;
    assert_int_equal(add(kit, "a", NOW - 2 * SECOND, 1), 0);
    assert_int_equal(add(kit, "a", NOW - SECOND, NAN), 0);
    assert_int_equal(add(kit, "a", NOW, INFINITY), -EDOM);
    assert_int_equal(add(kit, "a", NOW, -INFINITY), -EDOM);
    assert_int_equal(add(kit, "a", NOW, 1e300), -EDOM);
    assert_true(look(kit, 0));
    assert_int_equal(kit->view.n_points, 2);
    assert_true(isnan(kit->points[1].value) && isnan(kit->view.latest));
}

static void names_are_capped_and_the_silent_ones_make_room(void **state)
{
    struct kit *kit = *state;
    char name[16];
    for (int i = 0; i < SERIES; i++) {
        (void)snprintf(name, sizeof name, "s%d", i);
        assert_int_equal(add(kit, name, NOW, i), 0);
    }
    for (int i = 0; i < 100000; i++) {
        (void)snprintf(name, sizeof name, "x%d", i);
        assert_int_equal(add(kit, name, NOW, 1), -ENOSPC);
    }
    assert_int_equal(atomic_load(&sc_series_counts(kit->series)->n_over), 100000);
    assert_int_equal(add(kit, "s3", NOW, 1), 0);
    const int64_t later = NOW + N_COLUMNS * COLUMN_US + 1;
    const struct sc_series_sample fresh = {{"new", 3}, 5, later};
    assert_int_equal(sc_series_add(kit->series, &fresh, later), 0);
    assert_int_equal(sc_series_count(kit->series), SERIES);
    assert_true(sc_series_look(kit->series, 0, later - (N_COLUMNS - 1) * COLUMN_US, &kit->view));
    assert_string_equal(kit->view.name, "new");
    assert_int_equal(kit->view.n_points, 1);
}

static void names_are_any_bytes_but_control_characters(void **state)
{
    struct kit *kit = *state;
    char longest[SC_SERIES_NAME_BYTES + 1];
    memset(longest, 'n', sizeof longest);
    longest[SC_SERIES_NAME_BYTES - 1] = '\0';
    assert_int_equal(add(kit, "温度 <b>\"%s\"\\ \xff", NOW, 1), 0);
    assert_int_equal(add(kit, longest, NOW, 1), 0);
    longest[SC_SERIES_NAME_BYTES - 1] = 'n';
    longest[SC_SERIES_NAME_BYTES] = '\0';
    assert_int_equal(add(kit, longest, NOW, 1), -EINVAL);
    assert_int_equal(add(kit, "", NOW, 1), -EINVAL);
    assert_int_equal(add(kit, "a\x1b[31m", NOW, 1), -EINVAL);
}

static void counters_become_rates(void **state)
{
    struct kit *kit = *state;
    static const struct {
        int64_t after_us;
        double counter, rate;
        int rc;
    } rows[] = {
        {0, 100, 0, -EAGAIN},         {2 * SECOND, 150, 25, 0}, {3 * SECOND, 150, 0, 0},
        {4 * SECOND, 10, 0, -EAGAIN}, {5 * SECOND, 20, 10, 0},  {5 * SECOND, 30, 0, -EAGAIN},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sc_series_sample sample = {{"n_total", 7}, rows[i].counter, NOW + rows[i].after_us};
        assert_int_equal(sc_series_to_rate(kit->series, &sample, NOW), rows[i].rc);
        if (rows[i].rc == 0)
            assert_true(sample.value == rows[i].rate);
    }
}

static void history_is_merged_with_what_is_there(void **state)
{
    struct kit *kit = *state;
    const struct sc_series_column past = {1, 9, 3, 4, 50, 10};
    const struct sc_series_sample at = {{"a", 1}, 0, NOW - 10 * SECOND};
    assert_int_equal(sc_series_merge(kit->series, &at, &past, NOW), 0);
    assert_int_equal(add(kit, "a", NOW - 10 * SECOND + 5, 20), 0);
    assert_true(look(kit, 0));
    const struct sc_series_column *column = &kit->columns[N_COLUMNS - 11];
    assert_int_equal(column->n, 11);
    assert_true(column->least == 1 && column->most == 20 && column->first == 3 &&
                column->last == 20 && column->sum == 70);
    assert_int_equal(kit->view.n_points, 0); /* a column cannot be told as points */
}

static void *add_many(void *self)
{
    struct kit *kit = self;
    for (int i = 0; i < 20000; i++)
        (void)add(kit, i % 2 ? "even" : "odd", NOW - i % 50 * SECOND, i);
    return NULL;
}

static void many_threads_add_while_one_looks(void **state)
{
    struct kit *kit = *state;
    pthread_t threads[2];
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, add_many, kit), 0);
    uint64_t version = 0;
    while (version < 40000) {
        version = sc_series_version(kit->series);
        for (size_t i = 0; i < sc_series_count(kit->series); i++)
            (void)look(kit, i);
    }
    for (int i = 0; i < 2; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    unsigned n = 0;
    for (size_t i = 0; i < 2; i++) {
        assert_true(look(kit, i));
        for (size_t c = 0; c < N_COLUMNS; c++)
            n += kit->columns[c].n;
    }
    assert_int_equal(n, 40000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_column_keeps_the_extremes_of_all_that_came_in_it),
        TEST(few_points_are_told_one_by_one_and_in_order),
        TEST(a_million_points_stay_in_their_room),
        TEST(time_runs_backwards_to_the_begin_of_the_window_and_no_further),
        TEST(the_future_is_refused_from_a_minute_on),
        TEST(what_slid_out_of_the_window_does_not_come_back),
        TEST(gaps_are_taken_and_infinities_are_not),
        TEST(names_are_capped_and_the_silent_ones_make_room),
        TEST(names_are_any_bytes_but_control_characters),
        TEST(counters_become_rates),
        TEST(history_is_merged_with_what_is_there),
        TEST(many_threads_add_while_one_looks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
