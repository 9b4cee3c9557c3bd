/* SPDX-License-Identifier: MIT */
#include "http/h2/budget.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MOST       100
#define PER_SECOND 10
#define NEXT_NS    100000000ULL /* one is regained in */

static bool spend(struct sc_h2_budget *budget, uint64_t now_ns)
{
    return sc_h2_budget_spend(budget, MOST, PER_SECOND, now_ns);
}

static struct sc_h2_budget spent(uint64_t now_ns)
{
    struct sc_h2_budget budget = {0};
    for (int i = 0; i < MOST; i++)
        assert_true(spend(&budget, now_ns));
    return budget;
}

static void all_of_it_may_be_spent_at_once_and_not_one_more(void **state)
{
    struct sc_h2_budget budget = spent(1);
    assert_false(spend(&budget, 1));
    assert_false(spend(&budget, 1));
}

static void one_is_regained_when_its_time_has_come_and_not_before(void **state)
{
    struct sc_h2_budget budget = spent(1);
    assert_false(spend(&budget, NEXT_NS));
    assert_true(spend(&budget, NEXT_NS + 1));
    assert_false(spend(&budget, NEXT_NS + 1));
}

static void a_long_rest_gives_all_back_and_not_one_more(void **state)
{
    struct sc_h2_budget budget = spent(1);
    uint64_t later_ns = 1000 * MOST * NEXT_NS;
    for (int i = 0; i < MOST; i++)
        assert_true(spend(&budget, later_ns));
    assert_false(spend(&budget, later_ns));
}

static void whoever_keeps_to_the_rate_may_go_on_for_ever(void **state)
{
    struct sc_h2_budget budget = spent(1);
    for (uint64_t i = 1; i <= 10ULL * MOST; i++)
        assert_true(spend(&budget, 1 + i * NEXT_NS));
    assert_false(spend(&budget, 1 + 10ULL * MOST * NEXT_NS));
}

static void what_is_asked_for_too_early_does_not_put_off_what_is_regained(void **state)
{
    struct sc_h2_budget budget = spent(1);
    for (uint64_t now_ns = 2; now_ns <= NEXT_NS; now_ns += NEXT_NS / 8)
        assert_false(spend(&budget, now_ns));
    assert_true(spend(&budget, NEXT_NS + 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_it_may_be_spent_at_once_and_not_one_more),
        cmocka_unit_test(one_is_regained_when_its_time_has_come_and_not_before),
        cmocka_unit_test(a_long_rest_gives_all_back_and_not_one_more),
        cmocka_unit_test(whoever_keeps_to_the_rate_may_go_on_for_ever),
        cmocka_unit_test(what_is_asked_for_too_early_does_not_put_off_what_is_regained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
