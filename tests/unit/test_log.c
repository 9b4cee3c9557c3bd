/* SPDX-License-Identifier: MIT */
#define SC_LOG_TOPIC "test"
#include "stillcast/log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct heard {
    int n;
    enum sc_log_level level;
    char topic[16], text[2048];
} heard;

static void hear(enum sc_log_level level, const char *topic, const char *text, void *self)
{
    struct heard *it = self;
    it->n++;
    it->level = level;
    (void)snprintf(it->topic, sizeof it->topic, "%s", topic);
    (void)snprintf(it->text, sizeof it->text, "%s", text);
}

static int set_up(void **state)
{
    heard = (struct heard){0};
    sc_log_set(SC_INFO, hear, &heard);
    return 0;
}

static void what_others_supplied_forges_no_line_and_drives_no_terminal(void **state)
{
    static const struct {
        const char *text, *line;
    } cases[] = {
        {"plain", "plain"},
        {"a\nb", "a\\x0ab"},
        {"12:00:00.000 error app\r\n", "12:00:00.000 error app\\x0d\\x0a"},
        {"\x1b[2J", "\\x1b[2J"},
        {"\x7f\x01", "\\x7f\\x01"},
        {"gr\xc3\xbc\xc3\x9f \xe2\x80\x93", "gr\xc3\xbc\xc3\x9f \xe2\x80\x93"},
        {"\xc2\x9b"
         "2J\xc2\xa0",
         "\\xc2\\x9b2J\xc2\xa0"},
        {"cut in the middle \xc2", "cut in the middle \xc2"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sc_log(SC_WARN, "%s", cases[i].text);
        assert_string_equal(heard.text, cases[i].line);
        assert_int_equal(heard.n, i + 1);
    }
    assert_int_equal(heard.level, SC_WARN);
    assert_string_equal(heard.topic, "test");
}

static void a_line_has_a_length_whatever_is_in_it(void **state)
{
    static const char units[] = {'x', '\n', '\x1b'};
    for (size_t i = 0; i < sizeof units; i++) {
        char text[4096];
        memset(text, units[i], sizeof text - 1);
        text[sizeof text - 1] = '\0';
        sc_log(SC_INFO, "%s", text);
        assert_in_range(strlen(heard.text), 1000, 1023);
        assert_null(strpbrk(heard.text, "\n\x1b"));
    }
}

static void what_is_below_the_level_is_not_heard(void **state)
{
    sc_log(SC_DEBUG, "no");
    assert_int_equal(heard.n, 0);
    sc_log(SC_INFO, "yes");
    assert_int_equal(heard.n, 1);
}

static void of_many_events_one_in_an_interval_passes_and_the_rest_is_counted(void **state)
{
    struct sc_log_limit limit = {0};
    const uint64_t hour_ns = 3600 * 1000000000ULL;
    assert_int_equal(sc_log_limit_pass(&limit, hour_ns), 0);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(sc_log_limit_pass(&limit, hour_ns), -1);
    limit.next_ns = 0;
    assert_int_equal(sc_log_limit_pass(&limit, hour_ns), 1000);
    assert_int_equal(sc_log_limit_pass(&limit, hour_ns), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_others_supplied_forges_no_line_and_drives_no_terminal, set_up),
        cmocka_unit_test_setup(a_line_has_a_length_whatever_is_in_it, set_up),
        cmocka_unit_test_setup(what_is_below_the_level_is_not_heard, set_up),
        cmocka_unit_test_setup(of_many_events_one_in_an_interval_passes_and_the_rest_is_counted,
                               set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
