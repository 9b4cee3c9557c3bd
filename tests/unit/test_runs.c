/* SPDX-License-Identifier: MIT */
#include "picture/runs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include <cmocka.h>

#define N_RUNS_MAX 20000
#define BYTES_MAX  (4 << 20)

struct run {
    uint8_t byte;
    uint32_t n;
};

static struct run list[N_RUNS_MAX];
static size_t n_runs;
static uint8_t plain[BYTES_MAX], back[BYTES_MAX], packed[SC_RUNS_BOUND_BYTES(BYTES_MAX)];

static void add(uint32_t byte, uint32_t n)
{
    assert_true(n_runs < N_RUNS_MAX);
    list[n_runs++] = (struct run){(uint8_t)byte, n};
}

/* Lets zlib unpack it, which also tells whether the checksum is right. Returns: bytes packed. */
static size_t round_trip(const char *name)
{
    struct sc_runs runs;
    size_t n_bytes = 0;
    sc_runs_begin(&runs);
    for (size_t i = 0; i < n_runs; i++) {
        memset(plain + n_bytes, list[i].byte, list[i].n);
        n_bytes += list[i].n;
        sc_runs_count(&runs, list[i].byte, list[i].n);
    }
    sc_runs_open(&runs, packed);
    for (size_t i = 0; i < n_runs; i++)
        sc_runs_write(&runs, list[i].byte, list[i].n);
    const size_t len = (size_t)(sc_runs_close(&runs) - packed);
    uLongf n_back = sizeof back;
    if (uncompress(back, &n_back, packed, len) != Z_OK || n_back != n_bytes ||
        memcmp(back, plain, n_bytes) != 0)
        fail_msg("%s does not come back", name);
    if (len + sizeof(uint64_t) > SC_RUNS_BOUND_BYTES(n_bytes))
        fail_msg("%s: %zu bytes of %zu are above the bound", name, len, n_bytes);
    n_runs = 0;
    return len;
}

static void runs_of_every_length_come_back(void **state)
{
    (void)state;
    for (uint32_t n = 1; n < 800; n++) {
        add(n, n);
        (void)round_trip("one run");
    }
    for (uint32_t n = 1; n < 800; n++)
        add(n, n);
    (void)round_trip("all of them");
}

static void the_longest_run_is_short(void **state)
{
    (void)state;
    add(255, BYTES_MAX);
    assert_in_range(round_trip("one run"), 1, BYTES_MAX / 400);
}

static void noise_of_all_bytes_stays_in_bounds(void **state)
{
    uint32_t seed = 1;
    (void)state;
    for (int i = 0; i < N_RUNS_MAX; i++)
        add((seed = seed * 1664525u + 1013904223u) >> 24, 1);
    (void)round_trip("noise");
    for (int i = 0; i < 600; i++)
        add((uint32_t)i * 89, 1 + (uint32_t)i % 3);
    (void)round_trip("noise of bytes by one, two and three");
}

/* As often as Fibonacci's numbers: Huffman's codes would be longer than deflate can have. */
static void codes_that_would_be_too_long_are_cut(void **state)
{
    uint32_t a = 1, b = 1;
    (void)state;
    for (uint32_t byte = 0; byte < 20; byte++) {
        for (uint32_t i = 0; i < a; i++)
            add(byte, 1);
        const uint32_t next = a + b;
        a = b;
        b = next;
    }
    assert_true(n_runs > 1 << 14);
    assert_in_range(round_trip("Fibonacci's numbers"), 1, 8000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(runs_of_every_length_come_back),
        cmocka_unit_test(the_longest_run_is_short),
        cmocka_unit_test(noise_of_all_bytes_stays_in_bounds),
        cmocka_unit_test(codes_that_would_be_too_long_are_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
