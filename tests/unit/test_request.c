/* SPDX-License-Identifier: MIT */
#include "http/request.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct sc_request request;

static void parse(const char *head)
{
    int rc = sc_request_parse(head, strlen(head), &request, NULL);
    if (rc)
        fail_msg("%d for\n%s", rc, head);
    assert_int_equal(request.head_bytes, strlen(head));
}

static void assert_text(struct sc_text text, const char *expected)
{
    assert_non_null(text.data);
    if (text.len_bytes != strlen(expected) || memcmp(text.data, expected, text.len_bytes) != 0)
        fail_msg("'%.*s' instead of '%s'", (int)text.len_bytes, text.data, expected);
}

static void reads_a_browser_s_request(void **state)
{
    (void)state;
    parse("GET /plot.mjpg?fps=5&w=%20 HTTP/1.1\r\nHost: localhost:8080\r\n"
          "Accept: image/avif,image/webp,*/*;q=0.8\r\nX-Empty:\r\nX-Blanks:  \t a b \t\r\n\r\n");
    assert_int_equal(request.method, SC_METHOD_GET);
    assert_text(request.method_text, "GET");
    assert_text(request.path, "/plot.mjpg");
    assert_text(request.query, "fps=5&w=%20");
    assert_text(request.host, "localhost:8080");
    assert_int_equal(request.minor_version, 1);
    assert_true(request.is_keep_alive);
    assert_false(request.is_chunked);
    assert_false(request.has_length);
    assert_false(request.wants_continue);
    assert_int_equal(request.n_fields, 4);
    assert_text(sc_request_field(&request, "accept"), "image/avif,image/webp,*/*;q=0.8");
    assert_text(sc_request_field(&request, "x-empty"), "");
    assert_text(sc_request_field(&request, "x-blanks"), "a b");
    assert_null(sc_request_field(&request, "x-absent").data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_a_browser_s_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
