/* SPDX-License-Identifier: MIT */
#include "app/options.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "app/config.h"
#include "app/options/value.h"
#include "base/clock.h"

static const struct sc_option *named(const char *name)
{
    const struct sc_option *option = sc_option_find(name, strlen(name));
    assert_non_null(option);
    return option;
}

static bool is_number(const struct sc_option *option)
{
    return option->kind == SC_OPTION_COUNT || option->kind == SC_OPTION_SIZE ||
           option->kind == SC_OPTION_TIME;
}

static const struct sc_value_unit *units_of(const struct sc_option *option)
{
    if (option->kind == SC_OPTION_TIME)
        return sc_value_time;
    return option->kind == SC_OPTION_SIZE ? sc_value_size : sc_value_count;
}

/* The bytes that the option set, as a number. */
static uint64_t number_in(const struct sc_option *option, const struct sc_config *config)
{
    const void *field = (const char *)config + option->offset;
    return option->kind == SC_OPTION_COUNT ? *(const unsigned *)field : *(const uint64_t *)field;
}

/* The test's own word for it: what size_t of this machine holds. */
static uint64_t most_of(const struct sc_option *row)
{
    const uint64_t fits = row->kind == SC_OPTION_SIZE ? (size_t)-1 : UINT64_MAX;
    return row->most < fits ? row->most : fits;
}

static void every_row_is_complete_and_its_names_are_its_own(void **state)
{
    (void)state;
    for (const struct sc_option *row = sc_option_table(); row->name; row++) {
        assert_ptr_equal(sc_option_find(row->name, strlen(row->name)), row);
        if (row->letter)
            assert_ptr_equal(sc_option_find_letter(row->letter), row);
        assert_non_null(row->group);
        assert_non_null(row->help);
        if (row->help[strlen(row->help) - 1] != '.')
            fail_msg("--%s: its help is no sentence", row->name);
        if (is_number(row) && row->least >= row->most)
            fail_msg("--%s has no bounds", row->name);
        bool has_value = row->kind != SC_OPTION_FLAG && row->kind != SC_OPTION_VERSION;
        if (has_value != (row->value != NULL))
            fail_msg("--%s: its kind and its value disagree", row->name);
    }
}

static void rows_of_a_group_stand_together(void **state)
{
    (void)state;
    for (const struct sc_option *row = sc_option_table(); row->name; row++)
        for (const struct sc_option *later = row + 1; later->name; later++)
            if (strcmp(later->group, row->group) == 0)
                assert_string_equal(later[-1].group, row->group);
}

static void every_number_is_taken_at_its_bounds(void **state)
{
    (void)state;
    for (const struct sc_option *row = sc_option_table(); row->name; row++) {
        const uint64_t bounds[] = {row->least, most_of(row)};
        for (size_t i = 0; is_number(row) && i < 2; i++) {
            struct sc_config config = {0};
            char text[SC_VALUE_TEXT_BYTES], shown[SC_OPTION_SHOWN_BYTES];
            sc_value_format(bounds[i], units_of(row), text);
            assert_int_equal(sc_option_set(row, text, &config, NULL), 0);
            assert_int_equal(number_in(row, &config), bounds[i]);
            sc_option_show(row, &config, shown);
            assert_string_equal(shown, text);
        }
    }
}

static void every_number_is_refused_one_past_its_bounds(void **state)
{
    (void)state;
    for (const struct sc_option *row = sc_option_table(); row->name; row++) {
        uint64_t step = row->kind == SC_OPTION_TIME ? SC_NS_PER_MS : 1;
        const uint64_t outside[] = {row->least - step, most_of(row) + step};
        for (size_t i = row->least ? 0 : 1; is_number(row) && i < 2; i++) {
            struct sc_config config = {0};
            struct sc_err err = {0};
            char text[SC_VALUE_TEXT_BYTES];
            sc_value_format(outside[i], units_of(row), text);
            assert_int_equal(sc_option_set(row, text, &config, &err), -EINVAL);
            assert_int_equal(number_in(row, &config), 0);
            assert_non_null(strstr(err.text, row->name));
            assert_non_null(strstr(err.text, text));
        }
    }
}

static void sentences_tell_what_an_option_takes(void **state)
{
    static const struct {
        const char *name, *text, *sentence;
    } cases[] = {
        {"max-streams", "many", "--max-streams takes a whole number from 1 to 100000, not 'many'"},
        {"max-frame", "16MB",
         "--max-frame takes a size from 1K to 1G, such as 512K or 16M, not '16MB'"},
        {"resend", "0",
         "--resend takes a time from 100ms to 1h, such as 500ms, 10s, 5m or 1h, not '0'"},
        {"log-level", "loud", "--log-level takes one of error|warn|info|debug, not 'loud'"},
        {"help", "me", "--help takes nothing or 'man', not 'me'"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sc_config config = {0};
        struct sc_err err = {0};
        assert_int_equal(sc_option_set(named(cases[i].name), cases[i].text, &config, &err),
                         -EINVAL);
        assert_string_equal(err.text, cases[i].sentence);
    }
}

static void lists_keep_the_order_and_are_given_back(void **state)
{
    struct sc_config config = {0};
    (void)state;
    for (int i = 0; i < 3; i++)
        assert_int_equal(sc_option_set(named("listen"), &"a\0b\0c"[2 * i], &config, NULL), 0);
    assert_string_equal(config.server.listen[0], "a");
    assert_string_equal(config.server.listen[2], "c");
    assert_null(config.server.listen[3]);
    sc_option_forget(&config);
    assert_null(config.server.listen);
}

static void flags_levels_and_commands_reach_their_field(void **state)
{
    struct sc_config config = {0};
    (void)state;
    assert_int_equal(sc_option_set(named("insecure"), NULL, &config, NULL), 0);
    assert_true(config.server.is_insecure);
    assert_false(config.server.is_read_only);
    assert_int_equal(sc_option_set(named("log-level"), "debug", &config, NULL), 0);
    assert_int_equal(config.log_level, SC_DEBUG);
    assert_int_equal(sc_option_set(named("help"), NULL, &config, NULL), 0);
    assert_int_equal(config.command, SC_COMMAND_HELP);
    assert_int_equal(sc_option_set(named("help"), "man", &config, NULL), 0);
    assert_int_equal(config.command, SC_COMMAND_MAN);
    assert_int_equal(sc_option_set(named("version"), NULL, &config, NULL), 0);
    assert_int_equal(config.command, SC_COMMAND_VERSION);
}

static void unknown_names_are_not_found(void **state)
{
    (void)state;
    assert_null(sc_option_find("liste", 5));
    assert_null(sc_option_find("listens", 7));
    assert_null(sc_option_find("", 0));
    assert_null(sc_option_find_letter('x'));
    assert_null(sc_option_find_letter('\0'));
    assert_string_equal(sc_option_nearest("lisen"), "listen");
    assert_null(sc_option_nearest("zebra"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_complete_and_its_names_are_its_own),
        cmocka_unit_test(rows_of_a_group_stand_together),
        cmocka_unit_test(every_number_is_taken_at_its_bounds),
        cmocka_unit_test(every_number_is_refused_one_past_its_bounds),
        cmocka_unit_test(sentences_tell_what_an_option_takes),
        cmocka_unit_test(lists_keep_the_order_and_are_given_back),
        cmocka_unit_test(flags_levels_and_commands_reach_their_field),
        cmocka_unit_test(unknown_names_are_not_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
