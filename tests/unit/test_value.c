/* SPDX-License-Identifier: MIT */
#include "app/options/value.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"

#define MIB (1024ULL * 1024)

struct value_case {
    const char *text;
    const struct sc_value_unit *units;
    int status;
    uint64_t value;
};

static void check(const struct value_case *cases, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        uint64_t value = 77;
        int status = sc_value_parse(cases[i].text, cases[i].units, &value);
        if (status != cases[i].status)
            fail_msg("'%s': status %d, not %d", cases[i].text, status, cases[i].status);
        uint64_t expected = status == 0 ? cases[i].value : 77;
        if (value != expected)
            fail_msg("'%s': %ju, not %ju", cases[i].text, (uintmax_t)value, (uintmax_t)expected);
    }
}

static void times_are_read_in_every_unit(void **state)
{
    static const struct value_case cases[] = {
        {"500ms", sc_value_time, 0, 500 * SC_NS_PER_MS},
        {"10s", sc_value_time, 0, 10 * SC_NS_PER_S},
        {"10", sc_value_time, 0, 10 * SC_NS_PER_S},
        {"5m", sc_value_time, 0, 300 * SC_NS_PER_S},
        {"1h", sc_value_time, 0, 3600 * SC_NS_PER_S},
        {"1.5", sc_value_time, 0, 1500 * SC_NS_PER_MS},
        {"0.25h", sc_value_time, 0, 900 * SC_NS_PER_S},
        {"0.123456s", sc_value_time, 0, 123456000},
        {"0", sc_value_time, 0, 0},
        {"0.1234567s", sc_value_time, -EINVAL, 0},
        {"10S", sc_value_time, -EINVAL, 0},
        {"10 s", sc_value_time, -EINVAL, 0},
        {"10d", sc_value_time, -EINVAL, 0},
        {"s", sc_value_time, -EINVAL, 0},
        {"", sc_value_time, -EINVAL, 0},
        {"-1s", sc_value_time, -EINVAL, 0},
        {"+1s", sc_value_time, -EINVAL, 0},
        {".5s", sc_value_time, -EINVAL, 0},
        {"1.s", sc_value_time, -EINVAL, 0},
        {"1e3", sc_value_time, -EINVAL, 0},
    };
    (void)state;
    check(cases, sizeof cases / sizeof cases[0]);
}

static void sizes_are_read_in_every_unit(void **state)
{
    static const struct value_case cases[] = {
        {"512K", sc_value_size, 0, 512 * 1024},  {"16M", sc_value_size, 0, 16 * MIB},
        {"16MiB", sc_value_size, 0, 16 * MIB},   {"2G", sc_value_size, 0, 2048 * MIB},
        {"1.5M", sc_value_size, 0, 1536 * 1024}, {"1234", sc_value_size, 0, 1234},
        {"0.5", sc_value_size, -EINVAL, 0},      {"16MB", sc_value_size, -EINVAL, 0},
        {"16 M", sc_value_size, -EINVAL, 0},     {"M", sc_value_size, -EINVAL, 0},
    };
    (void)state;
    check(cases, sizeof cases / sizeof cases[0]);
}

static void counts_are_whole_and_have_no_unit(void **state)
{
    static const struct value_case cases[] = {
        {"0", sc_value_count, 0, 0},        {"64", sc_value_count, 0, 64},
        {"007", sc_value_count, 0, 7},      {"1.5", sc_value_count, -EINVAL, 0},
        {"1K", sc_value_count, -EINVAL, 0}, {"0x10", sc_value_count, -EINVAL, 0},
    };
    (void)state;
    check(cases, sizeof cases / sizeof cases[0]);
}

static void numbers_end_at_64_bits(void **state)
{
    static const struct value_case cases[] = {
        {"18446744073709551615", sc_value_count, 0, UINT64_MAX},
        {"18446744073709551616", sc_value_count, -ERANGE, 0},
        {"99999999999999999999999999", sc_value_count, -ERANGE, 0},
        {"17179869183.5G", sc_value_size, 0, UINT64_MAX - 512 * MIB + 1},
        {"17179869184G", sc_value_size, -ERANGE, 0},
        {"18446744073", sc_value_time, 0, 18446744073 * SC_NS_PER_S},
        {"18446744073.8", sc_value_time, -ERANGE, 0},
    };
    (void)state;
    check(cases, sizeof cases / sizeof cases[0]);
}

static void a_value_is_shown_as_a_person_would_type_it(void **state)
{
    static const struct {
        uint64_t value;
        const struct sc_value_unit *units;
        const char *text;
    } cases[] = {
        {0, sc_value_time, "0"},
        {500 * SC_NS_PER_MS, sc_value_time, "500ms"},
        {614110000, sc_value_time, "614ms"},
        {10 * SC_NS_PER_S, sc_value_time, "10s"},
        {90 * SC_NS_PER_S, sc_value_time, "90s"},
        {300 * SC_NS_PER_S, sc_value_time, "5m"},
        {8760 * 3600 * SC_NS_PER_S, sc_value_time, "8760h"},
        {16 * MIB, sc_value_size, "16M"},
        {1536 * 1024, sc_value_size, "1536K"},
        {1025, sc_value_size, "1025"},
        {0, sc_value_count, "0"},
        {UINT64_MAX, sc_value_count, "18446744073709551615"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char text[SC_VALUE_TEXT_BYTES];
        sc_value_format(cases[i].value, cases[i].units, text);
        assert_string_equal(text, cases[i].text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_read_in_every_unit),
        cmocka_unit_test(sizes_are_read_in_every_unit),
        cmocka_unit_test(counts_are_whole_and_have_no_unit),
        cmocka_unit_test(numbers_end_at_64_bits),
        cmocka_unit_test(a_value_is_shown_as_a_person_would_type_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
