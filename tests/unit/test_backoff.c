/* SPDX-License-Identifier: MIT */
#include "base/backoff.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void delays_double_up_to_the_limit_and_vary_by_a_fifth(void **state)
{
    static const uint64_t around[] = {500, 1000, 2000, 4000, 8000, 16000, 30000, 30000, 30000};
    struct sc_backoff backoff = {.first_ns = 500, .most_ns = 30000};
    (void)state;
    for (size_t i = 0; i < sizeof around / sizeof *around; i++) {
        uint64_t delay = sc_backoff_next_ns(&backoff);
        assert_in_range(delay, around[i] * 8 / 10, around[i] * 12 / 10);
    }
}

static void chance_moves_them(void **state)
{
    uint64_t least = UINT64_MAX, most = 0;
    (void)state;
    for (int i = 0; i < 100; i++) {
        struct sc_backoff backoff = {.first_ns = 1000000, .most_ns = 1000000};
        uint64_t delay = sc_backoff_next_ns(&backoff);
        least = delay < least ? delay : least;
        most = delay > most ? delay : most;
    }
    assert_true(least < 900000);
    assert_true(most > 1100000);
}

static void success_begins_anew(void **state)
{
    struct sc_backoff backoff = {.first_ns = 500, .most_ns = 30000};
    (void)state;
    for (int i = 0; i < 100; i++)
        (void)sc_backoff_next_ns(&backoff);
    sc_backoff_reset(&backoff);
    assert_in_range(sc_backoff_next_ns(&backoff), 400, 600);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(delays_double_up_to_the_limit_and_vary_by_a_fifth),
        cmocka_unit_test(chance_moves_them),
        cmocka_unit_test(success_begins_anew),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
