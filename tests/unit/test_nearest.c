/* SPDX-License-Identifier: MIT */
#include "base/nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *const known[] = {"listen", "linger", "max-frame", "max-streams", "cors", "fps"};

static const char *nearest_to(const char *typed)
{
    struct sc_nearest nearest = {0};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        sc_nearest_offer(&nearest, typed, known[i]);
    return nearest.word ? nearest.word : "nothing";
}

static void a_mistyped_word_finds_the_one_that_was_meant(void **state)
{
    static const struct {
        const char *typed, *expected;
    } cases[] = {
        {"listen", "listen"},
        {"lisen", "listen"},
        {"lsiten", "listen"},
        {"listenn", "listen"},
        {"lingre", "linger"},
        {"max-fram", "max-frame"},
        {"maxframe", "max-frame"},
        {"max-stream", "max-streams"},
        {"max-str", "max-streams"},
        {"core", "cors"},
        {"fsp", "fps"},
        {"max", "max-frame"},
        {"li", "nothing"},
        {"zzz", "nothing"},
        {"", "nothing"},
        {"a-word-of-thirty-three-letters-xy", "nothing"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (strcmp(nearest_to(cases[i].typed), cases[i].expected) != 0)
            fail_msg("'%s': nearest is %s, not %s", cases[i].typed, nearest_to(cases[i].typed),
                     cases[i].expected);
    }
}

static void distance_is_limited_to_a_third_of_the_letters(void **state)
{
    (void)state;
    assert_string_equal(nearest_to("lixxen"), "listen");
    assert_string_equal(nearest_to("lixxxn"), "nothing");
    assert_string_equal(nearest_to("fxs"), "fps");
    assert_string_equal(nearest_to("fxx"), "nothing");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mistyped_word_finds_the_one_that_was_meant),
        cmocka_unit_test(distance_is_limited_to_a_third_of_the_letters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
