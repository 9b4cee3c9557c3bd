/* SPDX-License-Identifier: MIT */
#include "base/url.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define N(array) (sizeof(array) / sizeof(array)[0])

static char out[256];

static int decode(const char *path)
{
    return sc_url_decode_path(path, strlen(path), out, sizeof out);
}

static int query(const char *text, const char *name)
{
    return sc_url_query(text, strlen(text), name, out, sizeof out);
}

static void decodes_paths(void **state)
{
    static const struct {
        const char *path, *decoded;
    } cases[] = {
        {"/", "/"},
        {"/plot.mjpg", "/plot.mjpg"},
        {"/hall/door.jpg", "/hall/door.jpg"},
        {"/hall/", "/hall/"},
        {"/%70lot%2Emjp%67", "/plot.mjpg"},
        {"/a%2db%5Fc%7e", "/a-b_c~"},
        {"/a%20b", "/a b"},
        {"/a+b", "/a+b"},
        {"/a..b", "/a..b"},
        {"/a..", "/a.."},
        {"/a.", "/a."},
        {"/.well-known/x", "/.well-known/x"},
        {"/._a", "/._a"},
        {"/.a/.z/.A/.Z/.0/.9/b", "/.a/.z/.A/.Z/.0/.9/b"},
        {"/a%3Fb%23c", "/a?b#c"},
        {"/%41%42%43/%7E", "/ABC/~"},
        {"/!$&'()*,;=:@", "/!$&'()*,;=:@"},
    };
    (void)state;
    for (size_t i = 0; i < N(cases); i++) {
        assert_int_equal(decode(cases[i].path), strlen(cases[i].decoded));
        assert_string_equal(out, cases[i].decoded);
        assert_int_equal(decode(cases[i].decoded), strlen(cases[i].decoded)); /* once is enough */
    }
}

static void refuses_every_way_up(void **state)
{
    static const char *const dots[] = {".",         "%2e",      "%2E",       "%252e",
                                       "%25%32%65", "%c0%ae",   "%e0%80%ae", "%u002e",
                                       "%ff0e",     "\xc0\xae", "%2",        "%00."};
    static const char *const slashes[] = {
        "/",      "%2f",    "%2F",    "\\",       "%5c", "%5C",  "%252f", "%255c", "//", "/./",
        "%c0%af", "%c1%9c", "%u2215", "\xc0\xaf", ";/",  "%00/", "%3b/",  "%0a/",  " /", "%20/"};
    static const char *const fronts[] = {"/", "/a/", "/a/b/c/", "//"};
    char path[100];
    unsigned n = 0;
    (void)state;
    for (size_t f = 0; f < N(fronts); f++)
        for (size_t i = 0; i < N(dots); i++)
            for (size_t j = 0; j < N(dots); j++)
                for (size_t s = 0; s < N(slashes); s++, n++) {
                    (void)snprintf(path, sizeof path, "%s%s%s%setc/passwd", fronts[f], dots[i],
                                   dots[j], slashes[s]);
                    if (decode(path) != -EINVAL)
                        fail_msg("%s", path);
                }
    assert_true(n >= 200);
}

static void refuses_what_others_could_read_differently(void **state)
{
    static const char *const paths[] = {
        "",      "a",      "*",        "./a",     "../a",      "/.",       "/..",     "/a/.",
        "/a/..", "/...",   "/a/.../b", "/./a",    "/..;/a",    "/.;a=b/c", "/.%20",   "/..%20",
        "/. /a", "//",     "//a",      "/a//b",   "/a//",      "/%2e",     "/%2e%2e", "/.%2e",
        "/%2e.", "/a%2fb", "/a%2F",    "/a%5cb",  "/a\\b",     "/a%00",    "/%00a",   "/a%0d%0ab",
        "/a%7f", "/a%1f",  "/a%80",    "/%c3%a9", "/\xc3\xa9", "/a\x01",   "/a\x7f",  "/a\r\n",
        "/a\t",  "/%",     "/a%",      "/a%4",    "/a%4g",     "/a%g4",    "/a%-1",   "/a% 1",
        "/a%+1", "/a%25",  "/a%2541",  "/%252e",  "/%%32e",    "/%u0041",  "/a%\x00", "/-/.-",
    };
    (void)state;
    for (size_t i = 0; i < N(paths); i++)
        if (decode(paths[i]) != -EINVAL)
            fail_msg("%s", paths[i]);
    assert_int_equal(sc_url_decode_path("/a\0b", 4, out, sizeof out), -EINVAL);
}

static void an_escape_never_reads_past_the_end(void **state)
{
    (void)state;
    assert_int_equal(sc_url_decode_path("/a%41", 4, out, sizeof out), -EINVAL);
    assert_int_equal(sc_url_decode_path("/a%41", 3, out, sizeof out), -EINVAL);
    assert_int_equal(sc_url_query("a=%41", 4, "a", out, sizeof out), -EINVAL);
}

static void tells_what_does_not_fit(void **state)
{
    (void)state;
    assert_int_equal(sc_url_decode_path("/abc", 4, out, 5), 4);
    assert_int_equal(sc_url_decode_path("/abc", 4, out, 4), -EMSGSIZE);
    assert_int_equal(sc_url_decode_path("/%61bc", 6, out, 5), 4);
    assert_int_equal(sc_url_query("a=bcd", 5, "a", out, 4), 3);
    assert_int_equal(sc_url_query("a=bcd", 5, "a", out, 3), -EMSGSIZE);
    assert_int_equal(sc_url_query("a=", 2, "a", out, 1), 0);
}

