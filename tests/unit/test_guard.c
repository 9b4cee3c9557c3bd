/* SPDX-License-Identifier: MIT */
#include "rights/guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *const two_names[] = {"cams.example.org", "door", NULL};
static const char *const two_origins[] = {"https://dash.example.org", "http://panel:3000", NULL};
static const char *const any[] = {"*", NULL};

static const struct sc_request *request_with(const char *version, const char *fields)
{
    static char head[9000];
    static struct sc_request request;
    int n = snprintf(head, sizeof head, "PUT /a.jpg HTTP/%s\r\n%s\r\n", version, fields);
    assert_int_equal(sc_request_parse(head, (size_t)n, &request, NULL), 0);
    return &request;
}

static int guard_host(const char *host, const char *machine, const char *const *names,
                      struct sc_err *err)
{
    char fields[400];
    (void)snprintf(fields, sizeof fields, "Host: %s\r\n", host);
    return sc_guard_host(request_with("1.1", fields), machine, names, err);
}

static void answers_under_its_own_names(void **state)
{
    static const char *const hosts[] = {
        "127.0.0.1",
        "127.0.0.1:8080",
        "192.168.1.20",
        "[::1]",
        "[::1]:8080",
        "[fe80::1:2]:80",
        "localhost",
        "LocalHost:8080",
        "localhost.",
        "plot.localhost:1",
        "a.b.localhost",
        "robot",
        "robot:8080",
        "ROBOT",
        "robot.local",
        "robot.lan:8080",
        "robot.home",
        "robot.internal",
        "robot.example.net",
        "robot.local.",
        "robot.",
        "cams.example.org",
        "Cams.Example.ORG:443",
        "door",
        "[::ffff:10.0.0.1]",
    };
    (void)state;
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++)
        if (guard_host(hosts[i], "robot.example.net", two_names, NULL) != 0)
            fail_msg("'%s' was refused", hosts[i]);
}

static void refuses_every_other_name(void **state)
{
    static const char *const hosts[] = {
        "rebind.test",
        "rebind.test:8080",
        "localhost.evil.test",
        "evil-localhost",
        "xlocalhost",
        ".localhost",
        "localhost..",
        "127.0.0.1.nip.io",
        "127.0.0.1.",
        "127.1",
        "2130706433",
        "0x7f000001",
        "017700000001",
        "127.0.0.01",
        "robots",
        "xrobot",
        "robot.evil.test",
        "robot.local.evil.test",
        "robotlocal",
        "x.robot",
        "x.robot.local",
        "example.net",
        "cams.example.org.evil.test",
        "x.cams.example.org",
        "doors",
        "example.org",
        "door.local",
    };
    (void)state;
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        struct sc_err err = {.code = 0};
        int rc = guard_host(hosts[i], "robot.example.net", two_names, &err);
        if (rc != -421)
            fail_msg("'%s' was let in", hosts[i]);
        assert_int_equal(err.code, -421);
        assert_non_null(strstr(err.text, "--server-name"));
    }
}

static void answers_under_any_name_when_told(void **state)
{
    (void)state;
    assert_int_equal(guard_host("rebind.test", NULL, any, NULL), 0);
    assert_int_equal(guard_host("rebind.test", NULL, NULL, NULL), -421);
    assert_int_equal(guard_host("robot", "", NULL, NULL), -421);
}

static void lets_an_old_request_without_a_host_in(void **state)
{
    (void)state;
    assert_int_equal(sc_guard_host(request_with("1.0", ""), "robot", NULL, NULL), 0);
    assert_int_equal(sc_guard_host(request_with("1.0", "Host: evil.test\r\n"), "robot", NULL, NULL),
                     -421);
}

