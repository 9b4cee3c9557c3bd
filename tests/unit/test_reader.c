/* SPDX-License-Identifier: MIT */
#include "series/reader.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/own.h"
#include "series/moment.h"

#define OUT_BYTES 4096

/* What was taken, as text: "name=value@seconds ". */
struct taken {
    char text[OUT_BYTES];
    size_t n;
};

static int take(void *self, struct sc_series_sample *sample)
{
    struct taken *taken = self;
    char time[32] = "";
    if (sample->unix_us != SC_MOMENT_NOW)
        (void)snprintf(time, sizeof time, "@%g", (double)sample->unix_us / 1e6);
    if (sc_word_is(sample->name, "refused"))
        return -ENOSPC;
    taken->n +=
        (size_t)snprintf(taken->text + taken->n, OUT_BYTES - taken->n, "%.*s=%g%s ",
                         (int)sample->name.len_bytes, sample->name.data, sample->value, time);
    return 0;
}

static struct sc_reader_report read_in_pieces(const char *text, size_t piece, const char *format,
                                              struct taken *taken)
{
    struct sc_reader *reader SC_AUTO(sc_reader_destroy) = NULL;
    int kind = 0;
    *taken = (struct taken){.n = 0};
    while (strcmp(sc_reader_format_names[kind], format) != 0)
        kind++;
    assert_int_equal(sc_reader_create((enum sc_reader_format)kind, "me", take, taken, &reader), 0);
    for (size_t at = 0, len = strlen(text); at < len; at += piece)
        assert_int_equal(sc_reader_feed(reader, text + at, len - at < piece ? len - at : piece), 0);
    sc_reader_end(reader);
    return *sc_reader_report(reader);
}

static void every_form_is_told_from_its_first_line(void **state)
{
    static const struct {
        const char *text, *taken;
    } rows[] = {
        {"loss 0.3\nacc 0.9\n", "loss=0.3 acc=0.9 "},
        {"loss 0.3", "loss=0.3 "},
        {"loss 0.3 100\r\nloss 0.2 101\r\n", "loss=0.3@100 loss=0.2@101 "},
        {"a.b;host=x 3 100", "a.b;host=x=3@100 "},
        {"0.5\n0.6\n", "me=0.5 me=0.6 "},
        {"0.5 1700000000\n", "me=0.5@1.7e+09 "},
        {"404 7 1700000000\n", "404=7@1.7e+09 "},
        {"1 2 3\n", "1=1 2=2 3=3 "},
        {"# a comment\n\n  loss\t0.3  \n", "loss=0.3 "},
        {"\xef\xbb\xbfloss 1\n", "loss=1 "},
        {"loss NaN\n", "loss=nan "},
        {"# HELP x y\n# TYPE x gauge\nx{a=\"b c\",d=\"}\"} 3 1700000000000\n",
         "x{a=\"b c\",d=\"}\"}=3@1.7e+09 "},
        {" us sy id\n  1  2 97\n  3  4 93\n us sy id\n 5 6 89\n",
         "us=1 sy=2 id=97 us=3 sy=4 id=93 us=5 sy=6 id=89 "},
        {"procs ---swap-- ---cpu---\n r si us\n 1 0 2\nprocs ---swap-- ---cpu---\n r si us\n 3 0 4\n",
         "r=1 si=0 us=2 r=3 si=0 us=4 "},
        {"a---b 5\n", "a---b=5 "},
        {"loss,acc\n0.3,0.9\n0.2,\n", "loss=0.3 acc=0.9 loss=0.2 "},
        {"time,loss\n100,0.3\n1970-01-01T00:01:41Z,0.2\n", "loss=0.3@100 loss=0.2@101 "},
        {"loss;t\n0.3;100\n", "loss=0.3@100 "},
        {"a\tb\n1\t2\n", "a=1 b=2 "},
        {"\"a, b\",c\n1,2\n", "a, b=1 c=2 "},
        {"host,load\nalpha,3\nbeta,4\n", "load=3 load=4 "},
        {"metric,value,time\nx,3,100\ny,4,101\n", "x=3@100 y=4@101 "},
        {"1,2\n3,4\n", "1=1 2=2 1=3 2=4 "},
        {"1700000000,2\n", "2=2@1.7e+09 "},
        {"a,b\n1,2\na,b\n3,4\n", "a=1 b=2 a=3 b=4 "},
        {"{\"loss\": 0.3, \"t\": 100}\n{\"loss\":0.2}\n", "loss=0.3@100 loss=0.2 "},
        {"{\"a\":{\"b\":1,\"c\":{\"d\":2}},\"e\":3}\n", "a.b=1 a.c.d=2 e=3 "},
        {"[{\"a\":1},{\"a\":2}]", "a=1 a=2 "},
        {"{\"a\":NaN,\"b\":null,\"c\":true,\"d\":\"text\",\"e\":[1,{\"x\":[]}]}\n",
         "a=nan b=nan c=1 "},
        {"{\"ts\":\"1970-01-01 00:01:40\",\"a\":1}", "a=1@100 "},
        {"{\"name\":\"x\",\"value\":4}", "x=4 "},
        {"{\"\\u6e29\\ud83d\\ude00\\\"\":1}", "温😀\"=1 "},
        {"{}\n[]\n", ""},
        {"", ""},
    };
    struct taken taken;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (size_t piece = 1; piece < 8; piece += 3) {
            struct sc_reader_report report = read_in_pieces(rows[i].text, piece, "auto", &taken);
            if (strcmp(taken.text, rows[i].taken) != 0 || report.n_refused)
                fail_msg("'%s' gave '%s', refused %" PRIu64 ": %s", rows[i].text, taken.text,
                         report.n_refused, report.bad_reason ? report.bad_reason : "");
        }
    }
}

