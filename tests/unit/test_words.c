/* SPDX-License-Identifier: MIT */
#include "source/words.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#define NOON_US (1700049600ULL * 1000000) /* 2023-11-15 12:00:00 UTC */
#define DASH    "\xe2\x80\x93"

static void texts_are_filled_in(void **state)
{
    static const struct {
        const char *text, *filled;
    } cases[] = {
        {"", ""},
        {"plain \xe4\xbd\xa0", "plain \xe4\xbd\xa0"},
        {"%F %T", "2023-11-15 12:00:00"},
        {"100 %% {{x}", "100 % {x}"},
        {"{stream.name}", "me"},
        {"{stream.state}, {stream.viewers} here", "waiting, 2 here"},
        {"{cam.viewers}|{cam.fps}|{cam.size}|{cam.age}|{cam.note}",
         "0|0.0|" DASH "|" DASH "|broken"},
        {"{a/b.c.state}", "waiting"},
        {"{gone.viewers} {gone.name}", DASH " gone"},
        {"%H{stream.viewers}%M", "12200"},
    };
    struct sc_registry *registry = NULL;
    struct sc_stream *me = NULL, *cam = NULL, *deep = NULL;
    (void)state;
    (void)setenv("TZ", "UTC", 1);
    assert_int_equal(sc_registry_create(4, &registry), 0);
    assert_int_equal(sc_registry_add(registry, "me", SC_STREAM_SOURCED, &me, NULL), 0);
    assert_int_equal(sc_registry_add(registry, "cam", SC_STREAM_SOURCED, &cam, NULL), 0);
    assert_int_equal(sc_registry_add(registry, "a/b.c", SC_STREAM_SOURCED, &deep, NULL), 0);
    sc_stream_set_state(cam, SC_STREAM_LOST, "broken");
    sc_stream_join(me, true);
    sc_stream_join(me, true);
    const struct sc_words_ctx ctx = {registry, "me"};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[SC_WORDS_BYTES];
        struct sc_err err;
        if (sc_words_check(cases[i].text, &err) < 0)
            fail_msg("%s: %s", cases[i].text, err.text);
        sc_words_fill(cases[i].text, &ctx, NOON_US, out);
        if (strcmp(out, cases[i].filled) != 0)
            fail_msg("%s: '%s' instead of '%s'", cases[i].text, out, cases[i].filled);
    }
    sc_stream_leave(me, true);
    sc_stream_leave(me, true);
    sc_stream_unref(&me);
    sc_stream_unref(&cam);
    sc_stream_unref(&deep);
    sc_registry_destroy(&registry);
}

static void wrong_braces_are_refused_with_the_way_out(void **state)
{
    static const char *const wrong[] = {"{",
                                        "{}",
                                        "{viewers}",
                                        "{.viewers}",
                                        "{cam.size",
                                        "{cam.what}",
                                        "{a b.viewers}",
                                        "{.x.viewers}",
                                        "ok {cam.} ",
                                        "{cam.fps} {cam.fp}"};
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct sc_err err = {0};
        if (sc_words_check(wrong[i], &err) != -EINVAL || !strstr(err.text, "{stream.viewers}"))
            fail_msg("%s: '%s'", wrong[i], err.text);
    }
}

static void a_text_may_be_so_long_and_what_it_becomes_is_cut(void **state)
{
    char text[SC_WORDS_BYTES], out[SC_WORDS_BYTES];
    const struct sc_words_ctx ctx = {NULL, "me"};
    struct sc_err err;
    (void)state;
    memset(text, 'x', sizeof text);
    text[SC_WORDS_BYTES / 2] = '\0';
    assert_int_equal(sc_words_check(text, &err), 0);
    text[SC_WORDS_BYTES / 2] = 'x';
    text[SC_WORDS_BYTES / 2 + 1] = '\0';
    assert_int_equal(sc_words_check(text, &err), -EINVAL);
    for (size_t i = 0; i < 30; i++)
        memcpy(text + i * 15, "{stream.state} ", 16);
    sc_words_fill(text, &ctx, NOON_US, out);
    assert_in_range(strlen(out), 60, SC_WORDS_BYTES - 1);
}

static void it_is_known_when_a_text_may_change(void **state)
{
    (void)state;
    assert_true(sc_words_lasts_us("still", NOON_US) == UINT64_MAX);
    assert_int_equal(sc_words_lasts_us("%T", NOON_US), 1000000);
    assert_int_equal(sc_words_lasts_us("%T", NOON_US + 999999), 1);
    assert_int_equal(sc_words_lasts_us("{a.fps}", NOON_US + 600000), 400000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_filled_in),
        cmocka_unit_test(wrong_braces_are_refused_with_the_way_out),
        cmocka_unit_test(a_text_may_be_so_long_and_what_it_becomes_is_cut),
        cmocka_unit_test(it_is_known_when_a_text_may_change),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
