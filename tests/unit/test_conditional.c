/* SPDX-License-Identifier: MIT */
#include "http/conditional.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define MODIFIED_UNIX_S 784111777 /* Sun, 06 Nov 1994 08:49:37 GMT */

static void finds_a_tag_in_a_list(void **state)
{
    static const struct {
        const char *list, *etag;
        bool is_listed;
    } cases[] = {
        {"*", "\"a\"", true},
        {" * ", "\"a\"", true},
        {"\"a\"", "\"a\"", true},
        {"W/\"a\"", "\"a\"", true},
        {"\"a\"", "W/\"a\"", true},
        {"W/\"a\"", "W/\"a\"", true},
        {"\"x\", \"y\",W/\"a\"", "\"a\"", true},
        {"\"x\" ,\t\"a\" , \"y\"", "\"a\"", true},
        {"\"x\",, ,\t,\"a\"", "\"a\"", true},
        {"\"b,\", \"a\"", "\"a\"", true},
        {"\"a,b\"", "\"a,b\"", true},
        {"\"\"", "\"\"", true},
        {"\"a,b\"", "\"a\"", false},
        {"\"A\"", "\"a\"", false},
        {"\"ab\"", "\"a\"", false},
        {"\"\"", "\"a\"", false},
        {"w/\"a\"", "\"a\"", false},
        {"W/ \"a\"", "\"a\"", false},
        {"a", "\"a\"", false},
        {"\"a", "\"a\"", false},
        {"\"", "\"a\"", false},
        {"W/\"", "\"a\"", false},
        {"W/", "\"a\"", false},
        {"", "\"a\"", false},
        {"\"x\" \"a\"", "\"a\"", false},
        {"\"x\"junk, \"a\"", "\"a\"", false},
        {"**", "\"a\"", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (sc_etag_is_listed(sc_text_of(cases[i].list), cases[i].etag) != cases[i].is_listed)
            fail_msg("%s in %s", cases[i].etag, cases[i].list);
}

static void decides_what_is_fresh(void **state)
{
    static const struct {
        const char *name, *method, *fields;
        bool is_fresh;
    } cases[] = {
        {"no condition", "GET", "", false},
        {"the tag", "GET", "If-None-Match: \"7\"\r\n", true},
        {"the tag of a HEAD", "HEAD", "If-None-Match: \"7\"\r\n", true},
        {"the tag of a PUT", "PUT", "If-None-Match: \"7\"\r\n", false},
        {"another tag", "GET", "If-None-Match: \"6\"\r\n", false},
        {"the tag in a second field", "GET", "If-None-Match: \"6\"\r\nIf-None-Match: \"7\"\r\n",
         true},
        {"the same second", "GET", "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n", true},
        {"a later second", "GET", "If-Modified-Since: Sun, 06 Nov 1994 08:49:38 GMT\r\n", true},
        {"the second before", "GET", "If-Modified-Since: Sun, 06 Nov 1994 08:49:36 GMT\r\n", false},
        {"no date", "GET", "If-Modified-Since: yesterday\r\n", false},
        {"two dates", "GET",
         "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
         "If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n",
         false},
        {"another tag and the date", "GET",
         "If-None-Match: \"6\"\r\nIf-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT\r\n", false},
        {"the tag and an old date", "GET",
         "If-None-Match: \"7\"\r\nIf-Modified-Since: Sun, 06 Nov 1994 08:49:36 GMT\r\n", true},
    };
    static struct sc_request request;
    char head[1024];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int n = snprintf(head, sizeof head, "%s / HTTP/1.1\r\n%sHost: x\r\n\r\n", cases[i].method,
                         cases[i].fields);
        assert_int_equal(sc_request_parse(head, (size_t)n, &request, NULL), 0);
        if (sc_request_is_fresh(&request, "\"7\"", MODIFIED_UNIX_S) != cases[i].is_fresh)
            fail_msg("%s", cases[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_a_tag_in_a_list),
        cmocka_unit_test(decides_what_is_fresh),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
