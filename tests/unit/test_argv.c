/* SPDX-License-Identifier: MIT */
#include "source/command/argv.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/own.h"
#include "rig.h"

static void words_are_split_as_systemd_does_it(void **state)
{
    static const struct {
        const char *text;
        const char *words[6];
    } cases[] = {
        {"ffmpeg -i x -", {"ffmpeg", "-i", "x", "-"}},
        {"  a\tb \n", {"a", "b"}},
        {"sh -c 'echo \"a b\" | cat'", {"sh", "-c", "echo \"a b\" | cat"}},
        {"a \"b 'c' d\"", {"a", "b 'c' d"}},
        {"a '' \"\"", {"a", "", ""}},
        {"a b'c d'e", {"a", "bc de"}},
        {"a b\\sc \\\"d\\' \\\\", {"a", "b c", "\"d'", "\\"}},
        {"a 'tab\\there'", {"a", "tab\there"}},
        {"a \\x41\\102 \\x4 \\d+ \\x00 \\777", {"a", "AB", "\\x4", "\\d+", "\\x00", "\\777"}},
        {"a $HOME *.jpg a|b;", {"a", "$HOME", "*.jpg", "a|b;"}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char **argv SC_AUTO(sc_argv_free) = NULL;
        size_t n = 0;
        assert_int_equal(sc_argv_split(cases[i].text, &argv, NULL), 0);
        for (; n < 6 && cases[i].words[n]; n++)
            assert_string_equal(argv[n] ? argv[n] : "(none)", cases[i].words[n]);
        assert_null(argv[n]);
    }
}

static void what_is_no_command_is_told(void **state)
{
    static const struct {
        const char *text, *words;
    } cases[] = {
        {"", "no command"},     {"  ", "no command"},    {"''", "no command"},
        {"a 'b", "not closed"}, {"a \"b", "not closed"}, {"a \\", "backslash"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sc_err err = {0};
        char **argv = NULL;
        assert_int_equal(sc_argv_split(cases[i].text, &argv, &err), -EINVAL);
        assert_non_null(strstr(err.text, cases[i].words));
        assert_null(argv);
    }
}

static void there_is_a_limit_of_words(void **state)
{
    char text[2 * SC_ARGV_MAX + 3];
    (void)state;
    for (size_t n = SC_ARGV_MAX; n <= SC_ARGV_MAX + 1; n++) {
        char **argv SC_AUTO(sc_argv_free) = NULL;
        for (size_t i = 0; i < n; i++)
            memcpy(text + 2 * i, "a ", 3);
        assert_int_equal(sc_argv_split(text, &argv, NULL), n > SC_ARGV_MAX ? -EINVAL : 0);
    }
}

static void programs_are_found_as_a_shell_finds_them(void **state)
{
    char *path SC_AUTO(sc_own_free) = NULL;
    struct sc_err err;
    (void)state;
    assert_int_equal(mkdir("first", 0755), 0);
    assert_int_equal(mkdir("second", 0755), 0);
    assert_int_equal(mkdir("first/tool", 0755), 0); /* a folder is no program */
    rig_write("second/tool", 1);
    rig_write("plain", 1);
    assert_int_equal(setenv("PATH", "first::second", 1), 0);
    if (geteuid() != 0 || access("second/tool", X_OK) != 0)
        assert_int_equal(sc_argv_find("tool", &path, &err), -EACCES);
    assert_int_equal(chmod("second/tool", 0755), 0);
    assert_int_equal(sc_argv_find("tool", &path, &err), 0);
    assert_string_equal(path, "second/tool");
    assert_int_equal(sc_argv_find("no-such-tool", &path, &err), -ENOENT);
    assert_non_null(strstr(err.text, "$PATH"));
    assert_int_equal(sc_argv_find("./no-such-tool", &path, &err), -ENOENT);
    assert_int_equal(sc_argv_find("./plain", &path, &err), -EACCES);
    assert_non_null(strstr(err.text, "chmod +x"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_split_as_systemd_does_it),
        cmocka_unit_test(what_is_no_command_is_told),
        cmocka_unit_test(there_is_a_limit_of_words),
        TEST(programs_are_found_as_a_shell_finds_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