static void finds_parameters(void **state)
{
    static const struct {
        const char *query, *name, *value;
    } cases[] = {
        {"a=1", "a", "1"},
        {"a=1&b=2", "b", "2"},
        {"a=1&a=2", "a", "1"},
        {"aa=1&a=2", "a", "2"},
        {"a", "a", ""},
        {"a&b=2", "a", ""},
        {"a=", "a", ""},
        {"a=&b=2", "a", ""},
        {"&&b=2&", "b", "2"},
        {"a=b=c", "a", "b=c"},
        {"a=x+y%2B%20z", "a", "x y+ z"},
        {"a=%26&b=%3d", "a", "&"},
        {"a=%26&b=%3d", "b", "="},
        {"a=caf%c3%a9", "a", "caf\xc3\xa9"},
        {"a?b=1", "a?b", "1"},
        {"=1", "", "1"},
        {"broken=%&a=1", "a", "1"},
        {"action=stream_1&1699999999", "action", "stream_1"},
    };
    (void)state;
    for (size_t i = 0; i < N(cases); i++) {
        assert_int_equal(query(cases[i].query, cases[i].name), strlen(cases[i].value));
        assert_string_equal(out, cases[i].value);
    }
}

static void finds_no_other_parameter(void **state)
{
    (void)state;
    assert_int_equal(sc_url_query(NULL, 0, "a", out, sizeof out), -ENOENT);
    assert_int_equal(query("", "a"), -ENOENT);
    assert_int_equal(query("b=a", "a"), -ENOENT);
    assert_int_equal(query("A=1", "a"), -ENOENT);
    assert_int_equal(query("ab=1&ba=2", "a"), -ENOENT);
    assert_int_equal(query("%61=1", "a"), -ENOENT);
    assert_int_equal(query("b=1;a=2", "a"), -ENOENT);
}

static void refuses_malformed_values(void **state)
{
    static const char *const queries[] = {"a=%",   "a=%4",     "a=%gg", "a=1%",   "a=%00",  "a=%0a",
                                          "a=%7f", "a=x\x01y", "a=%1f", "a=%4&b", "a=\x7f", "a=%%"};
    (void)state;
    for (size_t i = 0; i < N(queries); i++)
        if (query(queries[i], "a") != -EINVAL)
            fail_msg("%s", queries[i]);
}

static int number(const char *text, uint64_t most, uint64_t *out_number)
{
    return sc_url_query_number(text, strlen(text), "n", most, out_number);
}

static void reads_numbers(void **state)
{
    uint64_t n;
    (void)state;
    assert_int_equal(number("n=0", 0, &n), 0);
    assert_int_equal(n, 0);
    assert_int_equal(number("m=1&n=007", 7, &n), 0);
    assert_int_equal(n, 7);
    assert_int_equal(number("n=18446744073709551615", UINT64_MAX, &n), 0);
    assert_true(n == UINT64_MAX);
}

static void refuses_what_is_no_number(void **state)
{
    static const char *const texts[] = {
        "n",
        "n=",
        "n=:",
        "n=-1",
        "n=+1",
        "n=%2B1",
        "n= 1",
        "n=1 ",
        "n=0x1",
        "n=1.0",
        "n=1e0",
        "n=a",
        "n=1a",
        "n=%",
        "n=1%00",
        "n=18446744073709551616",
        "n=99999999999999999999999999",
        "n=1,000",
    };
    uint64_t n = 42;
    (void)state;
    for (size_t i = 0; i < N(texts); i++)
        if (number(texts[i], UINT64_MAX, &n) != -EINVAL)
            fail_msg("%s", texts[i]);
    assert_int_equal(number("n=8", 7, &n), -EINVAL);
    assert_int_equal(number("m=1", 7, &n), -ENOENT);
    assert_int_equal(n, 42);
}

static void secrets_of_urls_are_not_shown(void **state)
{
    static const struct {
        const char *text, *shown;
    } cases[] = {
        {"", ""},
        {"no url", "no url"},
        {"http://host/a?b=c#d", "http://host/a?b=c#d"},
        {"http://me:secret@host/", "http://***@host/"},
        {"cam=https://me@host:1/x", "cam=https://***@host:1/x"},
        {"//me:secret@host/x", "//***@host/x"},
        {"http://a:b@c@host/", "http://***@host/"},
        {"http://host/mail@host", "http://host/mail@host"},
        {"http://host?mail@host", "http://host?mail@host"},
        {"a http://u:p@h/ and http://v:q@i/", "a http://***@h/ and http://***@i/"},
        {"http://u:p@", "http://***@"},
        {"http://", "http://"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char shown[100];
        sc_url_redact(cases[i].text, shown, sizeof shown);
        assert_string_equal(shown, cases[i].shown);
    }
}

static void what_is_shown_of_a_url_is_cut_to_its_room(void **state)
{
    static const char text[] = "http://me:secret@host/";
    (void)state;
    for (size_t n = 1; n < sizeof text; n++) {
        char shown[sizeof text];
        sc_url_redact(text, shown, n);
        assert_true(strlen(shown) < n);
        assert_int_equal(strncmp("http://***@host/", shown, strlen(shown)), 0);
        assert_true(strlen(shown) == n - 1 || n > strlen("http://***@host/"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(decodes_paths),
        cmocka_unit_test(refuses_every_way_up),
        cmocka_unit_test(refuses_what_others_could_read_differently),
        cmocka_unit_test(an_escape_never_reads_past_the_end),
        cmocka_unit_test(tells_what_does_not_fit),
        cmocka_unit_test(finds_parameters),
        cmocka_unit_test(finds_no_other_parameter),
        cmocka_unit_test(refuses_malformed_values),
        cmocka_unit_test(reads_numbers),
        cmocka_unit_test(refuses_what_is_no_number),
        cmocka_unit_test(secrets_of_urls_are_not_shown),
        cmocka_unit_test(what_is_shown_of_a_url_is_cut_to_its_room),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