static void graphite_lines_stand_alone(void **state)
{
    static const char text[] = "{\"a\": 1}\nus sy id\n1 2 3 4\na,b 7\nc 8 100\n";
    struct sc_reader *reader SC_AUTO(sc_reader_destroy) = NULL;
    struct taken taken = {.n = 0};
    assert_int_equal(sc_reader_create(SC_READER_GRAPHITE, "me", take, &taken, &reader), 0);
    assert_int_equal(sc_reader_feed(reader, text, sizeof text - 1), 0);
    assert_string_equal(taken.text, "1=1 2=2 3=3 4=4 a,b=7 c=8@100 ");
    assert_int_equal(sc_reader_report(reader)->n_refused, 2); /* at once: no row may follow */
}

static void bad_lines_are_counted_the_first_quoted_and_the_rest_taken(void **state)
{
    static const struct {
        const char *text, *taken;
        unsigned n_refused, bad_line;
        const char *bad_text, *reason;
    } rows[] = {
        {"a 1\nnot a number here\nb 2\nc x\n", "a=1 b=2 ", 2, 2, "not a number here",
         "no 'name value'"},
        {"a 1\nb 2 yesterday\n", "a=1 ", 1, 2, "b 2 yesterday", "no time"},
        {"a 1\nb 2 3 4\n", "a=1 ", 1, 2, "b 2 3 4", "no 'name value'"},
        {"alone\n", "", 1, 1, "alone", "no 'name value'"},
        {"us sy\nno table follows\n", "", 2, 1, "us sy", "no 'name value'"},
        {"temp ---\nhumidity 40\n", "humidity=40 ", 1, 1, "temp ---", "no 'name value'"},
        {"door half---open\nx 1\n", "x=1 ", 1, 1, "door half---open", "no 'name value'"},
        {"a 1\nrefused 5\nb 2\n", "a=1 b=2 ", 1, 2, "refused 5", "max_series"},
        {"a,b\n1\n2,3\n", "a=2 b=3 ", 1, 2, "1", "fewer fields"},
        {"a,b\n1,2\n3,x\n", "a=1 b=2 a=3 ", 1, 3, "3,x", "no number"},
        {"t,b\n1,2\nsoon,3\n", "b=2@1 ", 1, 3, "soon,3", "time cannot"},
        {"{\"a\":1}\n{\"a\":}\n{\"a\":2", "a=1 ", 2, 2, "{\"a\":}", "no JSON"},
        {"{\"a\":1} x\n", "a=1 ", 1, 1, "{\"a\":1} x", "no JSON"},
        {"{\"a\":1,\"t\":\"soon\"}\n", "", 1, 1, "{\"a\":1,\"t\":\"soon\"}", "time cannot"},
        {"{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}}\n", "", 1, 1,
         "{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":1}}}}}}}}}", "deep"},
        {"{\"a\\q\":1}\n{\"\\u12\":1}\n", "", 2, 1, "{\"a\\q\":1}", "no JSON"},
        {"x\x1b[31m\x01y\n", "", 1, 1, "x?[31m?y", "no 'name value'"},
    };
    struct taken taken;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (size_t piece = 1; piece < 8; piece += 3) {
            struct sc_reader_report report = read_in_pieces(rows[i].text, piece, "auto", &taken);
            if (strcmp(taken.text, rows[i].taken) != 0 || report.n_refused != rows[i].n_refused ||
                report.bad_line != rows[i].bad_line ||
                strcmp(report.bad_text, rows[i].bad_text) != 0 ||
                !strstr(report.bad_reason, rows[i].reason))
                fail_msg("'%s' gave '%s', refused %" PRIu64 ", first line %" PRIu64 " '%s': %s",
                         rows[i].text, taken.text, report.n_refused, report.bad_line,
                         report.bad_text, report.bad_reason ? report.bad_reason : "nothing");
        }
    }
}

