/* SPDX-License-Identifier: MIT */
#include "base/stamp.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void times_are_read_as_servers_write_them(void **state)
{
    static const struct {
        const char *text;
        uint64_t us;
    } cases[] = {
        {"1795385147.437892", 1795385147437892},
        {"12.000345", 12000345},
        {"1.5", 1500000},
        {"7", 7000000},
        {"7.", 7000000},
        {"7.1234567890123456789012345678", 7123456},
        {"0.000000", 0},
        {"999999999999.999999", 999999999999999999},
        {"1000000000000.0", 0},
        {"", 0},
        {".5", 0},
        {"-1.5", 0},
        {"1.5e3", 0},
        {"1.2.3", 0},
        {" 1.5", 0},
        {"now", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (sc_stamp_read_us(cases[i].text, strlen(cases[i].text)) != cases[i].us)
            fail_msg("'%s'", cases[i].text);
}

static void nothing_is_read_behind_the_end(void **state)
{
    static const char text[] = {'1', '2', '.', '5'};
    (void)state;
    assert_int_equal(sc_stamp_read_us(text, 1), 1000000);
    assert_int_equal(sc_stamp_read_us(text, 2), 12000000);
    assert_int_equal(sc_stamp_read_us(text, 3), 12000000);
    assert_int_equal(sc_stamp_read_us(text, 4), 12500000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_read_as_servers_write_them),
        cmocka_unit_test(nothing_is_read_behind_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
