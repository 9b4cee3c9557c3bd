/* SPDX-License-Identifier: MIT */
/* Starting up when memory runs out: the n-th allocation fails, for every n there is. Leaks are the
 * address sanitizer's to find. */
#include "app/config.h"
#include "app/lineup.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "stillcast/server.h"

void *__real_malloc(size_t bytes);
void *__real_calloc(size_t n, size_t bytes);
void *__real_realloc(void *old, size_t bytes);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t n, size_t bytes);
void *__wrap_realloc(void *old, size_t bytes);

static int allocations_left = -1; /* until one fails; negative: none does */

static bool fails_now(void)
{
    return allocations_left >= 0 && allocations_left-- == 0;
}

void *__wrap_malloc(size_t bytes)
{
    return fails_now() ? NULL : __real_malloc(bytes);
}

void *__wrap_calloc(size_t n, size_t bytes)
{
    return fails_now() ? NULL : __real_calloc(n, bytes);
}

void *__wrap_realloc(void *old, size_t bytes)
{
    return fails_now() ? NULL : __real_realloc(old, bytes);
}

/* Returns whether all that was wanted was there; else it must have said so, with a sentence. */
static bool went_well(int status, const struct sc_err *err)
{
    allocations_left = -1;
    if (status == 0)
        return true;
    assert_int_equal(status, -ENOMEM);
    assert_int_equal(err->code, -ENOMEM);
    assert_true(strlen(err->text) > 0);
    return false;
}

static int parse_short_of_memory(int n, struct sc_err *err, bool *out_is_over)
{
    char *argv[] = {"stillcast", "-l:1", "--svg=a", "-l:2", "--svg=b", "x.jpg", NULL};
    struct sc_config config;
    sc_config_init(&config);
    allocations_left = n;
    int status = sc_config_parse(&config, 6, argv, err);
    *out_is_over = allocations_left >= 0;
    bool is_whole = went_well(status, err);
    if (is_whole)
        assert_string_equal(config.server.svg[1], "b");
    sc_config_fini(&config);
    return is_whole;
}

static void a_command_line_needs_memory_or_says_so(void **state)
{
    bool is_over = false;
    int n = 0;
    (void)state;
    for (; !is_over; n++) {
        struct sc_err err = {0};
        bool is_whole = parse_short_of_memory(n, &err, &is_over);
        assert_int_equal(is_whole, is_over);
    }
    assert_true(n > 4);
}

static bool line_up_short_of_memory(int n, bool *out_is_over)
{
    static char one[] = "a=watch:/nowhere/a.png#fps=2", two[] = "b=watch:/nowhere/b.png";
    char *const sources[] = {one, two};
    static const char *const listen[] = {"127.0.0.1:0", NULL};
    const struct sc_lineup_config wanted = {.sources = sources, .n_sources = 2};
    struct sc_server_config config;
    struct sc_server *server = NULL;
    struct sc_lineup *lineup = NULL;
    struct sc_err err = {0};
    sc_server_config_init(&config);
    config.listen = listen;
    config.n_threads = 1;
    assert_int_equal(sc_server_create(&config, &server, &err), 0);
    allocations_left = n;
    int status = sc_lineup_create(&wanted, server, &lineup, &err);
    *out_is_over = allocations_left >= 0;
    bool is_whole = went_well(status, &err);
    assert_int_equal(is_whole, lineup != NULL);
    sc_lineup_destroy(&lineup);
    sc_server_destroy(&server);
    return is_whole;
}

static void sources_are_all_set_up_or_none(void **state)
{
    bool is_over = false;
    int n = 0;
    (void)state;
    for (; !is_over; n++) {
        bool is_whole = line_up_short_of_memory(n, &is_over);
        assert_true(is_whole || !is_over); /* what is not vital may fail in silence */
    }
    assert_true(n > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_command_line_needs_memory_or_says_so),
        cmocka_unit_test(sources_are_all_set_up_or_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