static void a_form_that_was_asked_for_is_not_guessed(void **state)
{
    struct taken taken;
    (void)read_in_pieces("loss\n1\n2\n", 3, "csv", &taken);
    assert_string_equal(taken.text, "loss=1 loss=2 ");
    struct sc_reader_report report = read_in_pieces("{\"a\":1}\n", 3, "lines", &taken);
    assert_int_equal(report.n_refused, 1);
}

static void a_line_may_be_64_kib_and_no_longer(void **state)
{
    struct taken taken;
    char *text SC_AUTO(sc_own_free) = malloc(SC_READER_LINE_BYTES + 20);
    assert_non_null(text);
    for (size_t extra = 0; extra < 2; extra++) {
        for (size_t piece = 1000; piece <= 100000; piece *= 100) {
            size_t len = SC_READER_LINE_BYTES + extra;
            memset(text, ' ', len);
            memcpy(text, "a 1", 3);
            memcpy(text + len, "\nb 2\n", 6);
            struct sc_reader_report report = read_in_pieces(text, piece, "auto", &taken);
            assert_string_equal(taken.text, extra ? "b=2 " : "a=1 b=2 ");
            assert_int_equal(report.n_refused, extra);
            assert_int_equal(report.n_lines, 2);
            if (extra)
                assert_non_null(strstr(report.bad_reason, "64 KiB"));
        }
    }
}

static void a_line_has_256_words_and_no_more(void **state)
{
    static const char *const separators[] = {" ", ","};
    struct taken taken;
    for (size_t s = 0; s < 2; s++) {
        for (int n = 256; n <= 257; n++) {
            char text[2000] = "";
            for (int i = 0; i < n; i++)
                (void)snprintf(text + strlen(text), 3, "%s1", i ? separators[s] : "");
            struct sc_reader_report report = read_in_pieces(text, 50, "auto", &taken);
            assert_int_equal(report.n_taken, n == 256 ? 256 : 0);
            assert_int_equal(report.n_refused, n == 256 ? 0 : 1);
        }
    }
}

static void a_quote_is_cut_between_characters(void **state)
{
    struct taken taken;
    char text[200] = "x";
    for (int i = 0; i < 30; i++)
        (void)snprintf(text + strlen(text), 4, "温");
    struct sc_reader_report report = read_in_pieces(text, 7, "lines", &taken);
    assert_int_equal(strlen(report.bad_text), 79); /* 1 + 26 * 3; one more would not fit */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_form_is_told_from_its_first_line),
        cmocka_unit_test(graphite_lines_stand_alone),
        cmocka_unit_test(bad_lines_are_counted_the_first_quoted_and_the_rest_taken),
        cmocka_unit_test(a_form_that_was_asked_for_is_not_guessed),
        cmocka_unit_test(a_line_may_be_64_kib_and_no_longer),
        cmocka_unit_test(a_line_has_256_words_and_no_more),
        cmocka_unit_test(a_quote_is_cut_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
