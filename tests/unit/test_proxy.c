/* SPDX-License-Identifier: MIT */
/* Addresses, and what proxies say of their clients. */
#include "net/proxy_header.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "http/forwarded.h"

#define V2   "\r\n\r\n\0\r\nQUIT\n"
#define TCP4 "PROXY TCP4 192.0.2.1 192.0.2.2 4711 80\r\n"

static void a_network_has_what_begins_like_it(void **state)
{
    static const struct {
        const char *network, *address;
        int has; /* -1: it is none */
    } cases[] = {
        {"192.0.2.1", "192.0.2.1", 1},
        {"192.0.2.1", "192.0.2.2", 0},
        {"192.0.2.0/24", "192.0.2.9", 1},
        {"192.0.2.0/24", "192.0.3.9", 0},
        {"192.0.2.8/29", "192.0.2.15", 1},
        {"192.0.2.8/29", "192.0.2.16", 0},
        {"0.0.0.0/0", "8.8.8.8", 1},
        {"0.0.0.0/0", "::1", 0},
        {"2001:db8::/33", "2001:db8:7fff::1", 1},
        {"2001:db8::/33", "2001:db8:8000::1", 0},
        {"::1", "::1", 1},
        {"192.0.2.0/33", "::", -1},
        {"192.0.2.0/", "::", -1},
        {"192.0.2.0/2x", "::", -1},
        {"192.0.2", "::", -1},
        {"", "::", -1},
        {"unix/8", "::", -1},
        {"unix", "::1", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sc_network network;
        struct sc_address address;
        int rc = sc_network_parse(cases[i].network, &network);
        if ((rc < 0) != (cases[i].has < 0))
            fail_msg("%s: %d", cases[i].network, rc);
        assert_int_equal(sc_address_parse(cases[i].address, &address), 0);
        if (rc == 0 && sc_network_has(&network, &address) != cases[i].has)
            fail_msg("%s in %s", cases[i].address, cases[i].network);
    }
}

static const struct {
    const char *name, *data;
    size_t len;
    int rc; /* 1: all but the last 3 bytes */
    const char *address;
} headers[] = {
#define CASE(name, text, rc, address)                                                              \
    {                                                                                              \
        name, text, sizeof text - 1, rc, address                                                   \
    }
    CASE("TCP4", TCP4 "GET", 1, "192.0.2.1"),
    CASE("TCP6", "PROXY TCP6 2001:db8::1 ::1 1 65535\r\nGET", 1, "2001:db8::1"),
    CASE("unknown", "PROXY UNKNOWN\r\nGET", 1, "unix"),
    CASE("unknown with words", "PROXY UNKNOWN a b c d e f\r\nGET", 1, "unix"),
    CASE("not yet", "PROXY TCP4 192.0.2.1", -EAGAIN, "unix"),
    CASE("hardly begun", "P", -EAGAIN, "unix"),
    CASE("no proxy", "GET / HTTP/1.1\r\n", -EPROTO, "unix"),
    CASE("other words", "PROXY TCP5 192.0.2.1 192.0.2.2 4711 80\r\n", -EPROTO, "unix"),
    CASE("another family", "PROXY TCP6 192.0.2.1 192.0.2.2 4711 80\r\n", -EPROTO, "unix"),
    CASE("mixed families", "PROXY TCP4 192.0.2.1 ::1 4711 80\r\n", -EPROTO, "unix"),
    CASE("no address", "PROXY TCP4 host 192.0.2.2 4711 80\r\n", -EPROTO, "unix"),
    CASE("too few words", "PROXY TCP4 192.0.2.1 192.0.2.2 80\r\n", -EPROTO, "unix"),
    CASE("too many words", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2 3\r\n", -EPROTO, "unix"),
    CASE("two blanks", "PROXY TCP4  192.0.2.1 192.0.2.2 1 2\r\n", -EPROTO, "unix"),
    CASE("a port too large", "PROXY TCP4 192.0.2.1 192.0.2.2 1 65536\r\n", -EPROTO, "unix"),
    CASE("a NUL", "PROXY TCP4 192.0.2.1\0 192.0.2.2 1 2\r\n", -EPROTO, "unix"),
    CASE("v2 TCP4", V2 "\x21\x11\0\x0c\xc0\0\x02\x01\xc0\0\x02\x02\x12\x67\0\x50GET", 1,
         "192.0.2.1"),
    CASE("v2 TCP4 with more",
         V2 "\x21\x11\0\x0f\xc0\0\x02\x01\xc0\0\x02\x02\x12\x67\0\x50\x04\0\0GET", 1, "192.0.2.1"),
    CASE("v2 local", V2 "\x20\0\0\0GET", 1, "unix"),
    CASE("v2 of a unix socket", V2 "\x21\x31\0\x02xxGET", 1, "unix"),
    CASE("v2 not yet", V2 "\x21\x11\0\x0c\xc0\0\x02", -EAGAIN, "unix"),
    CASE("v2 hardly begun", "\r\n\r\n\0\r\nQUIT", -EAGAIN, "unix"),
    CASE("v2 too short for its addresses", V2 "\x21\x11\0\x0bxxxxxxxxxxxxxxx", -EPROTO, "unix"),
    CASE("v2 of version 3", V2 "\x31\x11\0\x0cxxxxxxxxxxxxxxx", -EPROTO, "unix"),
    CASE("v2 of another command", V2 "\x22\x11\0\x0cxxxxxxxxxxxxxxx", -EPROTO, "unix"),
    CASE("v2 too long", V2 "\x21\x11\x07\xf1", -EPROTO, "unix"),
    CASE("v2 as long as may be", V2 "\x21\x11\x07\xf0", -EAGAIN, "unix"),
};

static void a_header_is_understood_however_it_is_cut(void **state)
{
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        struct sc_address address = {.family = AF_UNSPEC};
        char text[SC_ADDRESS_TEXT_BYTES];
        int expected = headers[i].rc == 1 ? (int)headers[i].len - 3 : headers[i].rc;
        int rc = sc_proxy_header_parse(headers[i].data, headers[i].len, &address);
        sc_address_format(&address, text);
        if (rc != expected || strcmp(text, headers[i].address) != 0)
            fail_msg("%s: %d, %s", headers[i].name, rc, text);
        for (size_t len = 0; rc > 0 && len < (size_t)rc; len++)
            if (sc_proxy_header_parse(headers[i].data, len, &address) != -EAGAIN)
                fail_msg("%s: %zu bytes", headers[i].name, len);
    }
}

static void a_first_line_has_107_bytes_and_not_one_more(void **state)
{
    for (int len = 107; len <= 108; len++) {
        struct sc_address address = {.family = AF_UNSPEC};
        char line[128];
        (void)snprintf(line, sizeof line, "PROXY UNKNOWN %0*d\r\n", len - 16, 0);
        assert_int_equal(strlen(line), len);
        assert_int_equal(sc_proxy_header_parse(line, (size_t)len, &address),
                         len > 107 ? -EPROTO : len);
    }
}

static void only_trusted_proxies_are_believed(void **state)
{
    static const struct {
        const char *peer, *fields, *address;
        bool is_https;
    } cases[] = {
        {"10.0.0.1", "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n", "192.0.2.1",
         true},
        {"10.9.0.1", "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: https\r\n", "10.9.0.1",
         false},
        {"10.0.0.1", "X-Forwarded-For: 6.6.6.6, 192.0.2.1\r\n", "192.0.2.1", false},
        {"10.0.0.1", "X-Forwarded-For: 6.6.6.6\r\nX-Forwarded-For: 192.0.2.1\r\n", "192.0.2.1",
         false},
        {"10.0.0.1", "X-Forwarded-For: 192.0.2.1, 10.0.0.7\r\n", "192.0.2.1", false},
        {"10.0.0.1", "X-Forwarded-For: 10.0.0.8, 10.0.0.7\r\n", "10.0.0.8", false},
        {"10.0.0.1", "X-Forwarded-For: 192.0.2.1, nonsense\r\n", "10.0.0.1", false},
        {"10.0.0.1", "X-Forwarded-For: nonsense, 192.0.2.1\r\n", "192.0.2.1", false},
        {"10.0.0.1", "X-Forwarded-For: 192.0.2.1:4711\r\n", "192.0.2.1", false},
        {"10.0.0.1", "X-Forwarded-For: [2001:db8::1]:4711\r\n", "2001:db8::1", false},
        {"10.0.0.1", "X-Forwarded-For: 2001:db8::1\r\n", "2001:db8::1", false},
        {"10.0.0.1", "X-Forwarded-For:\r\n", "10.0.0.1", false},
        {"10.0.0.1", "X-Forwarded-Proto: https, http\r\n", "10.0.0.1", false},
        {"10.0.0.1", "X-Forwarded-Proto: https\r\nX-Forwarded-Proto: http\r\n", "10.0.0.1", false},
        {"10.0.0.1", "", "10.0.0.1", false},
    };
    struct sc_network network;
    assert_int_equal(sc_network_parse("10.0.0.0/24", &network), 0);
    const struct sc_trusted trusted = {&network, 1};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char head[512], text[SC_ADDRESS_TEXT_BYTES];
        struct sc_request request;
        struct sc_client client = {.is_https = false};
        int n = snprintf(head, sizeof head, "GET / HTTP/1.1\r\nHost: x\r\n%s\r\n", cases[i].fields);
        assert_int_equal(sc_request_parse(head, (size_t)n, &request, NULL), 0);
        assert_int_equal(sc_address_parse(cases[i].peer, &client.address), 0);
        sc_forwarded_read(&request, &trusted, &client);
        sc_address_format(&client.address, text);
        if (strcmp(text, cases[i].address) != 0 || client.is_https != cases[i].is_https)
            fail_msg("%s from %s: %s", cases[i].fields, cases[i].peer, text);
    }
}

