/* SPDX-License-Identifier: MIT */
#include "base/natural.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static int sign(int n)
{
    return (n > 0) - (n < 0);
}

static void every_name_comes_after_the_ones_above_it(void **state)
{
    static const char *const sorted[] = {
        "",
        "0",
        "00",
        "1",
        "02",
        "2",
        "10",
        "a",
        "a1b2",
        "a1b10",
        "a2b1",
        "a99999999999999999998",
        "a99999999999999999999",
        "a100000000000000000000",
        "aa",
        "img-9.jpg",
        "img-010.jpg",
        "img-11.jpg",
        "z",
        "\xc3\xa9",
    };
    (void)state;
    for (size_t i = 0; i < sizeof sorted / sizeof *sorted; i++)
        for (size_t j = 0; j < sizeof sorted / sizeof *sorted; j++)
            if (sign(sc_natural_compare(sorted[i], sorted[j])) != (i > j) - (i < j))
                fail_msg("'%s' and '%s' are in the wrong order", sorted[i], sorted[j]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_name_comes_after_the_ones_above_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
