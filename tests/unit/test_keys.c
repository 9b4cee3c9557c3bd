/* SPDX-License-Identifier: MIT */
/* Keys, credentials, signed links and wrong guesses. */
#include "rights/keyring.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/own.h"
#include "rights/credential.h"
#include "rights/guesses.h"
#include "rights/link.h"

#define DIGITS                                                                                     \
    "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08" /* of "test" */

static int parse(const char *line, struct sc_key *key, struct sc_err *err)
{
    static char copy[4096];
    (void)snprintf(copy, sizeof copy, "%s", line);
    return sc_key_parse(copy, key, err);
}

static void a_line_is_understood_or_refused(void **state)
{
    static const struct {
        const char *line;
        int rc;
    } cases[] = {
        {"a " DIGITS " view=*", 0},
        {"  a\t" DIGITS "  view=x/*,y  publish=z metrics control=*  ", 0},
        {"a " DIGITS, 0},
        {"anybody - view=*", 0},
        {"a", -EINVAL},
        {"a - view=*", -EINVAL},
        {"anybody " DIGITS " view=*", -EINVAL},
        {"a sha256:9f view=*", -EINVAL},
        {"a sha256:9F86D081884C7D659A2FEAA0C55AD015A3BF4F1B2B0B822CD15D6C15B0F00A08", -EINVAL},
        {"a " DIGITS "0 view=*", -EINVAL},
        {"a md5:9f view=*", -EINVAL},
        {"a " DIGITS " watch=*", -EINVAL},
        {"a " DIGITS " view", -EINVAL},
        {"a " DIGITS " view=", -EINVAL},
        {"a " DIGITS " view=a,", -EINVAL},
        {"a " DIGITS " view=,a", -EINVAL},
        {"a " DIGITS " view=a view=b", -EINVAL},
        {"a " DIGITS " metrics=*", -EINVAL},
        {"a " DIGITS " view=a[b]", -EINVAL},
        {"a " DIGITS " view=a\\b", -EINVAL},
        {"a/b " DIGITS " view=*", -EINVAL},
        {"12345678901234567890123456789012 " DIGITS, 0},
        {"123456789012345678901234567890123 " DIGITS, -EINVAL},
        {"a " DIGITS " view=1234567890123456789012345678901234567890123456789012345678901234", 0},
        {"a " DIGITS " view=12345678901234567890123456789012345678901234567890123456789012345",
         -EINVAL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sc_key key;
        struct sc_err err = {0};
        int rc = parse(cases[i].line, &key, &err);
        if (rc != cases[i].rc)
            fail_msg("%s: %d (%s)", cases[i].line, rc, err.text);
        if (strstr(err.text, "9f86d081"))
            fail_msg("%s: the sentence has the secret", cases[i].line);
    }
}

static void a_key_may_what_its_patterns_say(void **state)
{
    static const struct {
        enum sc_right right;
        const char *stream;
        bool may;
    } cases[] = {
        {SC_RIGHT_VIEW, "lobby", true},      {SC_RIGHT_VIEW, "lobby2", false},
        {SC_RIGHT_VIEW, "front/door", true}, {SC_RIGHT_VIEW, "front/a/b", true},
        {SC_RIGHT_VIEW, "front", false},     {SC_RIGHT_VIEW, "Lobby", false},
        {SC_RIGHT_VIEW, NULL, false},        {SC_RIGHT_PUBLISH, "lobby", true},
        {SC_RIGHT_PUBLISH, "any", true},     {SC_RIGHT_PUBLISH, NULL, true},
        {SC_RIGHT_CONTROL, "lobby", false},  {SC_RIGHT_METRICS, NULL, true},
        {SC_RIGHT_UNNAMED, "lobby", false},  {SC_RIGHT_PUBLIC, "lobby", false},
    };
    struct sc_key key;
    char line[] = "a " DIGITS " view=lobby,front/* publish=x?,*,any metrics";
    assert_int_equal(sc_key_parse(line, &key, NULL), 0);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool may = sc_key_may(&key, cases[i].right, cases[i].stream);
        if (may != cases[i].may)
            fail_msg("right %d, %s", cases[i].right, cases[i].stream ? cases[i].stream : "all");
    }
}

