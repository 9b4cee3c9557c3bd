/* SPDX-License-Identifier: MIT */
#include "draw/chart/unit.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define MINUS    "\xe2\x88\x92"
#define INFINITE "\xe2\x88\x9e"

static void values_read_as_people_write_them(void **state)
{
    static const struct {
        const char *unit;
        double value, step;
        const char *text;
    } cases[] = {
        {NULL, 0, 0, "0"},
        {NULL, 7, 0, "7"},
        {NULL, 999999, 0, "1.00 M"},
        {NULL, 1500, 0, "1.50 k"},
        {NULL, 1500, 500, "1.5 k"},
        {NULL, 0.05, 0.01, "0.05"},
        {NULL, -3, 1, MINUS "3"},
        {NULL, 2e-7, 0, "2e-07"},
        {NULL, 1e22, 0, "1e+22"},
        {NULL, NAN, 1, "\xe2\x80\x93"},
        {NULL, INFINITY, 1, INFINITE},
        {NULL, -INFINITY, 1, MINUS INFINITE},
        {NULL, -1e-17, 0.1, "0"},
        {"W", 0.0021, 0, "2.10 mW"},
        {"W", 0, 1, "0 W"},
        {"W", 1234567, 0, "1.23 MW"},
        {"%", 42.42, 0, "42.4 %"},
        {"%", 40, 10, "40 %"},
        {"percent", 12345, 0, "12345 %"},
        {"ratio", 0.5, 0.1, "50 %"},
        {"B", 1023, 0, "1023 B"},
        {"B", 1024, 0, "1.00 KiB"},
        {"bytes", 1536, 512, "1.5 KiB"},
        {"B/s", 5 * 1048576, 1048576, "5 MiB/s"},
        {"B", 512, 256, "512 B"},
        {"s", 0, 0.1, "0 s"},
        {"s", 0.0123, 0, "12.3 ms"},
        {"s", 12, 1, "12 s"},
        {"s", 59.6, 0, "1 min"},
        {"s", 90, 0, "1 min 30 s"},
        {"s", 3600, 0, "1 h"},
        {"s", 93600, 0, "1 d 2 h"},
        {"s", -90, 0, MINUS "1 min 30 s"},
        {"ms", 1500, 0, "1.50 s"},
        {"us", 20, 10, "20 \xc2\xb5s"},
        {"ns", 20, 10, "20 ns"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sc_chart_unit unit;
        char text[SC_CHART_VALUE_BYTES];
        sc_chart_unit_init(&unit, cases[i].unit);
        sc_chart_unit_print(&unit, cases[i].value, cases[i].step, text, sizeof text);
        if (strcmp(text, cases[i].text) != 0)
            fail_msg("%g %s by %g: '%s' instead of '%s'", cases[i].value, cases[i].unit,
                     cases[i].step, text, cases[i].text);
    }
}

static void steps_are_round_in_their_unit(void **state)
{
    static const struct {
        const char *unit;
        double wanted, step;
    } cases[] = {
        {NULL, 1, 1},         {NULL, 1.1, 2},      {NULL, 2.1, 5},       {NULL, 5.1, 10},
        {NULL, 0.03, 0.05},   {"B", 0.3, 0.5},     {"B", 3, 4},          {"B", 700, 1024},
        {"B", 1e6, 1048576},  {"s", 0.03, 0.05},   {"s", 11, 15},        {"s", 31, 60},
        {"s", 1801, 3600},    {"s", 43201, 86400}, {"s", 90000, 172800}, {"ms", 11000, 15000},
        {"ratio", 0.11, 0.2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sc_chart_unit unit;
        sc_chart_unit_init(&unit, cases[i].unit);
        const double step = sc_chart_unit_step(&unit, cases[i].wanted);
        if (fabs(step - cases[i].step) > cases[i].step * 1e-9)
            fail_msg("%g %s: %g instead of %g", cases[i].wanted, cases[i].unit, step,
                     cases[i].step);
    }
}

static void a_unit_of_any_length_stays_within_its_bytes(void **state)
{
    struct sc_chart_unit unit;
    char long_text[1000], text[SC_CHART_VALUE_BYTES];
    (void)state;
    memset(long_text, 'x', sizeof long_text - 1);
    long_text[sizeof long_text - 1] = '\0';
    sc_chart_unit_init(&unit, long_text);
    sc_chart_unit_print(&unit, -1.7e308, 0, text, sizeof text);
    assert_true(strlen(text) < sizeof text);
    assert_true(strlen(sc_chart_unit_widest(&unit, text, sizeof text)) < sizeof text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_read_as_people_write_them),
        cmocka_unit_test(steps_are_round_in_their_unit),
        cmocka_unit_test(a_unit_of_any_length_stays_within_its_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
