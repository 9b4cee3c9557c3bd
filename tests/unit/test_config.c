/* SPDX-License-Identifier: MIT */
#include "app/config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"

#define WORDS_MAX  32
#define LINE_BYTES 2000

/* Parses the words of a line that are separated by blanks; "stillcast" itself is put in front. */
static int parse(const char *text, char copy[static LINE_BYTES], struct sc_config *config,
                 struct sc_err *err)
{
    static char program[] = "stillcast";
    char *argv[WORDS_MAX + 2] = {program}, *rest = NULL;
    int argc = 1;
    (void)snprintf(copy, LINE_BYTES, "%s", text);
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        assert_true(argc <= WORDS_MAX);
        argv[argc++] = word;
    }
    sc_config_init(config);
    return sc_config_parse(config, argc, argv, err);
}

static void without_words_the_defaults_stand(void **state)
{
    struct sc_config config;
    char copy[LINE_BYTES];
    (void)state;
    assert_int_equal(parse("", copy, &config, NULL), 0);
    assert_int_equal(config.command, SC_COMMAND_SERVE);
    assert_int_equal(config.n_sources, 0);
    assert_null(config.server.listen);
    assert_int_equal(config.linger_ns, 10 * SC_NS_PER_S);
    assert_int_equal(config.log_level, SC_INFO);
    assert_false(config.server.is_insecure);
    sc_config_fini(&config);
}

static void options_and_sources_may_be_mixed(void **state)
{
    struct sc_config config;
    char copy[LINE_BYTES];
    (void)state;
    assert_int_equal(
        parse("a.jpg --listen=:1 - --linger 3s -l [::1]:2 n=b#x=y", copy, &config, NULL), 0);
    assert_int_equal(config.n_sources, 3);
    assert_string_equal(config.sources[0], "a.jpg");
    assert_string_equal(config.sources[1], "-");
    assert_string_equal(config.sources[2], "n=b#x=y");
    assert_string_equal(config.server.listen[0], ":1");
    assert_string_equal(config.server.listen[1], "[::1]:2");
    assert_null(config.server.listen[2]);
    assert_int_equal(config.linger_ns, 3 * SC_NS_PER_S);
    sc_config_fini(&config);
}

static void standard_input_may_have_options(void **state)
{
    struct sc_config config;
    char copy[LINE_BYTES];
    (void)state;
    assert_int_equal(parse("-#at_end=exit", copy, &config, NULL), 0);
    assert_int_equal(config.n_sources, 1);
    assert_string_equal(config.sources[0], "-#at_end=exit");
    sc_config_fini(&config);
}

static void a_letter_may_be_glued_to_its_value(void **state)
{
    struct sc_config config;
    char copy[LINE_BYTES];
    (void)state;
    assert_int_equal(parse("-l127.0.0.1:0", copy, &config, NULL), 0);
    assert_string_equal(config.server.listen[0], "127.0.0.1:0");
    sc_config_fini(&config);
}

static void an_empty_value_is_a_value(void **state)
{
    struct sc_config config;
    char copy[LINE_BYTES];
    (void)state;
    assert_int_equal(parse("--svg= a", copy, &config, NULL), 0);
    assert_string_equal(config.server.svg[0], "");
    assert_int_equal(config.n_sources, 1);
    sc_config_fini(&config);
}

static void two_dashes_end_the_options(void **state)
{
    struct sc_config config;
    char copy[LINE_BYTES];
    (void)state;
    assert_int_equal(parse("--insecure -- demo --help -l", copy, &config, NULL), 0);
    assert_int_equal(config.command, SC_COMMAND_SERVE);
    assert_true(config.server.is_insecure);
    assert_int_equal(config.n_sources, 3);
    assert_string_equal(config.sources[0], "demo");
    assert_string_equal(config.sources[2], "-l");
    sc_config_fini(&config);
}

