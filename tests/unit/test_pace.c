/* SPDX-License-Identifier: MIT */
#include "source/runner/pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define MS 1000000ULL

static void the_first_is_due_at_once_and_then_one_each_interval(void **state)
{
    struct sc_pace pace;
    (void)state;
    sc_pace_init(&pace, 10);
    assert_true(pace.due_ns <= 5000 * MS);
    sc_pace_step(&pace, 5000 * MS);
    assert_int_equal(pace.due_ns, 5100 * MS);
}

static void lateness_does_not_add_up(void **state)
{
    struct sc_pace pace;
    (void)state;
    sc_pace_init(&pace, 10);
    sc_pace_step(&pace, 5000 * MS);
    for (unsigned i = 1; i <= 1000; i++)
        sc_pace_step(&pace, (5000 + i * 100 + i % 100) * MS);
    assert_int_equal(pace.due_ns, (5000 + 1001 * 100) * MS);
}

static void a_long_delay_is_not_made_up_for(void **state)
{
    struct sc_pace pace;
    (void)state;
    sc_pace_init(&pace, 10);
    sc_pace_step(&pace, 5000 * MS);
    sc_pace_step(&pace, 9999 * MS);
    assert_int_equal(pace.due_ns, 10099 * MS);
}

static void a_delay_of_one_interval_is_not_long_and_one_more_is(void **state)
{
    struct sc_pace pace = {.interval_ns = 100, .due_ns = 1000};
    (void)state;
    sc_pace_step(&pace, 1100);
    assert_int_equal(pace.due_ns, 1100);
    pace.due_ns = 1000;
    sc_pace_step(&pace, 1101);
    assert_int_equal(pace.due_ns, 1201);
}

static void without_a_rate_all_are_due_at_once(void **state)
{
    struct sc_pace pace;
    (void)state;
    sc_pace_init(&pace, 0);
    sc_pace_step(&pace, 5000 * MS);
    assert_true(pace.due_ns <= 5000 * MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_is_due_at_once_and_then_one_each_interval),
        cmocka_unit_test(lateness_does_not_add_up),
        cmocka_unit_test(a_long_delay_is_not_made_up_for),
        cmocka_unit_test(a_delay_of_one_interval_is_not_long_and_one_more_is),
        cmocka_unit_test(without_a_rate_all_are_due_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
