/* SPDX-License-Identifier: MIT */
/* Tokens in great numbers: none but the right ones opens anything, and nothing is kept of the
 * others, wherever they come from. */
#include "rights/keyring.h"

#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "rights/guesses.h"

#define N_TOKENS    1000000
#define N_KEYS      3
#define TOKEN_BYTES (sizeof "sc_" - 1 + SC_DIGEST_TEXT)

struct rig {
    char tokens[N_KEYS][TOKEN_BYTES];
    struct sc_keys *keys;
    struct sc_guesses *guesses;
    uint64_t chance;
};

/* splitmix64 */
static uint64_t random_number(struct rig *rig)
{
    uint64_t x = rig->chance += 0x9e3779b97f4a7c15U;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
}

static void make_token(struct rig *rig, char out_token[static TOKEN_BYTES])
{
    uint64_t secret[SC_DIGEST_BYTES / sizeof(uint64_t)];
    for (size_t i = 0; i < sizeof secret / sizeof *secret; i++)
        secret[i] = random_number(rig);
    memcpy(out_token, "sc_", 3);
    sc_digest_text((const uint8_t *)secret, out_token + 3);
}

static const struct sc_key *match(const struct rig *rig, const char *token)
{
    return sc_keys_match(rig->keys, sc_text_of(token));
}

static int set_up(void **state)
{
    struct rig *rig = calloc(1, sizeof *rig);
    char *text = calloc(N_KEYS, 128), *at = text;
    rig->chance = 1;
    for (int i = 0; i < N_KEYS; i++) {
        uint8_t digest[SC_DIGEST_BYTES];
        make_token(rig, rig->tokens[i]);
        assert_int_equal(sc_digest(rig->tokens[i], strlen(rig->tokens[i]), digest), 0);
        at += snprintf(at, 16, "key%d sha256:", i);
        for (size_t b = 0; b < sizeof digest; b++)
            at += snprintf(at, 3, "%02x", digest[b]);
        at += snprintf(at, 16, " view=*\n");
    }
    assert_int_equal(sc_keys_parse(&text, &rig->keys, NULL), 0);
    assert_int_equal(sc_guesses_create(&rig->guesses), 0);
    *state = rig;
    return 0;
}

static int tear_down(void **state)
{
    struct rig *rig = *state;
    sc_guesses_destroy(&rig->guesses);
    sc_keys_unref(&rig->keys);
    free(rig);
    return 0;
}

static void a_million_random_tokens_open_nothing_and_the_right_ones_always_do(void **state)
{
    struct rig *rig = *state;
    char token[TOKEN_BYTES];
    for (int i = 0; i < N_TOKENS; i++) {
        make_token(rig, token);
        if (match(rig, token))
            fail_msg("%s after %d", token, i);
        if (i % 1000 == 0)
            assert_non_null(match(rig, rig->tokens[i / 1000 % N_KEYS]));
    }
}

static void a_token_with_any_bit_flipped_or_any_end_missing_opens_nothing(void **state)
{
    struct rig *rig = *state;
    for (int i = 0; i < N_KEYS; i++) {
        char *token = rig->tokens[i];
        size_t len = strlen(token);
        for (size_t bit = 0; bit < 8 * len; bit++) {
            token[bit / 8] = (char)(token[bit / 8] ^ 1 << bit % 8);
            assert_null(sc_keys_match(rig->keys, (struct sc_text){token, len}));
            token[bit / 8] = (char)(token[bit / 8] ^ 1 << bit % 8);
        }
        for (size_t n = 0; n < len; n++)
            assert_null(sc_keys_match(rig->keys, (struct sc_text){token, n}));
        assert_ptr_equal(match(rig, token), &rig->keys->all[i]);
    }
}

static void guesses_of_a_million_addresses_take_no_memory(void **state)
{
    struct rig *rig = *state;
    size_t before = mallinfo2().uordblks;
    for (uint32_t i = 0; i < N_TOKENS; i++) {
        uint64_t number = random_number(rig);
        struct sc_address address = {.family = i % 2 ? AF_INET : AF_INET6};
        memcpy(address.bytes, &number, address.family == AF_INET ? 4 : sizeof number);
        (void)sc_guesses_note(rig->guesses, &address, SC_NS_PER_S + i);
    }
    assert_int_equal(mallinfo2().uordblks, before);
    struct sc_address last = {.family = AF_INET, .bytes = {192, 0, 2, 1}};
    for (int i = 0; i < SC_GUESSES_MOST; i++)
        assert_false(sc_guesses_note(rig->guesses, &last, 2 * SC_NS_PER_S));
    assert_true(sc_guesses_note(rig->guesses, &last, 2 * SC_NS_PER_S));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_million_random_tokens_open_nothing_and_the_right_ones_always_do),
        cmocka_unit_test(a_token_with_any_bit_flipped_or_any_end_missing_opens_nothing),
        cmocka_unit_test(guesses_of_a_million_addresses_take_no_memory),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
