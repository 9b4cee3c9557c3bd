/* SPDX-License-Identifier: MIT */
/* Nobody learns from the time that it takes how much of a secret is right. It is not measured but
 * proved: each question is asked in a process that is run one instruction after the other, and the
 * instructions must be the same ones, in the same order, however much of the secret was guessed. No
 * other load on the machine can change that, and none can hide a leak. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/digest.h"
#include "rights/keyring.h"
#include "rights/link.h"

#define HEX_CHARS (2 * SC_DIGEST_BYTES)
#define FNV_PRIME 0x100000001b3U

static const time_t now = 1700000000;

/* Where a process has been: of each instruction its address, in order. */
struct trace {
    unsigned long n;
    uint64_t hash;
};

static void be_traced(void (*ask)(const void *), const void *question)
{
    (void)ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    (void)raise(SIGSTOP);
    ask(question);
    (void)raise(SIGUSR1);
    _exit(0);
}

/* Returns: the signal that stopped the child. */
static int wait_for_stop(pid_t child)
{
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSTOPPED(status));
    return WSTOPSIG(status);
}

static void step(pid_t child)
{
    assert_return_code(ptrace(PTRACE_SINGLESTEP, child, NULL, NULL), errno);
}

static struct trace trace(void (*ask)(const void *), const void *question)
{
    struct trace way = {0};
    pid_t child = fork();
    assert_return_code(child, errno);
    if (child == 0)
        be_traced(ask, question);
    assert_int_equal(wait_for_stop(child), SIGSTOP);
    for (step(child); wait_for_stop(child) == SIGTRAP; step(child)) {
        siginfo_t told = {0};
        assert_return_code(ptrace(PTRACE_GETSIGINFO, child, NULL, &told), errno);
        way.hash = (way.hash ^ (uint64_t)(uintptr_t)told.si_addr) * FNV_PRIME;
        way.n++;
    }
    assert_return_code(kill(child, SIGKILL), errno);
    assert_int_equal(waitpid(child, NULL, 0), child);
    return way;
}

static bool is_same(struct trace one, struct trace other)
{
    return one.n == other.n && one.hash == other.hash;
}

/* The way of a first question, once what is made at the first time only is there. */
static struct trace first(void (*ask)(const void *), const void *question)
{
    ask(question);
    return trace(ask, question);
}

/* --- two digests --- */

struct pair {
    uint8_t one[SC_DIGEST_BYTES], other[SC_DIGEST_BYTES];
};

static volatile bool answer; /* so that it is really asked */

static void compare(const void *question)
{
    const struct pair *pair = question;
    answer = sc_digest_equal(pair->one, pair->other, sizeof pair->one);
}

/* What memcmp may do. */
static void compare_until_they_differ(const void *question)
{
    const struct pair *pair = question;
    size_t n = 0;
    while (n < sizeof pair->one && pair->one[n] == pair->other[n])
        n++;
    answer = n == sizeof pair->one;
}

/* Two that are equal up to that byte; all of them: they are equal. */
static struct pair equal_up_to(size_t n_bytes)
{
    struct pair pair = {{0}, {0}};
    for (size_t i = 0; i < SC_DIGEST_BYTES; i++) {
        pair.one[i] = (uint8_t)(i * 37 + 5);
        pair.other[i] = (uint8_t)(pair.one[i] ^ (i < n_bytes ? 0 : 0x81));
    }
    return pair;
}

static void digests_are_compared_to_their_ends(void **state)
{
    struct pair pair = equal_up_to(0);
    struct trace way = first(compare, &pair);
    for (size_t n = 1; n <= SC_DIGEST_BYTES; n++) {
        pair = equal_up_to(n);
        if (!is_same(way, trace(compare, &pair)))
            fail_msg("%zu bytes are right", n);
        compare(&pair);
        assert_int_equal(answer, n == SC_DIGEST_BYTES);
    }
    print_message("# %lu instructions, the same ones for 33 pairs of digests\n", way.n);
}

static void a_compare_that_ends_early_is_found(void **state)
{
    struct pair pair = equal_up_to(0);
    struct trace way = first(compare_until_they_differ, &pair);
    for (size_t n = 1; n <= SC_DIGEST_BYTES; n += SC_DIGEST_BYTES - 1) {
        pair = equal_up_to(n);
        if (is_same(way, trace(compare_until_they_differ, &pair)))
            fail_msg("%zu bytes are right, and nothing was seen", n);
    }
}

