/* SPDX-License-Identifier: MIT */
#include "embed/answer.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "stillcast/err.h"

#define HEAD "HTTP/1.1 200 OK\r\n"

static const struct {
    const char *name, *text;
    int rc;
    struct sc_answer answer;
    size_t skip_bytes;
} cases[] = {
    {"an answer", HEAD "Content-Length: 2\r\n\r\nok", 0, {200, 38, 2, false}, 0},
    {"without a blank", HEAD "content-LENGTH:2\r\n\r\nok", 0, {200, 37, 2, false}, 0},
    {"more behind it", HEAD "Content-Length: 0\r\n\r\nok", 0, {200, 38, 0, false}, 0},
    {"the last one",
     HEAD "Connection: Close\r\nContent-Length: 0\r\n\r\n",
     0,
     {200, 57, 0, true},
     0},
    {"1.0", "HTTP/1.0 404 \r\nContent-Length: 0\r\n\r\n", 0, {404, 36, 0, true}, 0},
    {"100 first",
     "HTTP/1.1 100 Continue\r\n\r\n" HEAD "Content-Length: 0\r\n\r\n",
     0,
     {200, 38, 0, false},
     25},
    {"nothing", "", -EAGAIN, {0}, 0},
    {"half a head", HEAD "Content-Le", -EAGAIN, {0}, 0},
    {"half a body", HEAD "Content-Length: 3\r\n\r\nok", -EAGAIN, {0}, 0},
    {"no length", HEAD "\r\n", -EPROTO, {0}, 0},
    {"an empty length", HEAD "Content-Length: \r\n\r\n", -EPROTO, {0}, 0},
    {"a negative length", HEAD "Content-Length: -1\r\n\r\n", -EPROTO, {0}, 0},
    {"the longest body, half", HEAD "Content-Length: 65536\r\n\r\n", -EAGAIN, {0}, 0},
    {"too long a body", HEAD "Content-Length: 65537\r\n\r\n", -EMSGSIZE, {0}, 0},
    {"a length that overflows",
     HEAD "Content-Length: 99999999999999999999999\r\n\r\n",
     -EMSGSIZE,
     {0},
     0},
    {"chunked", HEAD "Transfer-Encoding: chunked\r\n\r\n", -EPROTO, {0}, 0},
    {"HTTP/2", "HTTP/2.0 200 OK\r\n\r\n", -EPROTO, {0}, 0},
    {"a status of letters", "HTTP/1.1 2x0 OK\r\n\r\n", -EPROTO, {0}, 0},
    {"a status of 600", "HTTP/1.1 600 OK\r\nContent-Length: 0\r\n\r\n", -EPROTO, {0}, 0},
    {"another protocol", "SSH-2.0-x\r\n\r\n", -EPROTO, {0}, 0},
    {"no status", "\r\n\r\n", -EPROTO, {0}, 0},
};

static void answers_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sc_answer answer = {0};
        size_t skip_bytes = 0;
        int rc = sc_answer_parse(cases[i].text, strlen(cases[i].text), &answer, &skip_bytes);
        bool is_same = rc == cases[i].rc && answer.status == cases[i].answer.status &&
                       answer.head_bytes == cases[i].answer.head_bytes &&
                       answer.body_bytes == cases[i].answer.body_bytes &&
                       answer.is_last == cases[i].answer.is_last &&
                       (rc < 0 || skip_bytes == cases[i].skip_bytes);
        if (!is_same)
            fail_msg("%s: %d, status %d, head %zu, body %zu, last %d, skipped %zu", cases[i].name,
                     rc, answer.status, answer.head_bytes, answer.body_bytes, answer.is_last,
                     skip_bytes);
    }
}

static void a_head_has_a_limit(void **state)
{
    static char head[SC_ANSWER_HEAD_BYTES + 1];
    struct sc_answer answer;
    size_t skip_bytes;
    (void)state;
    memset(head, 'x', sizeof head);
    assert_int_equal(sc_answer_parse(head, sizeof head - 1, &answer, &skip_bytes), -EAGAIN);
    assert_int_equal(sc_answer_parse(head, sizeof head, &answer, &skip_bytes), -EMSGSIZE);

    static const char start[] = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: ";
    memcpy(head, start, sizeof start - 1);
    memcpy(head + SC_ANSWER_HEAD_BYTES - 4, "\r\n\r\n", 4);
    assert_int_equal(sc_answer_parse(head, SC_ANSWER_HEAD_BYTES, &answer, &skip_bytes), 0);
    assert_int_equal(answer.head_bytes, SC_ANSWER_HEAD_BYTES);
    memcpy(head + SC_ANSWER_HEAD_BYTES - 4, "x\r\n\r\n", 5); /* all of it is there at once */
    assert_int_equal(sc_answer_parse(head, sizeof head, &answer, &skip_bytes), -EMSGSIZE);
}

static void viewers_are_read(void **state)
{
    static const struct {
        const char *body;
        int n;
    } said[] = {
        {"{\"name\":\"a\",\"viewers\":7}", 7},
        {"{\"viewers\":0}", 0},
        {"{\"viewers\":-1}", -EPROTO},
        {"{\"viewers\":2147483648}", -EPROTO},
        {"{\"viewers\":\"7\"}", -EPROTO},
        {"{}", -EPROTO},
        {"[7]", -EPROTO},
        {"<html>", -EPROTO},
        {"", -EPROTO},
    };
    (void)state;
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        assert_int_equal(sc_answer_n_viewers(said[i].body, strlen(said[i].body)), said[i].n);
}

static void refusals_keep_the_servers_sentence(void **state)
{
    static const char body[] = "{\"error\":{\"status\":403,\"text\":\"you may not\"}}";
    struct sc_err err = {0};
    (void)state;
    assert_int_equal(sc_answer_refusal(403, body, sizeof body - 1, &err), -EACCES);
    assert_string_equal(err.text, "you may not (403)");
    assert_int_equal(sc_answer_refusal(503, "busy", 4, &err), -EAGAIN);
    assert_string_equal(err.text, "the server refused (503)");
    assert_int_equal(sc_answer_refusal(413, "", 0, &err), -EMSGSIZE);
    assert_int_equal(sc_answer_refusal(415, "", 0, &err), -EBADMSG);
    assert_int_equal(sc_answer_refusal(405, "", 0, &err), -EPROTO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_read),
        cmocka_unit_test(a_head_has_a_limit),
        cmocka_unit_test(viewers_are_read),
        cmocka_unit_test(refusals_keep_the_servers_sentence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
