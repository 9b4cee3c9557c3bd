/* SPDX-License-Identifier: MIT */
/* The contract that every source keeps. A new one is checked by being in the table. */
#include "source/table.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "rig.h"
#include "source/runner.h"

/* Texts that --help and the man page print. */
static void check_text(const char *source, const char *what, const char *text)
{
    if (!text || !*text || strchr(text, '\n') || strchr(text, '\t'))
        fail_msg("%s: %s is missing or not one line", source, what);
}

static void check_sentence(const char *source, const char *what, const char *text)
{
    check_text(source, what, text);
    if (text[strlen(text) - 1] == '.' || text[strlen(text) - 1] == ' ')
        fail_msg("%s: %s ends with a dot or a blank", source, what);
}

/* "word" or, for any name behind it, "word.NAME". */
static bool is_word(const char *text)
{
    const char *rest = text + strspn(text, "abcdefghijklmnopqrstuvwxyz_0123456789");
    return *text >= 'a' && *text <= 'z' && (!*rest || strcmp(rest, ".NAME") == 0);
}

static void check_options(const char *source, const struct sc_source_option *options)
{
    for (const struct sc_source_option *o = options; o && o->name; o++) {
        if (!is_word(o->name))
            fail_msg("%s: option '%s' is no word of a-z, 0-9 and _", source, o->name);
        check_text(source, o->name, o->value);
        check_sentence(source, o->name, o->help);
        for (const struct sc_source_option *other = options; other < o; other++)
            if (strcmp(o->name, other->name) == 0)
                fail_msg("%s: option '%s' is there twice", source, o->name);
    }
}

static void names_help_and_options_are_documented(void **state)
{
    const struct sc_source_ops *const *table = sc_source_table();
    (void)state;
    assert_non_null(table[0]);
    check_options("runner", sc_runner_options);
    for (size_t i = 0; table[i]; i++) {
        const struct sc_source_ops *ops = table[i];
        check_text("a source", "name", ops->name);
        assert_true(is_word(ops->name));
        check_text(ops->name, "usage", ops->usage);
        size_t n = strlen(ops->name);
        if (strncmp(ops->usage, ops->name, n) != 0 || ops->usage[n] != ':')
            fail_msg("%s: usage does not begin with '%s:'", ops->name, ops->name);
        check_sentence(ops->name, "help", ops->help);
        check_options(ops->name, ops->options);
    }
}

static void no_option_hides_one_that_every_source_has(void **state)
{
    const struct sc_source_ops *const *table = sc_source_table();
    (void)state;
    for (size_t i = 0; table[i]; i++)
        for (const struct sc_source_option *o = table[i]->options; o && o->name; o++)
            for (const struct sc_source_option *r = sc_runner_options; r->name; r++)
                if (strcmp(o->name, r->name) == 0)
                    fail_msg("%s: '%s' is the runner's option", table[i]->name, o->name);
}

static void every_source_is_found_by_its_name_alone(void **state)
{
    const struct sc_source_ops *const *table = sc_source_table();
    (void)state;
    for (size_t i = 0; table[i]; i++)
        assert_ptr_equal(sc_source_find(table[i]->name), table[i]);
    assert_null(sc_source_find(""));
    assert_null(sc_source_find("no such source"));
}

static void every_source_has_its_functions(void **state)
{
    const struct sc_source_ops *const *table = sc_source_table();
    (void)state;
    for (size_t i = 0; table[i]; i++) {
        assert_true(table[i]->suggest_name != NULL);
        assert_true(table[i]->setup != NULL);
        assert_true(table[i]->open != NULL);
        assert_true(table[i]->read != NULL);
        assert_true(table[i]->close != NULL);
        assert_true(table[i]->default_fps >= 0);
    }
}

static bool is_remote(const struct sc_source_ops *ops)
{
    return strstr(ops->usage, "://");
}

/* Its own test opens it: that needs another server, a camera, or a publisher. */
static bool is_of_elsewhere(const struct sc_source_ops *ops)
{
    return is_remote(ops) || (ops->claims && ops->claims("/dev/video0")) ||
           strcmp(ops->name, "push") == 0;
}

/* The usage with a real picture for PATH, and without [PATH]. A source that wants something else is
 * taught here. */
static void example(const struct sc_source_ops *ops, char *out, size_t out_bytes)
{
    const char *path = strstr(ops->usage, "[PATH]") ? NULL : strstr(ops->usage, "PATH");
    size_t n = path ? (size_t)(path - ops->usage) : strlen(ops->name) + 1;
    if (strstr(ops->usage, "COMMAND"))
        (void)snprintf(out, out_bytes, "%s:cat 1.jpg", ops->name);
    else if (is_remote(ops))
        (void)snprintf(out, out_bytes, "%s://localhost/", ops->name);
    else
        (void)snprintf(out, out_bytes, "%.*s%s", (int)n, ops->usage, path ? "1.jpg" : "");
}

static void every_source_gives_a_picture_and_opens_and_closes_twice(void **state)
{
    const struct sc_source_ops *const *table = sc_source_table();
    struct rig *rig = *state;
    char argument[200];
    rig_write("1.jpg", 1);
    for (size_t i = 0; table[i]; i++) {
        if (is_of_elsewhere(table[i]))
            continue;
        example(table[i], argument, sizeof argument);
        rig_start(rig, argument);
        for (int round = 0; round < 2; round++) {
            if (rig_read(rig, RIG_PATIENCE_MS) < 0)
                fail_msg("%s: %s", argument, rig->err.text);
            table[i]->close(rig->state);
            assert_int_equal(table[i]->open(rig->state, &rig->ctx, &rig->err), 0);
        }
        table[i]->close(rig->state);
        assert_int_equal(table[i]->open(rig->state, &rig->ctx, &rig->err), 0);
    }
}

static void every_source_suggests_a_name(void **state)
{
    const struct sc_source_ops *const *table = sc_source_table();
    struct rig *rig = *state;
    char argument[200];
    rig_write("1.jpg", 1);
    for (size_t i = 0; table[i]; i++) {
        example(table[i], argument, sizeof argument);
        assert_int_equal(rig_make(rig, argument), 0);
        assert_true(*rig->specs->name);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_help_and_options_are_documented),
        cmocka_unit_test(no_option_hides_one_that_every_source_has),
        cmocka_unit_test(every_source_is_found_by_its_name_alone),
        cmocka_unit_test(every_source_has_its_functions),
        TEST(every_source_gives_a_picture_and_opens_and_closes_twice),
        TEST(every_source_suggests_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
