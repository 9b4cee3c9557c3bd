/* SPDX-License-Identifier: MIT */
#include "http/request.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/hex.h"

#define ROW_MAX_BYTES   32768
#define SMALL_ROW_BYTES 1024
#define CANARY          "GET /canary HTTP/1.1\r\nHost: localhost\r\n\r\n"

static struct sc_request request;

/* A row of tests/data/requests.txt, which says what its columns mean. */
struct row {
    const char *verdict, *name;
    char bytes[ROW_MAX_BYTES + sizeof CANARY];
    size_t len_bytes;
};

static char decode_escape(const char **at)
{
    const char *code = *at + 1;
    *at += code[0] == 'x' ? 4 : 2;
    switch (code[0]) {
    case 'r':
        return '\r';
    case 'n':
        return '\n';
    case 't':
        return '\t';
    case 'x':
        return (char)(sc_hex_value(code[1]) * 16 + sc_hex_value(code[2]));
    default:
        return code[0];
    }
}

/* Decodes up to the end or the '}' that closes a repetition. */
static void decode(struct row *row, const char **at)
{
    while (**at && **at != '}') {
        assert_true(row->len_bytes < ROW_MAX_BYTES);
        if (**at == '{') {
            const char *text;
            char *star;
            unsigned long n = strtoul(*at + 1, &star, 10);
            assert_int_equal(*star, '*');
            while (n--) {
                text = star + 1;
                decode(row, &text);
            }
            assert_int_equal(*text, '}');
            *at = text + 1;
        } else {
            row->bytes[row->len_bytes] = **at == '\\' ? decode_escape(at) : *(*at)++;
            row->len_bytes++;
        }
    }
}

static struct row *row_of(char *line)
{
    static struct row row;
    char *name = strstr(line, " | "), *bytes = name ? strstr(name + 3, " | ") : NULL;
    if (!bytes)
        fail_msg("'%s' is no row", line);
    *name = *bytes = '\0';
    row = (struct row){.verdict = line, .name = name + 3};
    const char *at = bytes + 3;
    decode(&row, &at);
    return &row;
}

static void for_each_row(void (*check)(struct row *row), unsigned least)
{
    const char *folder = getenv("TEST_DATA");
    char path[4096], line[4096];
    unsigned n = 0;
    (void)snprintf(path, sizeof path, "%s/requests.txt", folder ? folder : "tests/data");
    FILE *file = fopen(path, "re");
    if (!file)
        fail_msg("cannot open %s", path);
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        if (line[0] == '#' || line[0] == '\0')
            continue;
        check(row_of(line));
        n++;
    }
    (void)fclose(file); /* read-only */
    assert_true(n >= least);
}

static bool is_lawful(const struct row *row)
{
    return row->verdict[0] < '0' || row->verdict[0] > '9';
}

/* Parses a copy that ends where the bytes end, so that a sanitizer sees the first one too many. */
static int parse_exactly(const char *bytes, size_t len_bytes, const char **out_reason)
{
    char *copy = malloc(len_bytes ? len_bytes : 1);
    assert_non_null(copy);
    memcpy(copy, bytes, len_bytes);
    int rc = sc_request_parse(copy, len_bytes, &request, out_reason);
    free(copy);
    return rc;
}

static void check_verdict(struct row *row)
{
    const char *reason = NULL;
    int rc = parse_exactly(row->bytes, row->len_bytes, &reason);
    int expected = is_lawful(row) ? 0 : -(int)strtol(row->verdict, NULL, 10);
    if (rc != expected)
        fail_msg("%s: %d (%s)", row->name, rc, reason ? reason : "no reason");
    if (rc && !reason)
        fail_msg("%s: no reason", row->name);
    if (strcmp(row->verdict, "body") == 0 || rc)
        return;
    if (request.head_bytes != row->len_bytes)
        fail_msg("%s: %zu bytes instead of %zu", row->name, request.head_bytes, row->len_bytes);
    if (request.is_keep_alive != (strcmp(row->verdict, "ok") == 0))
        fail_msg("%s: keep-alive is wrong", row->name);
}

