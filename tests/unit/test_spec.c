/* SPDX-License-Identifier: MIT */
#include "source/spec.h"

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

#include "base/buf.h"
#include "rig.h"

#define ARGS_MAX 8

struct taken_apart {
    const char *args[ARGS_MAX];
    const char *specs; /* NAME=OPS[TARGET,...]#option=value, several with a blank between */
};

struct refused {
    const char *args[ARGS_MAX];
    const char *sentence; /* a part of it */
};

static size_t count(const char *const *args)
{
    size_t n = 0;
    while (n < ARGS_MAX && args[n])
        n++;
    return n;
}

static void describe(const struct sc_source_spec *spec, struct sc_buf *out)
{
    const char *glue = out->len_bytes ? " " : "";
    assert_int_equal(sc_buf_printf(out, "%s%s=%s[", glue, spec->name, spec->ops->name), 0);
    for (size_t i = 0; i < spec->n_targets; i++)
        assert_int_equal(sc_buf_printf(out, "%s%s", i ? "," : "", spec->targets[i]), 0);
    assert_int_equal(sc_buf_printf(out, "]"), 0);
    for (size_t i = 0; i < spec->n_settings; i++)
        assert_int_equal(
            sc_buf_printf(out, "#%s=%s", spec->settings[i].name, spec->settings[i].value), 0);
}

static int make_files(void **state)
{
    static const char *const files[] = {"a.jpg",         "b.jpg", "a=b.png",    "c#fps=2.jpg",
                                        "holiday/1.jpg", "test:", "n=m/x=y.png"};
    int rc = rig_setup(state);
    assert_int_equal(mkdir("holiday", 0755) | mkdir("n=m", 0755) | mkfifo("cam.fifo", 0600), 0);
    assert_int_equal(mkdir("stream", 0755) | mkdir("\xe5\x9b\xbe", 0755), 0);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        rig_write(files[i], 0);
    return rc;
}