/* --- tokens --- */

struct guess {
    struct sc_keys *keys;
    const char *token;
};

static void match(const void *question)
{
    const struct guess *guess = question;
    answer = sc_keys_match(guess->keys, sc_text_of(guess->token));
}

/* Keys of which the middle one's digest is that of "test", but for what comes behind so many
 * digits. */
static struct sc_keys *keys_like_test(size_t n_right)
{
    static const char digits[] = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    char mine[HEX_CHARS + 1], text[512];
    struct sc_keys *keys = NULL;
    for (size_t i = 0; i < HEX_CHARS; i++)
        mine[i] = (char)(i < n_right ? digits[i] : digits[i] == '0' ? '1' : '0');
    mine[HEX_CHARS] = '\0';
    (void)snprintf(text, sizeof text,
                   "a sha256:%064d view=*\nb sha256:%s view=*\nc sha256:%064d view=*\n", 1, mine,
                   2);
    char *copy = strdup(text);
    assert_int_equal(sc_keys_parse(&copy, &keys, NULL), 0);
    return keys;
}

static void a_wrong_token_takes_the_same_way_however_near_it_is(void **state)
{
    static const size_t n_right[] = {32, 63};
    struct guess guesses[1 + sizeof n_right / sizeof *n_right];
    size_t n = 1;
    guesses[0] = (struct guess){keys_like_test(0), "test"};
    for (; n < sizeof guesses / sizeof *guesses; n++)
        guesses[n] = (struct guess){keys_like_test(n_right[n - 1]), "test"};
    struct trace way = first(match, &guesses[0]);
    for (size_t i = 1; i < n; i++)
        if (!is_same(way, trace(match, &guesses[i])))
            fail_msg("%zu digits are right", n_right[i - 1]);
    print_message("# %lu instructions, the same ones for %zu wrong tokens\n", way.n, n);
    for (size_t i = 0; i < n; i++)
        sc_keys_unref(&guesses[i].keys);
    struct guess right = {keys_like_test(HEX_CHARS), "test"};
    match(&right);
    assert_true(answer);
    sc_keys_unref(&right.keys);
}

/* --- links --- */

struct visit {
    struct sc_link link;
    const struct sc_key *key;
};

static void check_link(const void *question)
{
    const struct visit *visit = question;
    answer = sc_link_check(&visit->link, visit->key, "lobby", now) == 0;
}

static struct visit visit_with(const struct sc_key *key, time_t ends_s, size_t n_right)
{
    struct visit visit = {.key = key};
    char query[SC_LINK_BYTES];
    assert_int_equal(sc_link_write(key, "lobby", ends_s, query), 0);
    assert_int_equal(sc_link_read(sc_text_of(query), &visit.link), 0);
    for (char *at = visit.link.signature + n_right; *at; at++)
        *at = (char)(*at == 'A' ? 'B' : 'A');
    return visit;
}

static void a_forged_link_takes_the_same_way_however_near_it_is(void **state)
{
    struct sc_keys *keys = keys_like_test(HEX_CHARS);
    struct visit visit = visit_with(&keys->all[1], now + 60, 0);
    struct trace way = first(check_link, &visit);
    visit.key = NULL; /* there is no such key */
    assert_true(is_same(way, trace(check_link, &visit)));
    visit = visit_with(&keys->all[1], now - 60, SC_DIGEST_TEXT - 2); /* it has expired, too */
    assert_true(is_same(way, trace(check_link, &visit)));
    visit = visit_with(&keys->all[1], now + 60, SC_DIGEST_TEXT - 1);
    check_link(&visit);
    assert_true(answer);
    print_message("# %lu instructions, the same ones for 3 links that are none\n", way.n);
    sc_keys_unref(&keys);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_are_compared_to_their_ends),
        cmocka_unit_test(a_compare_that_ends_early_is_found),
        cmocka_unit_test(a_wrong_token_takes_the_same_way_however_near_it_is),
        cmocka_unit_test(a_forged_link_takes_the_same_way_however_near_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