static void the_table_s_verdicts_hold(void **state)
{
    (void)state;
    for_each_row(check_verdict, 260);
}

/* Every split of small rows; of large ones those near the ends and some between. */
static size_t next_split(const struct row *row, size_t n)
{
    bool is_far_from_ends = n > SMALL_ROW_BYTES / 2 && n + SMALL_ROW_BYTES / 2 < row->len_bytes;
    return n + (is_far_from_ends ? 61 : 1);
}

static void check_splits(struct row *row)
{
    int whole = parse_exactly(row->bytes, row->len_bytes, NULL), rc = -EAGAIN;
    size_t head_bytes = whole ? SIZE_MAX : request.head_bytes;
    for (size_t n = 0; n < row->len_bytes; n = next_split(row, n)) {
        int before = rc;
        rc = parse_exactly(row->bytes, n, NULL);
        bool is_too_early = whole == 0 && rc != (n < head_bytes ? -EAGAIN : 0);
        bool is_other = rc != -EAGAIN && rc != whole;
        bool is_undecided_again = before != -EAGAIN && rc != before;
        if (is_too_early || is_other || is_undecided_again)
            fail_msg("%s: %d behind %zu bytes, %d as a whole", row->name, rc, n, whole);
    }
}

static void no_verdict_depends_on_how_bytes_are_split(void **state)
{
    (void)state;
    for_each_row(check_splits, 260);
}

static void check_canary(struct row *row)
{
    int alone = parse_exactly(row->bytes, row->len_bytes, NULL);
    size_t head_bytes = alone ? 0 : request.head_bytes;
    memcpy(row->bytes + row->len_bytes, CANARY, sizeof CANARY - 1);
    int followed = parse_exactly(row->bytes, row->len_bytes + sizeof CANARY - 1, NULL);
    if (followed != alone || (alone == 0 && request.head_bytes != head_bytes))
        fail_msg("%s: %d alone, %d when followed", row->name, alone, followed);
}

static void no_verdict_depends_on_what_follows(void **state)
{
    (void)state;
    for_each_row(check_canary, 260);
}

static void check_body(struct row *row)
{
    if (strcmp(row->verdict, "body") != 0)
        return;
    assert_int_equal(parse_exactly(row->bytes, row->len_bytes, NULL), 0);
    struct sc_chunked chunked = {.state = 0};
    size_t at = request.head_bytes, used;
    int rc = -EAGAIN;
    while (at < row->len_bytes && (rc == 0 || rc == -EAGAIN)) {
        rc = sc_chunked_parse(&chunked, row->bytes + at, row->len_bytes - at, &used);
        at += used + chunked.left_bytes * (rc == 0);
        chunked.left_bytes = 0;
    }
    if (rc != -EPROTO)
        fail_msg("%s: %d", row->name, rc);
}

static void the_table_s_bodies_are_malformed(void **state)
{
    (void)state;
    for_each_row(check_body, 260);
}

static void parse(const char *head)
{
    const char *reason = NULL;
    int rc = sc_request_parse(head, strlen(head), &request, &reason);
    if (rc)
        fail_msg("%d (%s) for\n%s", rc, reason, head);
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
          "Accept: image/avif,image/webp,*/*;q=0.8\r\nX-Empty:\r\nX-Blanks:  \t a b \t\r\n"
          "accept: second\r\n\r\n");
    assert_int_equal(request.method, SC_METHOD_GET);
    assert_text(request.method_text, "GET");
    assert_text(request.path, "/plot.mjpg");
    assert_text(request.query, "fps=5&w=%20");
    assert_text(request.host, "localhost:8080");
    assert_int_equal(request.minor_version, 1);
    assert_true(request.is_keep_alive);
    assert_false(request.is_chunked || request.has_length || request.wants_continue);
    assert_int_equal(request.n_fields, 5);
    assert_text(sc_request_field(&request, "accept"), "image/avif,image/webp,*/*;q=0.8");
    assert_int_equal(sc_request_count(&request, "accept"), 2);
    assert_text(sc_request_field(&request, "x-empty"), "");
    assert_text(sc_request_field(&request, "x-blanks"), "a b");
    assert_null(sc_request_field(&request, "x-absent").data);
    assert_int_equal(sc_request_count(&request, "x-absent"), 0);
}