static void commands_are_told_apart(void **state)
{
    static const struct {
        const char *line;
        enum sc_command command;
    } cases[] = {
        {"demo", SC_COMMAND_DEMO},         {"-l :0 demo --read-only", SC_COMMAND_DEMO},
        {"--help", SC_COMMAND_HELP},       {"-h", SC_COMMAND_HELP},
        {"--help=man", SC_COMMAND_MAN},    {"--help man", SC_COMMAND_HELP},
        {"--version", SC_COMMAND_VERSION}, {"-V", SC_COMMAND_VERSION},
        {"./demo", SC_COMMAND_SERVE},      {"a.jpg demo", SC_COMMAND_SERVE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sc_config config;
        char copy[LINE_BYTES];
        int status = parse(cases[i].line, copy, &config, NULL);
        if (status != 0 || config.command != cases[i].command)
            fail_msg("'%s': status %d, command %d", cases[i].line, status, (int)config.command);
        sc_config_fini(&config);
    }
}

static void what_is_wrong_is_told_with_the_way_out(void **state)
{
    static const struct {
        const char *line, *sentence;
    } cases[] = {
        {"--lisen :1", "unknown option '--lisen'; did you mean '--listen'?"},
        {"--lisen=:1", "unknown option '--lisen=:1'; did you mean '--listen'?"},
        {"--zebra", "unknown option '--zebra'; see 'stillcast --help'"},
        {"---", "unknown option '---'; see 'stillcast --help'"},
        {"--=x", "unknown option '--=x'; see 'stillcast --help'"},
        {"-x.jpg",
         "unknown option '-x.jpg'; a file of that name is './-x.jpg', see 'stillcast --help'"},
        {"--listen", "--listen needs a value: --listen ADDR:PORT"},
        {"a -l", "--listen needs a value: --listen ADDR:PORT"},
        {"--insecure=yes", "--insecure takes no value, but was given 'yes'"},
        {"-Vx", "--version takes no value, but was given 'x'"},
        {"--threads 1 --threads=2", "--threads is given twice; once is enough"},
        {"--insecure --insecure", "--insecure is given twice; once is enough"},
        {"--threads 65", "--threads takes a whole number from 0 to 64, not '65'"},
        {"--max-frame 2M --max-store 1M",
         "--max-store is less than --max-frame: not one such picture would fit"},
        {"--cors example.org",
         "--cors takes a page's origin, as in https://example.org, not 'example.org'"},
        {"--publish-origin https://example.org/",
         "--publish-origin takes a page's origin, as in https://example.org, not "
         "'https://example.org/'"},
        {"--publish-origin https://a --publish-origin *",
         "--publish-origin takes a page's origin, as in https://example.org, not '*'"},
        {"--cors https://",
         "--cors takes a page's origin, as in https://example.org, not 'https://'"},
        {"--server-name http://example.org",
         "--server-name takes a host name alone, as in example.org, not 'http://example.org'"},
        {"--server-name example.org:8080",
         "--server-name takes a host name alone, as in example.org, not 'example.org:8080'"},
        {"demo a.jpg", "the demo brings its own sources; leave 'demo' or 'a.jpg' out"},
        {"demo demo", "the demo brings its own sources; leave 'demo' or 'demo' out"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sc_config config;
        struct sc_err err = {0};
        char copy[LINE_BYTES];
        int status = parse(cases[i].line, copy, &config, &err);
        if (status != -EINVAL || strcmp(err.text, cases[i].sentence) != 0)
            fail_msg("'%s': status %d, \"%s\"", cases[i].line, status, err.text);
        sc_config_fini(&config);
    }
}

static void max_store_may_equal_max_frame(void **state)
{
    struct sc_config config;
    char copy[LINE_BYTES];
    (void)state;
    assert_int_equal(parse("--max-frame 2M --max-store 2M", copy, &config, NULL), 0);
    sc_config_fini(&config);
}

static void origins_and_names_are_taken(void **state)
{
    static const char line[] = "--cors=* --cors=https://a.example:81 "
                               "--publish-origin=http://[::1]:80 --server-name=* "
                               "--server-name=a.example";
    struct sc_config config;
    struct sc_err err = {0};
    char copy[LINE_BYTES];
    (void)state;
    if (parse(line, copy, &config, &err) != 0)
        fail_msg("%s", err.text);
    sc_config_fini(&config);
}

static void an_endless_option_is_cut_in_the_sentence(void **state)
{
    struct sc_config config;
    struct sc_err err = {0};
    char line[LINE_BYTES] = "--", copy[LINE_BYTES];
    (void)state;
    (void)memset(line + 2, 'x', sizeof line - 3);
    assert_int_equal(parse(line, copy, &config, &err), -EINVAL);
    assert_true(strlen(err.text) < 120);
    sc_config_fini(&config);
}

static void there_may_be_so_many_trusted_proxies_and_not_one_more(void **state)
{
    for (int n = 16; n <= 17; n++) {
        struct sc_config config;
        struct sc_err err = {0};
        char text[LINE_BYTES] = "", copy[LINE_BYTES];
        for (int i = 0; i < n; i++)
            (void)snprintf(text + strlen(text), sizeof text - strlen(text),
                           "--trusted-proxy=10.0.0.%d ", i);
        assert_int_equal(parse(text, copy, &config, &err), n > 16 ? -EINVAL : 0);
        assert_int_equal(strstr(err.text, "16 --trusted-proxy") != NULL, n > 16);
        sc_config_fini(&config);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_words_the_defaults_stand),
        cmocka_unit_test(options_and_sources_may_be_mixed),
        cmocka_unit_test(standard_input_may_have_options),
        cmocka_unit_test(a_letter_may_be_glued_to_its_value),
        cmocka_unit_test(an_empty_value_is_a_value),
        cmocka_unit_test(two_dashes_end_the_options),
        cmocka_unit_test(commands_are_told_apart),
        cmocka_unit_test(what_is_wrong_is_told_with_the_way_out),
        cmocka_unit_test(max_store_may_equal_max_frame),
        cmocka_unit_test(origins_and_names_are_taken),
        cmocka_unit_test(an_endless_option_is_cut_in_the_sentence),
        cmocka_unit_test(there_may_be_so_many_trusted_proxies_and_not_one_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