static struct sc_keys *keys_of(const char *text, int expected)
{
    struct sc_keys *keys = NULL;
    struct sc_err err = {0};
    char *copy = strdup(text);
    int rc = sc_keys_parse(&copy, &keys, &err);
    if (rc != expected)
        fail_msg("%s: %d (%s)", text, rc, err.text);
    assert_null(copy);
    return keys;
}

static void a_file_is_taken_wholly_or_not_at_all(void **state)
{
    struct sc_keys *keys =
        keys_of("# two\n\na " DIGITS " view=*\n  # more\nb sha256:"
                "0000000000000000000000000000000000000000000000000000000000000000"
                " metrics",
                0);
    assert_int_equal(keys->n, 2);
    assert_string_equal(sc_keys_find(keys, "b")->id, "b");
    assert_null(sc_keys_find(keys, "c"));
    assert_string_equal(sc_keys_match(keys, sc_text_of("test"))->id, "a");
    assert_null(sc_keys_match(keys, sc_text_of("Test")));
    assert_null(sc_keys_match(keys, sc_text_of("")));
    sc_keys_unref(&keys);
    (void)keys_of("", -EINVAL);
    (void)keys_of("# nothing\n", -EINVAL);
    (void)keys_of("a " DIGITS "\na " DIGITS "\n", -EINVAL);
    (void)keys_of("a " DIGITS "\nb c\n", -EINVAL);
}

static void there_may_be_a_thousand_keys_and_not_one_more(void **state)
{
    for (size_t n = SC_KEYS_MAX; n <= SC_KEYS_MAX + 1; n++) {
        char *text = calloc(n, 128), *at = text;
        for (size_t i = 0; i < n; i++)
            at += snprintf(at, 128, "k%zu " DIGITS " view=*\n", i);
        struct sc_keys *keys = keys_of(text, n > SC_KEYS_MAX ? -EINVAL : 0);
        assert_int_equal(keys ? keys->n : 0, n > SC_KEYS_MAX ? 0 : SC_KEYS_MAX);
        sc_keys_unref(&keys);
        free(text);
    }
}

static void anybody_has_no_token(void **state)
{
    struct sc_keys *keys = keys_of("anybody - view=*\n", 0);
    assert_null(sc_keys_match(keys, sc_text_of("")));
    assert_null(sc_keys_match(keys, sc_text_of("-")));
    sc_keys_unref(&keys);
}

/* --- Authorization --- */