static void tells_methods_apart(void **state)
{
    static const struct {
        const char *text;
        enum sc_method method;
    } cases[] = {
        {"GET", SC_METHOD_GET},
        {"HEAD", SC_METHOD_HEAD},
        {"PUT", SC_METHOD_PUT},
        {"POST", SC_METHOD_POST},
        {"DELETE", SC_METHOD_DELETE},
        {"OPTIONS", SC_METHOD_OPTIONS},
        {"get", SC_METHOD_OTHER},
        {"GETS", SC_METHOD_OTHER},
        {"G", SC_METHOD_OTHER},
        {"PATCH", SC_METHOD_OTHER},
        {"TRACE", SC_METHOD_OTHER},
        {"connect", SC_METHOD_OTHER},
        {"!#$%&'*+-.^_`|~", SC_METHOD_OTHER},
        {"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345", SC_METHOD_OTHER},
    };
    char head[200];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void)snprintf(head, sizeof head, "%s / HTTP/1.1\r\nHost: x\r\n\r\n", cases[i].text);
        parse(head);
        assert_int_equal(request.method, cases[i].method);
        assert_text(request.method_text, cases[i].text);
    }
}

static void takes_targets_apart(void **state)
{
    static const struct {
        const char *head, *path, *query;
    } cases[] = {
        {"GET / HTTP/1.1\r\nHost: h\r\n\r\n", "/", NULL},
        {"GET /? HTTP/1.1\r\nHost: h\r\n\r\n", "/", ""},
        {"GET /a/b.jpg?c?d=/e HTTP/1.1\r\nHost: h\r\n\r\n", "/a/b.jpg", "c?d=/e"},
        {"GET //h/a HTTP/1.1\r\nHost: h\r\n\r\n", "//h/a", NULL},
        {"OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", "*", NULL},
        {"OPTIONS http://h HTTP/1.1\r\nHost: h\r\n\r\n", "*", NULL},
        {"OPTIONS http://h/ HTTP/1.1\r\nHost: h\r\n\r\n", "/", NULL},
        {"OPTIONS http://h?a HTTP/1.1\r\nHost: h\r\n\r\n", "/", "a"},
        {"GET http://h HTTP/1.1\r\nHost: h\r\n\r\n", "/", NULL},
        {"GET http://h?a=http://x/ HTTP/1.1\r\nHost: h\r\n\r\n", "/", "a=http://x/"},
        {"GET http://h/a?b HTTP/1.1\r\nHost: h\r\n\r\n", "/a", "b"},
        {"GET https://h/a HTTP/1.0\r\n\r\n", "/a", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        parse(cases[i].head);
        assert_text(request.path, cases[i].path);
        assert_text(request.host, "h");
        if (cases[i].query)
            assert_text(request.query, cases[i].query);
        else
            assert_null(request.query.data);
    }
}

static void an_old_request_may_lack_a_host(void **state)
{
    (void)state;
    parse("GET /?action=stream HTTP/1.0\r\n\r\n");
    assert_null(request.host.data);
    assert_int_equal(request.minor_version, 0);
    assert_false(request.is_keep_alive);
}

static void tells_how_the_body_is_framed(void **state)
{
    static const struct {
        const char *fields;
        bool has_length, is_chunked, wants_continue;
        uint64_t length_bytes;
    } cases[] = {
        {"", false, false, false, 0},
        {"Content-Length: 0\r\n", true, false, false, 0},
        {"Content-Length: 7\r\n", true, false, false, 7},
        {"content-LENGTH:\t7 \r\n", true, false, false, 7},
        {"Content-Length: 9223372036854775807\r\n", true, false, false, INT64_MAX},
        {"Transfer-Encoding: chunked\r\n", false, true, false, 0},
        {"transfer-ENCODING:chunked \t\r\n", false, true, false, 0},
        {"Expect: 100-continue\r\nContent-Length: 7\r\n", true, false, true, 7},
        {"Expect: 100-Continue\r\nTransfer-Encoding: chunked\r\n", false, true, true, 0},
        {"Expect: 100-continue\r\nContent-Length: 0\r\n", true, false, false, 0},
        {"Expect: 100-continue\r\n", false, false, false, 0},
        {"Content_Length: 7\r\nX-Transfer-Encoding: chunked\r\n", false, false, false, 0},
    };
    char head[400];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        (void)snprintf(head, sizeof head, "PUT /a HTTP/1.1\r\nHost: h\r\n%s\r\n", cases[i].fields);
        parse(head);
        assert_int_equal(request.has_length, cases[i].has_length);
        assert_int_equal(request.is_chunked, cases[i].is_chunked);
        assert_int_equal(request.wants_continue, cases[i].wants_continue);
        assert_int_equal(request.length_bytes, cases[i].length_bytes);
    }
}

