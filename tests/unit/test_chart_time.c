/* SPDX-License-Identifier: MIT */
#include "draw/chart/time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define S_US    1000000LL
#define H_US    (3600 * S_US)
#define DAY_US  (24 * H_US)
#define NOON_US (1700049600 * S_US) /* 2023-11-15 12:00:00 UTC */

static void go_to(const char *zone)
{
    (void)setenv("TZ", zone, 1);
    tzset();
}

static void moments_are_round_and_called_as_they_need(void **state)
{
    static const struct {
        const char *zone;
        int64_t from_us, span_us;
        const char *first, *second;
        int64_t apart_us;
    } cases[] = {
        {"UTC", NOON_US + 100000, S_US, "00:00.2", "00:00.4", 200000},
        {"UTC", NOON_US + 1, 10 * S_US, "12:00:02", "12:00:04", 2 * S_US},
        {"UTC", NOON_US, 60 * S_US, "12:00:00", "12:00:15", 15 * S_US},
        {"UTC", NOON_US, H_US, "12:00", "12:15", 900 * S_US},
        {"UTC", NOON_US, DAY_US, "12:00", "18:00", 6 * H_US},
        {"UTC", NOON_US + 8 * H_US, DAY_US, "Thu 16 Nov", "06:00", 6 * H_US},
        {"UTC", NOON_US, 5 * DAY_US, "Thu 16 Nov", "Fri 17 Nov", DAY_US},
        {"UTC", NOON_US, 30 * DAY_US, "16 Nov", "23 Nov", 7 * DAY_US},
        {"UTC", NOON_US, 365 * DAY_US, "Jan 2024", "Apr 2024", 91 * DAY_US},
        {"Asia/Kolkata", NOON_US, H_US, "17:30", "17:45", 900 * S_US},
        {"Asia/Kolkata", NOON_US, DAY_US, "18:00", "Thu 16 Nov", 6 * H_US},
        {"America/New_York", NOON_US, DAY_US, "12:00", "18:00", 6 * H_US},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sc_chart_moment moments[SC_CHART_MOMENTS_MAX];
        go_to(cases[i].zone);
        const size_t n =
            sc_chart_moments(cases[i].from_us, cases[i].from_us + cases[i].span_us, 5, moments);
        if (n < 2 || n > 6 || strcmp(moments[0].text, cases[i].first) != 0 ||
            strcmp(moments[1].text, cases[i].second) != 0 ||
            moments[1].unix_us - moments[0].unix_us != cases[i].apart_us)
            fail_msg("%zu: %zu moments, '%s' '%s', %lld apart", i, n, moments[0].text,
                     moments[1].text, (long long)(moments[1].unix_us - moments[0].unix_us));
    }
}

/* Berlin, 2023-10-29: 03:00 summer time is followed by 02:00 winter time. */
static void where_clocks_are_set_back_moments_stay_in_order_and_round(void **state)
{
    const int64_t from_us = 1698526800 * S_US; /* 2023-10-28 23:00 local */
    struct sc_chart_moment moments[SC_CHART_MOMENTS_MAX];
    (void)state;
    go_to("Europe/Berlin");
    const size_t n = sc_chart_moments(from_us, from_us + 8 * H_US, 8, moments);
    assert_true(n >= 7);
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            assert_true(moments[i].unix_us > moments[i - 1].unix_us);
        assert_int_equal(moments[i].unix_us % H_US, 0);
    }
    assert_string_equal(moments[n - 1].text, "06:00");
}

static void the_floor_is_a_local_multiple_that_is_not_later(void **state)
{
    static const char *const zones[] = {"UTC", "Asia/Kolkata", "America/New_York", "Europe/Berlin"};
    static const int64_t steps_us[] = {S_US, 60 * S_US, H_US, 6 * H_US, DAY_US};
    (void)state;
    for (size_t z = 0; z < 4; z++)
        for (size_t s = 0; s < 5; s++)
            for (int64_t t = NOON_US - 20 * DAY_US; t < NOON_US; t += DAY_US - 1234567) {
                go_to(zones[z]);
                const int64_t floor_us = sc_chart_time_floor_us(t, steps_us[s]);
                if (floor_us > t || t - floor_us > steps_us[s] + H_US)
                    fail_msg("%s by %lld: %lld is %lld before", zones[z], (long long)steps_us[s],
                             (long long)t, (long long)(t - floor_us));
            }
}

static void lengths_of_time_go_up_and_never_end(void **state)
{
    (void)state;
    assert_int_equal(sc_chart_time_step_us(1), 100000);
    assert_int_equal(sc_chart_time_step_us(S_US), S_US);
    assert_int_equal(sc_chart_time_step_us(S_US + 1), 2 * S_US);
    assert_int_equal(sc_chart_time_step_us(365 * DAY_US), 728 * DAY_US);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_are_round_and_called_as_they_need),
        cmocka_unit_test(where_clocks_are_set_back_moments_stay_in_order_and_round),
        cmocka_unit_test(the_floor_is_a_local_multiple_that_is_not_later),
        cmocka_unit_test(lengths_of_time_go_up_and_never_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
