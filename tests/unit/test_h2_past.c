/* SPDX-License-Identifier: MIT */
#include "http/h2/past.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define FIRST  1
#define NEWEST (FIRST + 2 * (SC_H2_PAST_STREAMS - 1)) /* FIRST is just known still */

static struct sc_h2_past after_begin_of_all(int32_t first, int32_t last)
{
    struct sc_h2_past past = {0};
    for (int32_t id = first; id <= last; id += 2)
        sc_h2_past_begin(&past, id);
    return past;
}

static void knows_which_were_ended(void **state)
{
    struct sc_h2_past past = after_begin_of_all(FIRST, 9);
    sc_h2_past_end(&past, 3);
    for (int32_t id = 0; id <= 12; id++) {
        assert_int_equal(sc_h2_past_is_ended(&past, id), id == 3);
        assert_false(sc_h2_past_is_skipped(&past, id));
    }
}

static void knows_which_were_left_out(void **state)
{
    struct sc_h2_past past = after_begin_of_all(FIRST, 3);
    sc_h2_past_begin(&past, 9);
    for (int32_t id = 0; id <= 12; id++)
        assert_int_equal(sc_h2_past_is_skipped(&past, id), id == 5 || id == 7);
}

static void the_first_may_be_any(void **state)
{
    struct sc_h2_past past = {0};
    sc_h2_past_begin(&past, 7);
    assert_true(sc_h2_past_is_skipped(&past, 1) && sc_h2_past_is_skipped(&past, 5));
    assert_false(sc_h2_past_is_skipped(&past, 7));
}

static void remembers_256_and_not_one_more(void **state)
{
    struct sc_h2_past past = after_begin_of_all(FIRST, NEWEST);
    sc_h2_past_end(&past, FIRST);
    sc_h2_past_end(&past, FIRST + 2);
    assert_true(sc_h2_past_is_ended(&past, FIRST));
    sc_h2_past_begin(&past, NEWEST + 2);
    assert_false(sc_h2_past_is_ended(&past, FIRST));
    assert_false(sc_h2_past_is_ended(&past, NEWEST + 2));
    assert_true(sc_h2_past_is_ended(&past, FIRST + 2));
}

static void a_jump_leaves_nothing_old_behind(void **state)
{
    struct sc_h2_past past = after_begin_of_all(FIRST, NEWEST);
    for (int32_t id = FIRST; id <= NEWEST; id += 2)
        sc_h2_past_end(&past, id);
    sc_h2_past_begin(&past, INT32_MAX);
    for (int32_t i = 0; i < SC_H2_PAST_STREAMS; i++) {
        assert_false(sc_h2_past_is_ended(&past, INT32_MAX - 2 * i));
        assert_int_equal(sc_h2_past_is_skipped(&past, INT32_MAX - 2 * i), i > 0);
    }
    assert_false(sc_h2_past_is_skipped(&past, INT32_MAX - 2 * SC_H2_PAST_STREAMS));
}

static void the_end_of_one_that_is_not_known_is_nothing(void **state)
{
    struct sc_h2_past past = after_begin_of_all(FIRST, NEWEST + 2);
    const int32_t strangers[] = {-1, 0, 2, FIRST, NEWEST + 4, INT32_MAX};
    for (size_t i = 0; i < sizeof strangers / sizeof strangers[0]; i++)
        sc_h2_past_end(&past, strangers[i]);
    for (int32_t id = FIRST; id <= NEWEST + 2; id += 2)
        assert_false(sc_h2_past_is_ended(&past, id));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_which_were_ended),
        cmocka_unit_test(knows_which_were_left_out),
        cmocka_unit_test(the_first_may_be_any),
        cmocka_unit_test(remembers_256_and_not_one_more),
        cmocka_unit_test(a_jump_leaves_nothing_old_behind),
        cmocka_unit_test(the_end_of_one_that_is_not_known_is_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