/* All but the first are proxies, the connection's own among them. */
static void so_many_hops_are_followed_and_not_one_more(void **state)
{
    struct sc_network network;
    assert_int_equal(sc_network_parse("10.0.0.0/24", &network), 0);
    const struct sc_trusted trusted = {&network, 1};
    for (int n = 16; n <= 17; n++) {
        char head[512] = "GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 192.0.2.1", text[64];
        struct sc_client client = {.is_https = false};
        struct sc_request request;
        for (int i = 1; i < n; i++)
            (void)snprintf(head + strlen(head), sizeof head - strlen(head), ", 10.0.0.%d", i);
        (void)snprintf(head + strlen(head), sizeof head - strlen(head), "\r\n\r\n");
        assert_int_equal(sc_request_parse(head, strlen(head), &request, NULL), 0);
        assert_int_equal(sc_address_parse("10.0.0.99", &client.address), 0);
        sc_forwarded_read(&request, &trusted, &client);
        sc_address_format(&client.address, text);
        assert_string_equal(text, n == 16 ? "192.0.2.1" : "10.0.0.1");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_network_has_what_begins_like_it),
        cmocka_unit_test(a_header_is_understood_however_it_is_cut),
        cmocka_unit_test(a_first_line_has_107_bytes_and_not_one_more),
        cmocka_unit_test(only_trusted_proxies_are_believed),
        cmocka_unit_test(so_many_hops_are_followed_and_not_one_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