static void arguments_are_taken_apart(void **state)
{
    static const struct taken_apart rows[] = {
        {{NULL}, ""},
        {{"a.jpg"}, "slides=files[a.jpg]"},
        {{"a.jpg", "b.jpg"}, "slides=files[a.jpg,b.jpg]"},
        {{"a.jpg", "b.jpg#fps=2"}, "slides=files[a.jpg,b.jpg]#fps=2"},
        {{"holiday/1.jpg"}, "holiday=files[holiday/1.jpg]"},
        {{"holiday/1.jpg", "a.jpg"}, "slides=files[holiday/1.jpg,a.jpg]"},
        {{"holiday/"}, "holiday=files[holiday/]"},
        {{"holiday", "a.jpg"}, "holiday=files[holiday] slides=files[a.jpg]"},
        {{"."}, "slides=files[.]"},
        {{"*.jpg"}, "slides=files[*.jpg]"},
        {{"holiday/*.jpg#sort=time#fps=0.5"}, "holiday=files[holiday/*.jpg]#fps=0.5#sort=time"},
        {{"x=a.jpg", "b.jpg"}, "x=files[a.jpg] slides=files[b.jpg]"},
        {{"b.jpg", "x=a.jpg", "a.jpg"}, NULL},
        {{"files:a.jpg", "y=files:b.jpg"}, "slides=files[a.jpg] y=files[b.jpg]"},
        {{"a=b.png"}, "slides=files[a=b.png]"},
        {{"a=b.png#fps=3"}, "slides=files[a=b.png]#fps=3"},
        {{"c#fps=2.jpg"}, "slides=files[c#fps=2.jpg]"},
        {{"n=m/x=y.png"}, "n-m=files[n=m/x=y.png]"},
        {{"cat=n=m/x=y.png"}, "cat=files[n=m/x=y.png]"},
        {{"lab/cam=a.jpg"}, "lab/cam=files[a.jpg]"},
        {{"watch:out/a=b.png"}, "a-b=watch[out/a=b.png]"},
        {{"watch:a=b.png"}, "a-b=watch[a=b.png]"},
        {{"watch:out/plot.png"}, "plot=watch[out/plot.png]"},
        {{"watch:out/"}, "out=watch[out/]"},
        {{"watch:stream.png"}, "watch=watch[stream.png]"},
        {{"watch:.hidden.png"}, "hidden=watch[.hidden.png]"},
        {{"plot=watch:out/plot.png#recheck=1"}, "plot=watch[out/plot.png]#recheck=1"},
        {{"w=watch:http://host/?a=1#b"}, "w=watch[http://host/?a=1#b]"},
        {{"w=watch:x#y#fps=3"}, "w=watch[x#y]#fps=3"},
        {{"\xe5\x9b\xbe"}, "files=files[\xe5\x9b\xbe]"},
        {{"stream"}, "files=files[stream]"},
        {{"cam.fifo"}, "live=pipe[cam.fifo]"},
        {{"-"}, "live=pipe[-]"},
        {{"live2=-#fps=4"}, "live2=pipe[-]#fps=4"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sc_source_spec *specs = NULL;
        size_t n = 0;
        struct sc_err err = {0};
        struct sc_buf text;
        sc_buf_init(&text, 4096);
        int rc = sc_spec_parse((char *const *)(uintptr_t)rows[i].args, count(rows[i].args), &specs,
                               &n, &err);
        if (!rows[i].specs) {
            assert_int_equal(rc, -EINVAL);
            continue;
        }
        if (rc < 0)
            fail_msg("'%s': %s", rows[i].specs, err.text);
        for (size_t j = 0; j < n; j++)
            describe(&specs[j], &text);
        assert_string_equal(text.data ? text.data : "", rows[i].specs);
        sc_buf_fini(&text);
        sc_spec_free(&specs, n);
    }
}

static void what_is_wrong_is_told_with_the_way_out(void **state)
{
    static const struct refused rows[] = {
        {{"nope.jpg"}, "'nope.jpg': no such file or folder"},
        {{"a.jpg", "nope.jpg"}, "'nope.jpg': no such file or folder"},
        {{"/dev/null"}, "'/dev/null' is no picture, folder or pipe"},
        {{"cam="}, "'cam=' names no source"},
        {{"cam=#fps=2"}, "'cam=#fps=2' names no source"},
        {{""}, "'' names no source"},
        {{"wach:x.png"}, "there is no source 'wach:' (did you mean 'watch:'?); there are"},
        {{"zebra:x"}, "there is no source 'zebra:'; there are"},
        {{"rtsp://cam/1"}, "'exec:ffmpeg -i rtsp://... -f mpjpeg -'"},
        {{"c=rtsp://me:secret@cam/1"}, "'c=rtsp://***@cam/1': there is no source 'rtsp:'"},
        {{"watch://me:secret@cam/1#zebra=2"}, "'watch://***@cam/1#zebra=2'"},
        {{"watch:x#header=my secret#zebra=2"}, "'watch:x#header='"},
        {{"x=a.jpg", "x=watch://me:secret@cam"}, "'other=watch://***@cam'"},
        {{"cam=zebra:x"}, "'cam=zebra:x': there is no source 'zebra:'"},
        {{"watch"}, "there is no file 'watch'; the source is written 'watch:'"},
        {{"a.jpg#fsp=2"},
         "'files:' has no option 'fsp' (did you mean 'fps'?); it has loop sort fps"},
        {{"watch:x#zebra=2"}, "'watch:' has no option 'zebra'; it has recheck fps on_demand"},
        {{"watch:x#loop=2"}, "'watch:' has no option 'loop'"},
        {{"a.jpg#fps=2#fps=3"}, "#fps is given twice"},
        {{"a.jpg#fps=2", "b.jpg#fps=3"}, "'b.jpg#fps=3': #fps is given twice"},
        {{"x=a.jpg", "x=b.jpg"}, "two streams are named 'x'"},
        {{"a.jpg", "holiday", "b.jpg"}, "two streams are named 'slides'"},
        {{"a=-", "b=-"}, "standard input cannot feed both 'a' and 'b'"},
        {{"stream=a.jpg"}, "'stream'"},
        {{".x=a.jpg"}, "'.x'"},
        {{"caf\xc3\xa9=a.jpg"}, "caf\xc3\xa9"},
        {{"/tmp/x=y.png"}, "'/tmp/x=y.png': no such file"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct sc_source_spec *specs = NULL;
        size_t n = 0;
        struct sc_err err = {0};
        int rc = sc_spec_parse((char *const *)(uintptr_t)rows[i].args, count(rows[i].args), &specs,
                               &n, &err);
        int expected = strstr(rows[i].sentence, "no such file") ? -ENOENT : -EINVAL;
        if (rc != expected || err.code != rc || !strstr(err.text, rows[i].sentence))
            fail_msg("'%s': %d, \"%s\", not \"%s\"", rows[i].args[0], rc, err.text,
                     rows[i].sentence);
        assert_null(specs);
    }
}

static void there_may_be_so_many_sources_and_not_one_more(void **state)
{
    static char texts[SC_SPEC_MAX + 1][32];
    char *args[SC_SPEC_MAX + 1];
    struct sc_source_spec *specs = NULL;
    size_t n = 0;
    (void)state;
    for (int i = 0; i <= SC_SPEC_MAX; i++) {
        (void)snprintf(texts[i], sizeof texts[i], "s%d=watch:x", i);
        args[i] = texts[i];
    }
    assert_int_equal(sc_spec_parse(args, SC_SPEC_MAX, &specs, &n, NULL), 0);
    assert_int_equal(n, SC_SPEC_MAX);
    sc_spec_free(&specs, n);
    assert_int_equal(sc_spec_parse(args, SC_SPEC_MAX + 1, &specs, &n, NULL), -EINVAL);
}

static void a_slideshow_may_have_any_number_of_files(void **state)
{
    static char *args[1000];
    struct sc_source_spec *specs = NULL;
    size_t n = 0;
    (void)state;
    for (int i = 0; i < 1000; i++)
        args[i] = (char *)(uintptr_t) "a.jpg";
    assert_int_equal(sc_spec_parse(args, 1000, &specs, &n, NULL), 0);
    assert_int_equal(n, 1);
    assert_int_equal(specs->n_targets, 1000);
    sc_spec_free(&specs, n);
}

#define RESULT_BYTES 64

static const char *const words[] = {"red", "green", "blue", NULL};

static int get(const char *kind, const struct sc_source_spec *spec, char *out, struct sc_err *err)
{
    double number = 7;
    bool is_it = true;
    uint32_t width = 1, height = 2;
    int choice = 0, rc;
    if (strcmp(kind, "number") == 0) {
        rc = sc_spec_get_number(spec, "o", 0.5, 100, &number, err);
        (void)snprintf(out, RESULT_BYTES, "%g", number);
    } else if (strcmp(kind, "bool") == 0) {
        rc = sc_spec_get_bool(spec, "o", &is_it, err);
        (void)snprintf(out, RESULT_BYTES, "%d", is_it);
    } else if (strcmp(kind, "size") == 0) {
        rc = sc_spec_get_size(spec, "o", &width, &height, err);
        (void)snprintf(out, RESULT_BYTES, "%ux%u", width, height);
    } else {
        rc = sc_spec_get_choice(spec, "o", words, &choice, err);
        (void)snprintf(out, RESULT_BYTES, "%s", words[choice]);
    }
    return rc;
}

static void values_are_read_strictly(void **state)
{
    static const struct {
        const char *kind, *value, *result; /* NULL: refused, and the default stays */
    } rows[] = {
        {"number", "0.5", "0.5"},   {"number", "100", "100"},
        {"number", "0.49", NULL},   {"number", "100.1", NULL},
        {"number", "", NULL},       {"number", "1e1", NULL},
        {"number", "0x10", NULL},   {"number", " 1", NULL},
        {"number", "nan", NULL},    {"number", "1.2.3", NULL},
        {"number", "5s", NULL},     {"number", "-", NULL},
        {"bool", "yes", "1"},       {"bool", "no", "0"},
        {"bool", "", NULL},         {"bool", "true", NULL},
        {"bool", "Yes", NULL},      {"size", "1280x720", "1280x720"},
        {"size", "1x1", "1x1"},     {"size", "16384x16384", "16384x16384"},
        {"size", "16385x1", NULL},  {"size", "1x16385", NULL},
        {"size", "0x5", NULL},      {"size", "5", NULL},
        {"size", "5x", NULL},       {"size", "x5", NULL},
        {"size", "5x5x5", NULL},    {"size", "-5x5", NULL},
        {"size", "5 x5", NULL},     {"size", "99999999999999999999x5", NULL},
        {"choice", "blue", "blue"}, {"choice", "", NULL},
        {"choice", "blu", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char name[] = "o", value[64], result[RESULT_BYTES];
        (void)snprintf(value, sizeof value, "%s", rows[i].value);
        struct sc_source_setting setting = {name, value};
        struct sc_source_spec spec = {.settings = &setting, .n_settings = 1};
        struct sc_err err = {0};
        int rc = get(rows[i].kind, &spec, result, &err);
        if (rc != (rows[i].result ? 0 : -EINVAL))
            fail_msg("%s '%s': %d", rows[i].kind, value, rc);
        if (rc == 0)
            assert_string_equal(result, rows[i].result);
        else
            assert_non_null(strstr(err.text, "'#o="));
    }
}

static void absent_options_keep_their_default(void **state)
{
    static const char *const rows[][2] = {
        {"number", "7"}, {"bool", "1"}, {"size", "1x2"}, {"choice", "red"}};
    struct sc_source_spec spec = {0};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char result[RESULT_BYTES];
        assert_int_equal(get(rows[i][0], &spec, result, NULL), 0);
        assert_string_equal(result, rows[i][1]);
    }
}

static void a_wrong_choice_is_told_the_right_ones(void **state)
{
    char name[] = "o", value[] = "pink";
    struct sc_source_setting setting = {name, value};
    struct sc_source_spec spec = {.settings = &setting, .n_settings = 1};
    struct sc_err err;
    int choice = 1;
    (void)state;
    assert_int_equal(sc_spec_get_choice(&spec, "o", words, &choice, &err), -EINVAL);
    assert_string_equal(err.text, "'#o=pink': o must be red, green or blue");
    assert_int_equal(choice, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(arguments_are_taken_apart, make_files, rig_teardown),
        cmocka_unit_test_setup_teardown(what_is_wrong_is_told_with_the_way_out, make_files,
                                        rig_teardown),
        cmocka_unit_test_setup_teardown(there_may_be_so_many_sources_and_not_one_more, make_files,
                                        rig_teardown),
        cmocka_unit_test_setup_teardown(a_slideshow_may_have_any_number_of_files, make_files,
                                        rig_teardown),
        cmocka_unit_test(values_are_read_strictly),
        cmocka_unit_test(absent_options_keep_their_default),
        cmocka_unit_test(a_wrong_choice_is_told_the_right_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
