/* SPDX-License-Identifier: MIT */
#include "base/budget.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"

#define MOST       3
#define PER_SECOND 2
#define BEGIN_NS   SC_NS_PER_S

static unsigned n_granted(struct sc_budget *budget, uint64_t now_ns)
{
    unsigned n = 0;
    while (n <= MOST && sc_budget_spend(budget, MOST, PER_SECOND, now_ns))
        n++;
    return n;
}

static void so_many_at_once_and_not_one_more(void **state)
{
    struct sc_budget budget = {0};
    (void)state;
    assert_int_equal(n_granted(&budget, BEGIN_NS), MOST);
    assert_false(sc_budget_spend(&budget, MOST, PER_SECOND, BEGIN_NS));
}

static void time_gives_it_back_one_by_one_and_never_more_than_all(void **state)
{
    static const struct {
        uint64_t later_ms;
        unsigned n;
    } cases[] = {{0, 0}, {499, 0}, {500, 1}, {999, 1}, {1000, 2}, {1500, 3}, {3600000, MOST}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sc_budget budget = {0};
        (void)n_granted(&budget, BEGIN_NS);
        assert_int_equal(n_granted(&budget, BEGIN_NS + cases[i].later_ms * SC_NS_PER_MS),
                         cases[i].n);
    }
}

static void who_asks_often_regains_as_much_as_who_waits(void **state)
{
    struct sc_budget budget = {0};
    unsigned n = 0;
    (void)state;
    (void)n_granted(&budget, BEGIN_NS);
    for (uint64_t ms = 1; ms <= 5000; ms++)
        n += sc_budget_spend(&budget, MOST, PER_SECOND, BEGIN_NS + ms * SC_NS_PER_MS);
    assert_int_equal(n, 5 * PER_SECOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(so_many_at_once_and_not_one_more),
        cmocka_unit_test(time_gives_it_back_one_by_one_and_never_more_than_all),
        cmocka_unit_test(who_asks_often_regains_as_much_as_who_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
