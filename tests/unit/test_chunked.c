/* SPDX-License-Identifier: MIT */
#include "http/request.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct body {
    char data[4096];
    size_t len_bytes, used_bytes;
    int rc;
};

/* Reads a whole coded body as a connection would, from pieces of at most step bytes. */
static struct body decode(const char *coded, size_t len_bytes, size_t step)
{
    struct sc_chunked chunked = {.state = 0};
    struct body body = {.rc = -EAGAIN};
    size_t at = 0;
    while (body.rc == -EAGAIN && at < len_bytes) {
        size_t piece = len_bytes - at < step ? len_bytes - at : step, used;
        body.rc = sc_chunked_parse(&chunked, coded + at, piece, &used);
        assert_true(used <= piece);
        at += used;
        if (body.rc < 0)
            continue;
        size_t n = piece - used < chunked.left_bytes ? piece - used : chunked.left_bytes;
        memcpy(body.data + body.len_bytes, coded + at, n);
        body.len_bytes += n;
        chunked.left_bytes -= n;
        at += n;
        body.rc = -EAGAIN;
    }
    body.used_bytes = at;
    return body;
}

static void reads_bodies_whatever_the_pieces(void **state)
{
    static const struct {
        const char *coded, *data;
    } cases[] = {
        {"0\r\n\r\n", ""},
        {"3\r\nabc\r\n0\r\n\r\n", "abc"},
        {"1\r\na\r\n00000002\r\nbc\r\n0\r\n\r\n", "abc"},
        {"a\r\n0123456789\r\nA\r\nabcdefghij\r\n000\r\n\r\n", "0123456789abcdefghij"},
        {"5\r\n\r\n0\r\n\r\n0\r\n\r\n", "\r\n0\r\n"},
        {"1\r\nx\r\n0\r\nX-Sum: 1\r\nEmpty:\r\n\r\n", "x"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t len_bytes = strlen(cases[i].coded);
        for (size_t step = 1; step <= len_bytes; step++) {
            struct body body = decode(cases[i].coded, len_bytes, step);
            assert_int_equal(body.rc, -ENODATA);
            assert_int_equal(body.used_bytes, len_bytes);
            assert_int_equal(body.len_bytes, strlen(cases[i].data));
            assert_memory_equal(body.data, cases[i].data, body.len_bytes);
        }
    }
}

static void leaves_what_follows_the_body_alone(void **state)
{
    (void)state;
    const char coded[] = "1\r\na\r\n0\r\n\r\nGET / HTTP/1.1\r\n";
    struct body body = decode(coded, sizeof coded - 1, sizeof coded);
    assert_int_equal(body.rc, -ENODATA);
    assert_string_equal(coded + body.used_bytes, "GET / HTTP/1.1\r\n");
}

static void waits_at_every_byte_before_the_end(void **state)
{
    (void)state;
    const char coded[] = "3\r\nabc\r\n0\r\nA: b\r\n\r\n";
    for (size_t n = 0; n < sizeof coded - 1; n++)
        assert_int_equal(decode(coded, n, 1).rc, -EAGAIN);
}

static void refuses_malformed_framing(void **state)
{
    static const struct {
        const char *name, *coded;
    } cases[] = {
        {"no size", "\r\nabc\r\n0\r\n\r\n"},
        {"bare LF behind the size", "3\nabc\r\n0\r\n\r\n"},
        {"bare CR behind the size", "3\rabc\r\n0\r\n\r\n"},
        {"bare LF behind the data", "3\r\nabc\n0\r\n\r\n"},
        {"bare CR behind the data", "3\r\nabc\r0\r\n\r\n"},
        {"more data than announced", "3\r\nabcd\r\n0\r\n\r\n"},
        {"less data than announced", "3\r\nab\r\n0\r\n\r\n"},
        {"no CRLF behind the data", "3\r\nabc0\r\n\r\n"},
        {"nine digits", "000000003\r\nabc\r\n0\r\n\r\n"},
        {"seventeen digits that overflow to three", "10000000000000003\r\nabc\r\n0\r\n\r\n"},
        {"negative size", "-3\r\nabc\r\n0\r\n\r\n"},
        {"signed size", "+3\r\nabc\r\n0\r\n\r\n"},
        {"0x before the size", "0x3\r\nabc\r\n0\r\n\r\n"},
        {"blank before the size", " 3\r\nabc\r\n0\r\n\r\n"},
        {"blank behind the size", "3 \r\nabc\r\n0\r\n\r\n"},
        {"tab behind the size", "3\t\r\nabc\r\n0\r\n\r\n"},
        {"extension", "3;a=b\r\nabc\r\n0\r\n\r\n"},
        {"extension without a name", "3;\r\nabc\r\n0\r\n\r\n"},
        {"extension of the last chunk", "3\r\nabc\r\n0;a\r\n\r\n"},
        {"extension with a bare LF", "3;\nabc\r\n0\r\n\r\n"},
        {"not hexadecimal", "g\r\nabc\r\n0\r\n\r\n"},
        {"underscore in the size", "0_3\r\nabc\r\n0\r\n\r\n"},
        {"bare LF ends the body", "0\r\n\n"},
        {"bare CR ends the body", "0\r\n\rX"},
        {"bare LF behind a trailer", "0\r\nA: b\n\r\n"},
        {"bare CR in a trailer", "0\r\nA: b\rc\r\n\r\n"},
        {"folded trailer", "0\r\nA: b\r\n c\r\n\r\n"},
        {"trailer without a name", "0\r\n: b\r\n\r\n"},
        {"trailer without a colon", "0\r\nGET\r\n\r\n"},
        {"a request for a trailer", "0\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"},
        {"blank before the colon of a trailer", "0\r\nA : b\r\n\r\n"},
        {"control character in a trailer", "0\r\nA: \x01\r\n\r\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t len_bytes = strlen(cases[i].coded);
        for (size_t step = 1; step <= len_bytes; step++)
            if (decode(cases[i].coded, len_bytes, step).rc != -EPROTO)
                fail_msg("%s: not refused in pieces of %zu", cases[i].name, step);
    }
    assert_int_equal(decode("\0003\r\nabc\r\n0\r\n\r\n", 13, 13).rc, -EPROTO);
}

static void stays_refused(void **state)
{
    struct sc_chunked chunked = {.state = 0};
    size_t used;
    (void)state;
    assert_int_equal(sc_chunked_parse(&chunked, "x", 1, &used), -EPROTO);
    assert_int_equal(sc_chunked_parse(&chunked, "0\r\n\r\n", 5, &used), -EPROTO);
    assert_int_equal(used, 0);
}

static void takes_a_kibibyte_of_trailers_and_no_more(void **state)
{
    char coded[2048];
    (void)state;
    for (int extra = 0; extra <= 1; extra++) {
        /* "T: " + value + CRLF are 1024 bytes, or one more */
        int n = snprintf(coded, sizeof coded, "0\r\nT: %0*d\r\n\r\n", 1024 - 5 + extra, 0);
        assert_int_equal(decode(coded, (size_t)n, 7).rc, extra ? -EPROTO : -ENODATA);
    }
}

static void takes_the_largest_size_of_eight_digits(void **state)
{
    struct sc_chunked chunked = {.state = 0};
    size_t used;
    (void)state;
    assert_int_equal(sc_chunked_parse(&chunked, "ffffffff\r\n", 10, &used), 0);
    assert_int_equal(chunked.left_bytes, 0xffffffff);
    assert_int_equal(used, 10);
    assert_int_equal(sc_chunked_parse(&chunked, "abc", 3, &used), 0);
    assert_int_equal(used, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_bodies_whatever_the_pieces),
        cmocka_unit_test(leaves_what_follows_the_body_alone),
        cmocka_unit_test(waits_at_every_byte_before_the_end),
        cmocka_unit_test(refuses_malformed_framing),
        cmocka_unit_test(stays_refused),
        cmocka_unit_test(takes_a_kibibyte_of_trailers_and_no_more),
        cmocka_unit_test(takes_the_largest_size_of_eight_digits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