static void lets_only_own_and_listed_pages_write(void **state)
{
    static const struct {
        const char *name, *fields;
        bool is_tls;
        int rc;
    } cases[] = {
        {"a program", "", false, 0},
        {"own page", "Origin: http://me:8080\r\nSec-Fetch-Site: same-origin\r\n", false, 0},
        {"own page, plain http to another host", "Origin: http://me:8080\r\n", false, 0},
        {"own page over TLS", "Origin: https://me:8080\r\n", true, 0},
        {"typed by the user", "Sec-Fetch-Site: none\r\n", false, 0},
        {"own page without Origin", "Sec-Fetch-Site: same-origin\r\n", false, 0},
        {"listed page", "Origin: https://dash.example.org\r\nSec-Fetch-Site: cross-site\r\n", false,
         0},
        {"listed page with a port", "Origin: http://panel:3000\r\n", false, 0},
        {"foreign page", "Origin: http://evil.test\r\n", false, -403},
        {"foreign page that says same-origin",
         "Origin: http://evil.test\r\nSec-Fetch-Site: same-origin\r\n", false, -403},
        {"foreign page without Origin", "Sec-Fetch-Site: cross-site\r\n", false, -403},
        {"page of a neighbour", "Sec-Fetch-Site: same-site\r\n", false, -403},
        {"own Origin yet cross-site", "Origin: http://me:8080\r\nSec-Fetch-Site: cross-site\r\n",
         false, -403},
        {"an unknown Sec-Fetch-Site", "Sec-Fetch-Site: soon\r\n", false, -403},
        {"an empty Sec-Fetch-Site", "Sec-Fetch-Site:\r\n", false, -403},
        {"sandboxed page", "Origin: null\r\n", false, -403},
        {"sandboxed page, same-origin", "Origin: null\r\nSec-Fetch-Site: same-origin\r\n", false,
         -403},
        {"an empty Origin", "Origin:\r\n", false, -403},
        {"own host, other port", "Origin: http://me:8081\r\n", false, -403},
        {"own host, no port", "Origin: http://me\r\n", false, -403},
        {"own host, https", "Origin: https://me:8080\r\n", false, -403},
        {"own host, http under TLS", "Origin: http://me:8080\r\n", true, -403},
        {"own host as a prefix", "Origin: http://me:8080.evil.test\r\n", false, -403},
        {"own host as user", "Origin: http://me:8080@evil.test\r\n", false, -403},
        {"own origin with a path", "Origin: http://me:8080/\r\n", false, -403},
        {"listed as a prefix", "Origin: https://dash.example.org.evil.test\r\n", false, -403},
        {"listed as a tail", "Origin: https://xdash.example.org\r\n", false, -403},
        {"listed with another scheme", "Origin: http://dash.example.org\r\n", false, -403},
        {"listed with a port", "Origin: https://dash.example.org:8443\r\n", false, -403},
        {"two origins in one field", "Origin: http://me:8080, http://evil.test\r\n", false, -403},
        {"two Origin fields", "Origin: http://me:8080\r\nOrigin: http://me:8080\r\n", false, -403},
        {"two Sec-Fetch-Site fields", "Sec-Fetch-Site: none\r\nSec-Fetch-Site: cross-site\r\n",
         false, -403},
        {"an extension's page", "Origin: moz-extension://0f1e\r\n", false, -403},
        {"a file", "Origin: file://\r\n", false, -403},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char fields[400];
        struct sc_err err = {.code = 0};
        (void)snprintf(fields, sizeof fields, "Host: me:8080\r\n%s", cases[i].fields);
        const struct sc_request *request = request_with("1.1", fields);
        int rc = sc_guard_write(request, cases[i].is_tls, two_origins, &err);
        if (rc != cases[i].rc || err.code != rc)
            fail_msg("%s: %d", cases[i].name, rc);
    }
}

static void names_the_option_that_lets_a_page_write(void **state)
{
    struct sc_err err;
    (void)state;
    const char *fields = "Host: me\r\nOrigin: http://other:3000\r\n";
    assert_int_equal(sc_guard_write(request_with("1.1", fields), false, NULL, &err), -403);
    assert_non_null(strstr(err.text, "--publish-origin http://other:3000"));
    assert_int_equal(sc_guard_write(request_with("1.1", fields), false, any, &err), 0);
}

static void no_list_lets_null_write(void **state)
{
    static const char *const null_listed[] = {"null", NULL};
    (void)state;
    const struct sc_request *request = request_with("1.1", "Host: me\r\nOrigin: null\r\n");
    assert_int_equal(sc_guard_write(request, false, null_listed, NULL), -403);
    assert_int_equal(sc_guard_write(request, false, any, NULL), -403);
}

static void a_request_without_host_has_no_own_origin(void **state)
{
    (void)state;
    const struct sc_request *request = request_with("1.0", "Origin: http://me\r\n");
    assert_int_equal(sc_guard_write(request, false, NULL, NULL), -403);
}

static void echoes_origins_that_may_read(void **state)
{
    static const struct {
        const char *origin;
        const char *const *list;
        bool is_echoed;
    } cases[] = {
        {"https://dash.example.org", two_origins, true},
        {"http://panel:3000", two_origins, true},
        {"http://panel:3001", two_origins, false},
        {"http://panel", two_origins, false},
        {"https://dash.example.org.evil.test", two_origins, false},
        {"null", two_origins, false},
        {"http://evil.test", NULL, false},
        {"http://any.test", any, true},
        {"null", any, true},
        {"no origin at all", any, false},
        {"://any.test", any, false},
        {"", any, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char fields[400];
        (void)snprintf(fields, sizeof fields, "Host: me\r\nOrigin: %s\r\n", cases[i].origin);
        struct sc_text echoed = sc_guard_cors(request_with("1.1", fields), cases[i].list);
        if (cases[i].is_echoed ? !sc_text_is(echoed, cases[i].origin) : echoed.data != NULL)
            fail_msg("'%s'", cases[i].origin);
    }
    assert_null(sc_guard_cors(request_with("1.1", "Host: me\r\n"), any).data);
    assert_null(
        sc_guard_cors(request_with("1.1", "Host: me\r\nOrigin: http://a\r\nOrigin: http://b\r\n"),
                      any)
            .data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_under_its_own_names),
        cmocka_unit_test(refuses_every_other_name),
        cmocka_unit_test(answers_under_any_name_when_told),
        cmocka_unit_test(lets_an_old_request_without_a_host_in),
        cmocka_unit_test(lets_only_own_and_listed_pages_write),
        cmocka_unit_test(names_the_option_that_lets_a_page_write),
        cmocka_unit_test(no_list_lets_null_write),
        cmocka_unit_test(a_request_without_host_has_no_own_origin),
        cmocka_unit_test(echoes_origins_that_may_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