static void authorization_is_read_strictly(void **state)
{
    static const struct {
        const char *fields;
        int rc;
        const char *user, *secret;
    } cases[] = {
        {"", -ENOENT, NULL, NULL},
        {"Authorization: Basic YTpi\r\n", 0, "a", "b"},
        {"authorization: bASIC   YTpi  \r\n", 0, "a", "b"},
        {"Authorization: Basic YTpiOmM=\r\n", 0, "a", "b:c"},
        {"Authorization: Basic Og==\r\n", 0, "", ""},
        {"Authorization: Basic YTpiOmM\r\n", -EINVAL, NULL, NULL},
        {"Authorization: Basic YTpiOmN=\r\n", -EINVAL, NULL, NULL}, /* bits behind the end */
        {"Authorization: Basic YT=i\r\n", -EINVAL, NULL, NULL},
        {"Authorization: Basic YQ==\r\n", -EINVAL, NULL, NULL}, /* no colon */
        {"Authorization: Basic YTp-\r\n", -EINVAL, NULL, NULL},
        {"Authorization: Basic YToA\r\n", -EINVAL, NULL, NULL}, /* a NUL */
        {"Authorization: Basic\r\n", -EINVAL, NULL, NULL},
        {"Authorization: Basic \r\n", -EINVAL, NULL, NULL},
        {"Authorization: Bearer x.y-z\r\n", 0, "", "x.y-z"},
        {"Authorization: Bearer \r\n", -EINVAL, NULL, NULL},
        {"Authorization: Digest x\r\n", -EINVAL, NULL, NULL},
        {"Authorization: Basic YTpi\r\nAuthorization: Basic YTpi\r\n", -EINVAL, NULL, NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char head[512];
        struct sc_request request;
        struct sc_credential c;
        int n = snprintf(head, sizeof head, "GET / HTTP/1.1\r\nHost: x\r\n%s\r\n", cases[i].fields);
        assert_int_equal(sc_request_parse(head, (size_t)n, &request, NULL), 0);
        int rc = sc_credential_read(&request, &c);
        if (rc != cases[i].rc)
            fail_msg("%s: %d", cases[i].fields, rc);
        if (rc < 0)
            continue;
        assert_string_equal(c.user, cases[i].user);
        assert_int_equal(c.secret.len_bytes, strlen(cases[i].secret));
        assert_memory_equal(c.secret.data, cases[i].secret, c.secret.len_bytes);
        sc_credential_wipe(&c);
    }
}

/* --- links --- */

static const time_t now = 1700000000;

static int check_text(const struct sc_keys *keys, const char *query, size_t len, const char *stream,
                      time_t at)
{
    struct sc_link link;
    int rc = sc_link_read((struct sc_text){query, len}, &link);
    const struct sc_key *key = rc == 0 ? sc_keys_find(keys, link.key_id) : NULL;
    return rc < 0 ? rc : sc_link_check(&link, key, stream, at);
}

static void a_link_is_good_until_its_last_second(void **state)
{
    struct sc_keys *keys = keys_of("a " DIGITS " view=*\n", 0);
    char query[SC_LINK_BYTES];
    assert_int_equal(sc_link_write(&keys->all[0], "lobby", now + 60, query), 0);
    size_t n = strlen(query);
    assert_int_equal(check_text(keys, query, n, "lobby", now), 0);
    assert_int_equal(check_text(keys, query, n, "lobby", now + 60), 0);
    assert_int_equal(check_text(keys, query, n, "lobby", now + 61), -ETIMEDOUT);
    assert_int_equal(check_text(keys, query, n, "lobby", now + 60 - SC_LINK_MOST_S), 0);
    assert_int_equal(check_text(keys, query, n, "lobby", now + 59 - SC_LINK_MOST_S), -ETIMEDOUT);
    assert_int_equal(check_text(keys, query, n, "lobb", now), -EACCES);
    sc_keys_unref(&keys);
}

static void a_link_with_any_bit_flipped_is_nothing(void **state)
{
    struct sc_keys *keys = keys_of("a " DIGITS " view=*\n", 0);
    char query[SC_LINK_BYTES];
    assert_int_equal(sc_link_write(&keys->all[0], "lobby", now + 60, query), 0);
    size_t n = strlen(query);
    for (size_t bit = 0; bit < n * 8; bit++) {
        query[bit / 8] = (char)(query[bit / 8] ^ 1 << bit % 8);
        if (check_text(keys, query, n, "lobby", now) == 0)
            fail_msg("bit %zu: %s", bit, query);
        query[bit / 8] = (char)(query[bit / 8] ^ 1 << bit % 8);
    }
    assert_int_equal(check_text(keys, query, n, "lobby", now), 0);
    sc_keys_unref(&keys);
}

static void parts_of_two_links_do_not_make_a_third(void **state)
{
    struct sc_keys *keys =
        keys_of("a " DIGITS " view=*\nb sha256:"
                "1111111111111111111111111111111111111111111111111111111111111111"
                " view=*\nanybody - view=*\n",
                0);
    struct sc_link one, other;
    char query[SC_LINK_BYTES];
    assert_int_equal(sc_link_write(&keys->all[0], "lobby", now + 60, query), 0);
    assert_int_equal(sc_link_read(sc_text_of(query), &one), 0);
    assert_int_equal(sc_link_write(&keys->all[1], "lobby", now + 61, query), 0);
    assert_int_equal(sc_link_read(sc_text_of(query), &other), 0);
    struct sc_link mixed = one;
    mixed.ends_s = other.ends_s;
    assert_int_equal(sc_link_check(&mixed, &keys->all[0], "lobby", now), -EACCES);
    assert_int_equal(sc_link_check(&one, &keys->all[1], "lobby", now), -EACCES);
    assert_int_equal(sc_link_check(&other, &keys->all[0], "lobby", now), -EACCES);
    assert_int_equal(sc_link_check(&one, &keys->all[2], "lobby", now), -EACCES);
    assert_int_equal(sc_link_check(&one, NULL, "lobby", now), -EACCES);
    assert_int_equal(sc_link_check(&one, &keys->all[0], "lobby", now), 0);
    sc_keys_unref(&keys);
}

/* What is compared when there is no such key is made of zeros, which everybody has. */
static void a_link_of_no_key_is_nothing_whoever_signs(void **state)
{
    struct sc_key stranger = {.id = "a"};
    struct sc_keys *keys = keys_of("anybody - view=*\n", 0);
    struct sc_link link;
    char query[SC_LINK_BYTES];
    assert_int_equal(sc_link_write(&stranger, "lobby", now + 60, query), 0);
    assert_int_equal(sc_link_read(sc_text_of(query), &link), 0);
    assert_int_equal(sc_link_check(&link, &stranger, "lobby", now), 0);
    assert_int_equal(sc_link_check(&link, NULL, "lobby", now), -EACCES);
    memcpy(stranger.id, SC_KEY_ANYBODY, sizeof SC_KEY_ANYBODY);
    assert_int_equal(sc_link_write(&stranger, "lobby", now + 60, query), 0);
    assert_int_equal(sc_link_read(sc_text_of(query), &link), 0);
    assert_int_equal(sc_link_check(&link, &keys->all[0], "lobby", now), -EACCES);
    sc_keys_unref(&keys);
}

static void a_query_that_says_a_thing_twice_or_not_is_no_link(void **state)
{
    static const struct {
        const char *query;
        int rc;
    } cases[] = {
        {"", -ENOENT},
        {"key=a&exp=17", -ENOENT},
        {"key=a&exp=17&sig=x", 0},
        {"x=1&sig=x&y&exp=17&key=a&", 0},
        {"key=a&sig=x", -EINVAL},
        {"exp=17&sig=x", -EINVAL},
        {"key=a&exp=17&sig=", -EINVAL},
        {"key=a&exp=17&sig", -EINVAL},
        {"key=a&key=a&exp=17&sig=x", -EINVAL},
        {"key=a&exp=17&exp=18&sig=x", -EINVAL},
        {"key=a&exp=17&sig=x&sig=x", -EINVAL},
        {"key=a&exp=017&sig=x", -EINVAL},
        {"key=a&exp=-17&sig=x", -EINVAL},
        {"key=a&exp=17x&sig=x", -EINVAL},
        {"key=a&exp=99999999999&sig=x", 0},
        {"key=a&exp=999999999999&sig=x", -EINVAL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct sc_link link;
        int rc = sc_link_read(sc_text_of(cases[i].query), &link);
        if (rc != cases[i].rc)
            fail_msg("%s: %d", cases[i].query, rc);
    }
}

/* --- guesses --- */

static struct sc_address v4(uint32_t number)
{
    struct sc_address address = {.family = AF_INET};
    memcpy(address.bytes, &number, sizeof number);
    return address;
}

static void ten_wrong_guesses_a_minute_and_no_more(void **state)
{
    struct sc_guesses *guesses = NULL;
    struct sc_address bad = v4(0x0a000001), other = v4(0x0a000002);
    assert_int_equal(sc_guesses_create(&guesses), 0);
    for (int i = 0; i < SC_GUESSES_MOST; i++)
        assert_false(sc_guesses_note(guesses, &bad, SC_NS_PER_S));
    assert_true(sc_guesses_note(guesses, &bad, 60 * SC_NS_PER_S));
    assert_false(sc_guesses_note(guesses, &other, 60 * SC_NS_PER_S));
    assert_false(sc_guesses_note(guesses, &bad, 61 * SC_NS_PER_S));
    sc_guesses_destroy(&guesses);
}

static void what_was_right_is_no_guess(void **state)
{
    struct sc_guesses *guesses = NULL;
    struct sc_address one = v4(0x0a000001);
    assert_int_equal(sc_guesses_create(&guesses), 0);
    sc_guesses_forgive(guesses, &one);
    assert_int_equal(sc_guesses_count(guesses, &one), 0);
    for (unsigned i = 1; i <= SC_GUESSES_MOST; i++) {
        assert_false(sc_guesses_note(guesses, &one, SC_NS_PER_S));
        assert_int_equal(sc_guesses_count(guesses, &one), i);
    }
    sc_guesses_forgive(guesses, &one);
    assert_false(sc_guesses_note(guesses, &one, SC_NS_PER_S));
    assert_true(sc_guesses_note(guesses, &one, SC_NS_PER_S));
    sc_guesses_destroy(&guesses);
}

static void an_address_is_remembered_among_thousands(void **state)
{
    struct sc_guesses *guesses = NULL;
    struct sc_address bad = v4(0x0a000001);
    assert_int_equal(sc_guesses_create(&guesses), 0);
    for (uint32_t i = 0; i < 1000; i++) {
        struct sc_address one = v4(0x0b000000 + i);
        assert_false(sc_guesses_note(guesses, &one, SC_NS_PER_S + i));
    }
    for (int i = 0; i < SC_GUESSES_MOST; i++)
        assert_false(sc_guesses_note(guesses, &bad, 2 * SC_NS_PER_S));
    assert_true(sc_guesses_note(guesses, &bad, 3 * SC_NS_PER_S));
    sc_guesses_destroy(&guesses);
}

static void ipv6_counts_by_its_network(void **state)
{
    struct sc_guesses *guesses = NULL;
    struct sc_address all = {.family = AF_INET6};
    assert_int_equal(sc_guesses_create(&guesses), 0);
    for (uint8_t i = 0; i < SC_GUESSES_MOST; i++) {
        all.bytes[15] = i;
        assert_false(sc_guesses_note(guesses, &all, SC_NS_PER_S));
    }
    assert_true(sc_guesses_note(guesses, &all, SC_NS_PER_S));
    all.bytes[7] = 1;
    assert_false(sc_guesses_note(guesses, &all, SC_NS_PER_S));
    sc_guesses_destroy(&guesses);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_understood_or_refused),
        cmocka_unit_test(a_key_may_what_its_patterns_say),
        cmocka_unit_test(a_file_is_taken_wholly_or_not_at_all),
        cmocka_unit_test(there_may_be_a_thousand_keys_and_not_one_more),
        cmocka_unit_test(anybody_has_no_token),
        cmocka_unit_test(authorization_is_read_strictly),
        cmocka_unit_test(a_link_is_good_until_its_last_second),
        cmocka_unit_test(a_link_with_any_bit_flipped_is_nothing),
        cmocka_unit_test(parts_of_two_links_do_not_make_a_third),
        cmocka_unit_test(a_link_of_no_key_is_nothing_whoever_signs),
        cmocka_unit_test(a_query_that_says_a_thing_twice_or_not_is_no_link),
        cmocka_unit_test(ten_wrong_guesses_a_minute_and_no_more),
        cmocka_unit_test(what_was_right_is_no_guess),
        cmocka_unit_test(an_address_is_remembered_among_thousands),
        cmocka_unit_test(ipv6_counts_by_its_network),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