static void an_old_client_s_expect_is_ignored(void **state)
{
    (void)state;
    parse("PUT /a HTTP/1.0\r\nContent-Length: 7\r\nExpect: 100-continue\r\n\r\n");
    assert_false(request.wants_continue);
    parse("PUT /a HTTP/1.0\r\nContent-Length: 7\r\nExpect: miracles\r\n\r\n");
    assert_false(request.wants_continue);
}

static void the_body_begins_behind_the_head(void **state)
{
    (void)state;
    const char bytes[] = "\r\nPUT /a HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\n\r\n\r\nGET";
    parse(bytes);
    assert_string_equal(bytes + request.head_bytes, "\r\n\r\nGET");
}

static void what_is_out_is_untouched_on_failure(void **state)
{
    static struct sc_request before;
    const char *reason = "before";
    (void)state;
    memset(&before, 0x5a, sizeof before);
    request = before;
    assert_int_equal(sc_request_parse("GET / HT", 8, &request, &reason), -EAGAIN);
    assert_string_equal(reason, "before");
    assert_int_equal(sc_request_parse("GET / XX", 8, &request, &reason), -400);
    assert_memory_equal(&request, &before, sizeof before);
}

static void refuses_early_what_can_never_become_a_request(void **state)
{
    static const struct {
        const char *bytes;
        int rc;
    } cases[] = {
        {"\x16", -400},
        {"\r\r", -400},
        {"\n", -400},
        {" ", -400},
        {"{", -400},
        {"GET \t", -400},
        {"GET  ", -400},
        {"GET /\xff", -400},
        {"GET /a#", -400},
        {"GET / X", -400},
        {"GET / HTTP/2.0\r\n", -505},
        {"GET / HTTP/1.1\n", -400},
        {"GET * HTTP/1.1\r\n", -400},
        {"GET / HTTP/1.1\r\n\n", -400},
        {"GET / HTTP/1.1\r\nHost: h\n", -400},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        if (parse_exactly(cases[i].bytes, strlen(cases[i].bytes), NULL) != cases[i].rc)
            fail_msg("'%s'", cases[i].bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_table_s_verdicts_hold),
        cmocka_unit_test(no_verdict_depends_on_how_bytes_are_split),
        cmocka_unit_test(no_verdict_depends_on_what_follows),
        cmocka_unit_test(the_table_s_bodies_are_malformed),
        cmocka_unit_test(reads_a_browser_s_request),
        cmocka_unit_test(tells_methods_apart),
        cmocka_unit_test(takes_targets_apart),
        cmocka_unit_test(an_old_request_may_lack_a_host),
        cmocka_unit_test(tells_how_the_body_is_framed),
        cmocka_unit_test(an_old_client_s_expect_is_ignored),
        cmocka_unit_test(the_body_begins_behind_the_head),
        cmocka_unit_test(what_is_out_is_untouched_on_failure),
        cmocka_unit_test(refuses_early_what_can_never_become_a_request),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
