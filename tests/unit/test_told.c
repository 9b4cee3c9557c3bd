/* SPDX-License-Identifier: MIT */
#include "source/runner/told.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* As if a second had passed. */
static int pass_later(struct sc_told *told, const char *sentence)
{
    told->limit.next_ns = 0;
    return sc_told_pass(told, sentence);
}

static void each_sentence_passes_once(void **state)
{
    struct sc_told told = {0};
    (void)state;
    assert_int_equal(pass_later(&told, "a"), 0);
    assert_int_equal(pass_later(&told, "b"), 0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(pass_later(&told, "a"), -1);
        assert_int_equal(pass_later(&told, "b"), -1);
    }
    assert_int_equal(pass_later(&told, "c"), 0);
}

static void of_many_in_a_second_one_passes_and_the_rest_is_counted(void **state)
{
    struct sc_told told = {0};
    (void)state;
    assert_int_equal(sc_told_pass(&told, "a"), 0);
    assert_int_equal(sc_told_pass(&told, "b"), -1);
    assert_int_equal(sc_told_pass(&told, "c"), -1);
    assert_int_equal(pass_later(&told, "b"), 2);
    assert_int_equal(pass_later(&told, "c"), 0);
}

static void it_remembers_so_many_and_not_one_more(void **state)
{
    struct sc_told told = {0};
    char sentence[20];
    (void)state;
    for (int i = 0; i < SC_TOLD_MAX; i++) {
        (void)snprintf(sentence, sizeof sentence, "%d", i);
        assert_int_equal(pass_later(&told, sentence), 0);
    }
    assert_int_equal(pass_later(&told, "0"), -1);
    assert_int_equal(pass_later(&told, "one more"), 0);
    assert_int_equal(pass_later(&told, "0"), 0);
}

static void what_is_forgotten_passes_again(void **state)
{
    struct sc_told told = {0};
    (void)state;
    assert_int_equal(pass_later(&told, "a"), 0);
    sc_told_forget(&told);
    assert_int_equal(pass_later(&told, "a"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_sentence_passes_once),
        cmocka_unit_test(of_many_in_a_second_one_passes_and_the_rest_is_counted),
        cmocka_unit_test(it_remembers_so_many_and_not_one_more),
        cmocka_unit_test(what_is_forgotten_passes_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
