/* SPDX-License-Identifier: MIT */
#include "series/number.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "series/moment.h"

static struct sc_word word_of(const char *text)
{
    return (struct sc_word){text, strlen(text)};
}

static void numbers_are_what_the_c_library_makes_of_them(void **state)
{
    static const char *const texts[] = {
        "0",
        "-0",
        "1",
        "+7",
        "-1.5",
        ".5",
        "5.",
        "0.1",
        "0.30000000000000004",
        "1e3",
        "1E-3",
        "1e22",
        "1e23",
        "123456789012345678901234567890",
        "9007199254740993",
        "9007199254740992",
        "4.9e-324",
        "1.7976931348623157e308",
        "2.2250738585072011e-308",
        "0.000001",
        "1795385147.437892",
        "1e-400",
        "179769313486231580793728971405301e277",
        "0.1e1",
        "00012",
        "3.141592653589793238462643383279",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        double value = 0, expected = strtod(texts[i], NULL);
        assert_int_equal(sc_number_parse(word_of(texts[i]), &value), 0);
        if (memcmp(&value, &expected, sizeof value) != 0)
            fail_msg("'%s' is read as %.17g, not as %.17g", texts[i], value, expected);
    }
}

static void random_numbers_come_back_as_they_were_printed(void **state)
{
    uint64_t bits = 88172645463325252U;
    for (int i = 0; i < 20000; i++) {
        char text[40];
        double value, again;
        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        memcpy(&value, &bits, sizeof value);
        if (!isfinite(value))
            continue;
        (void)snprintf(text, sizeof text, i % 2 ? "%.17g" : "%.6g", value);
        double expected = strtod(text, NULL);
        assert_int_equal(sc_number_parse(word_of(text), &again), 0);
        assert_memory_equal(&again, &expected, sizeof again);
    }
}

static void what_is_no_number_is_refused(void **state)
{
    static const char *const texts[] = {"",     "-",   ".",    "e5",   "1e",    "1e+",
                                        "0x10", "1,5", "1 2",  "abc",  "1.2.3", "--1",
                                        "1_0",  "١",   "1e5x", "nanx", "in"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        double value;
        if (sc_number_parse(word_of(texts[i]), &value) != -EINVAL)
            fail_msg("'%s' is taken for a number", texts[i]);
    }
    char digits[2000];
    double value;
    memset(digits, '9', sizeof digits);
    assert_int_equal(sc_number_parse((struct sc_word){digits, sizeof digits}, &value), -EINVAL);
}

static void words_for_what_is_no_number_are_numbers(void **state)
{
    double value;
    assert_int_equal(sc_number_parse(word_of("NaN"), &value), 0);
    assert_true(isnan(value));
    assert_int_equal(sc_number_parse(word_of("-Infinity"), &value), 0);
    assert_true(isinf(value) && value < 0);
    assert_int_equal(sc_number_parse(word_of("1e999"), &value), 0);
    assert_true(isinf(value));
}

static void times_are_told_by_their_size_and_form(void **state)
{
    static const struct {
        const char *text;
        int64_t us;
    } rows[] = {
        {"0", 0},
        {"1795385147", 1795385147000000},
        {"1795385147.437892", 1795385147437892},
        {"1795385147437", 1795385147437000},
        {"1795385147437892", 1795385147437892},
        {"1795385147437892123", 1795385147437892},
        {"99999999999", 99999999999000000},
        {"100000000000", 100000000000000},
        {"N", SC_MOMENT_NOW},
        {"-1", SC_MOMENT_NOW},
        {"1970-01-01T00:00:00Z", 0},
        {"2026-11-23T01:27:22Z", 1795397242000000},
        {"2026-11-23 01:27:22", 1795397242000000},
        {"2026-11-23T01:27:22.25+01:00", 1795393642250000},
        {"2026-11-22T20:27:22-0500", 1795397242000000},
        {"2026-11-23 01:27", 1795397220000000},
        {"2026-11-23", 1795392000000000},
        {"2024-02-29", 1709164800000000},
        {"2000-02-29T12:00:00,5Z", 951825600500000},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t us = 0;
        if (sc_moment_parse(word_of(rows[i].text), &us) != 0 || us != rows[i].us)
            fail_msg("'%s' is %" PRId64 ", not %" PRId64, rows[i].text, us, rows[i].us);
    }
}

static void what_is_no_time_is_refused(void **state)
{
    static const char *const texts[] = {"",
                                        "-2",
                                        "1e20",
                                        "nan",
                                        "inf",
                                        "2026-13-01",
                                        "2026-02-29",
                                        "2026-00-10",
                                        "1969-12-31",
                                        "26-11-23",
                                        "2026-11-23T",
                                        "2026-11-23T25:00:00",
                                        "2026-11-23T01:60:00",
                                        "2026-11-23T01:27:22+",
                                        "2026-11-23T01:27:22 CET",
                                        "yesterday"};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        int64_t us;
        if (sc_moment_parse(word_of(texts[i]), &us) != -EINVAL)
            fail_msg("'%s' is taken for a time", texts[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_what_the_c_library_makes_of_them),
        cmocka_unit_test(random_numbers_come_back_as_they_were_printed),
        cmocka_unit_test(what_is_no_number_is_refused),
        cmocka_unit_test(words_for_what_is_no_number_are_numbers),
        cmocka_unit_test(times_are_told_by_their_size_and_form),
        cmocka_unit_test(what_is_no_time_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
