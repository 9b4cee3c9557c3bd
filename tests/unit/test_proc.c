/* SPDX-License-Identifier: MIT */
#include "source/graph/proc.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"

#define COLUMN_US 1000000
#define N_COLUMNS 600

struct kit {
    struct sc_numbers *numbers;
    struct sc_numbers_text *text;
};

static int setup(void **state)
{
    static struct kit kit;
    const struct sc_numbers_config config = {.series = {COLUMN_US, N_COLUMNS, 16}};
    assert_int_equal(sc_numbers_create(&config, "test", &kit.numbers, NULL), 0);
    assert_int_equal(sc_numbers_begin(kit.numbers, SC_READER_AUTO, &kit.text), 0);
    *state = &kit;
    return 0;
}

static int teardown(void **state)
{
    struct kit *kit = *state;
    sc_numbers_drop(&kit->text);
    sc_numbers_unref(&kit->numbers);
    return 0;
}

/* Returns: the latest value of that series; -1: there is none. */
static double latest(struct kit *kit, const char *name)
{
    static struct sc_series_column columns[N_COLUMNS];
    static struct sc_series_point points[N_COLUMNS];
    struct sc_series *series = sc_numbers_series(kit->numbers);
    struct sc_series_view view = {.columns = columns, .points = points};
    int64_t now = (int64_t)sc_clock_unix_us() / COLUMN_US;
    for (size_t i = 0; i < sc_series_count(series); i++) {
        (void)sc_series_look(series, i, (now - N_COLUMNS + 1) * COLUMN_US, &view);
        if (strcmp(view.name, name) == 0)
            return view.latest;
    }
    return -1;
}

static void processors_are_told_by_what_they_did_since_the_last_time(void **state)
{
    struct kit *kit = *state;
    struct sc_proc_cpus before = {0};
    sc_proc_cpu(&before, "cpu  10 0 10 80 0 0 0 0 0 0\ncpu0 5 0 5 40 0 0 0 0 0 0\nintr 5\n", false,
                kit->text);
    assert_true(isnan(latest(kit, "cpu0"))); /* has its place, and no value yet */
    sc_proc_cpu(&before,
                "cpu  20 0 20 160 0 0 0 0 0 0\ncpu0 35 10 15 60 30 0 0 0 7 7\ncpu1 1 1 1 1\n",
                false, kit->text);
    assert_true(fabs(latest(kit, "cpu0") - 50) < 1e-9);
    assert_true(latest(kit, "cpu") == -1);
    sc_proc_cpu(&before, "cpu  0 0 0 100 0 0 0 0\n", true, kit->text);
    sc_proc_cpu(&before, "cpu  25 0 0 175 0 0 0 0\n", true, kit->text);
    assert_true(fabs(latest(kit, "cpu") - 25) < 1e-9);
}

static void memory_is_told_in_bytes_and_in_percent(void **state)
{
    static const char meminfo[] =
        "MemTotal: 1000 kB\nMemFree: 300 kB\nMemAvailable: 600 kB\n"
        "Buffers: 50 kB\nCached: 250 kB\nSwapCached: 9 kB\nShmem: 100 kB\n"
        "SwapTotal: 200 kB\nSwapFree: 150 kB\nSReclaimable: 100 kB\n";
    struct kit *kit = *state;
    sc_proc_memory(meminfo, kit->text);
    assert_true(latest(kit, "used") == 400 * 1024);
    assert_true(latest(kit, "cache") == 300 * 1024);
    assert_true(latest(kit, "swap") == 50 * 1024);
    sc_proc_memory_share(meminfo, kit->text);
    assert_true(latest(kit, "memory") == 40);
    assert_true(latest(kit, "swap") == 25);
}

static void load_is_three_numbers(void **state)
{
    struct kit *kit = *state;
    sc_proc_load("0.52 1.58 2.59 1/200 12345\n", kit->text);
    assert_true(latest(kit, "1 min") == 0.52 && latest(kit, "15 min") == 2.59);
}

static void networks_and_disks_are_there_but_for_the_inner_ones(void **state)
{
    struct kit *kit = *state;
    for (int i = 0; i < 2; i++) {
        sc_proc_network("Inter-|   Receive  |  Transmit\n face |bytes packets|bytes packets\n"
                        "    lo: 5 0 0 0 0 0 0 0 6 0 0 0 0 0 0 0\n"
                        "  eth0:1000 0 0 0 0 0 0 0 2000 0 0 0 0 0 0 0\n"
                        "vethx: 1 0 0 0 0 0 0 0 2 0 0 0 0 0 0 0\n  odd: 1 2\n",
                        kit->text);
        sc_proc_disk(
            "   7 0 loop0 1 1 1 1 1 1 1 1 1 1 1\n 259 0 nvme0n1 9 0 8 0 9 0 16 0 0 500 0\n"
            " 259 1 nvme0n1p1 9 0 8 0 9 0 16 0 0 5 0\n   8 0 sda 9 0 8 0 9 0 16 0 0 900 0 0\n"
            "   8 1 sda1 9 0 8 0 9 0 16 0 0 5 0 0\n 253 0 dm-0 9 0 8 0 9 0 16 0 0 5 0 0\n",
            kit->text);
    }
    assert_true(latest(kit, "eth0 in") == 0 && latest(kit, "eth0 out") == 0);
    assert_true(latest(kit, "sda read") == 0 && latest(kit, "nvme0n1 write") == 0);
    assert_int_equal(sc_series_count(sc_numbers_series(kit->numbers)), 6);
}

static void nothing_is_made_of_what_cannot_be_read(void **state)
{
    static const char *const texts[] = {"",  "\n\n", "cpu", "cpu0", "cpu999999 1 2 3 4\n",
                                        ":", "a:b\n"};
    struct kit *kit = *state;
    struct sc_proc_cpus before = {0};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        sc_proc_load(texts[i], kit->text);
        sc_proc_memory_share(texts[i], kit->text);
        sc_proc_network(texts[i], kit->text);
        sc_proc_disk(texts[i], kit->text);
        sc_proc_disk_share(texts[i], kit->text);
        sc_proc_cpu(&before, texts[i], i % 2, kit->text);
    }
    assert_true(sc_series_count(sc_numbers_series(kit->numbers)) <= 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(processors_are_told_by_what_they_did_since_the_last_time),
        TEST(memory_is_told_in_bytes_and_in_percent),
        TEST(load_is_three_numbers),
        TEST(networks_and_disks_are_there_but_for_the_inner_ones),
        TEST(nothing_is_made_of_what_cannot_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
