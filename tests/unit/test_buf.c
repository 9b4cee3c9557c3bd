/* SPDX-License-Identifier: MIT */
#include "base/buf.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void grows_up_to_its_maximum_and_no_further(void **state)
{
    struct sc_buf buf;
    (void)state;
    sc_buf_init(&buf, 1000);
    for (int i = 0; i < 100; i++)
        assert_int_equal(sc_buf_append(&buf, "0123456789", 10), 0);
    assert_int_equal(sc_buf_append(&buf, "x", 1), -EMSGSIZE);
    assert_int_equal(buf.len_bytes, 1000);
    assert_memory_equal(buf.data + 990, "0123456789", 10);
    sc_buf_fini(&buf);
}

static void consume_keeps_the_rest(void **state)
{
    struct sc_buf buf;
    (void)state;
    sc_buf_init(&buf, 100);
    assert_int_equal(sc_buf_printf(&buf, "%s-%d", "seven", 7), 0);
    sc_buf_consume(&buf, 6);
    assert_int_equal(buf.len_bytes, 1);
    assert_memory_equal(buf.data, "7", 1);
    sc_buf_fini(&buf);
}

static void printf_that_does_not_fit_changes_nothing(void **state)
{
    struct sc_buf buf;
    (void)state;
    sc_buf_init(&buf, 10);
    assert_int_equal(sc_buf_append(&buf, "abc", 3), 0);
    assert_int_equal(sc_buf_printf(&buf, "%s", "0123456789"), -EMSGSIZE);
    assert_int_equal(buf.len_bytes, 3);
    sc_buf_fini(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_up_to_its_maximum_and_no_further),
        cmocka_unit_test(consume_keeps_the_rest),
        cmocka_unit_test(printf_that_does_not_fit_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
