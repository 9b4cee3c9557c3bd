/* SPDX-License-Identifier: MIT */
/* In a build without drawing. */
#include "draw/placeholder.h"
#include "draw/slides.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "source/table.h"

static void what_needs_drawing_says_so(void **state)
{
    const struct sc_placeholder what = {.title = "door"};
    struct sc_draft *draft = NULL;
    struct sc_err err = {0};
    (void)state;
    assert_int_equal(sc_placeholder_draft(NULL, &what, &draft), -ENOTSUP);
    assert_null(draft);
    assert_int_equal(sc_slides_write("/tmp", &err), -ENOTSUP);
    assert_non_null(strstr(err.text, "cairo"));
}

static void there_is_no_test_source(void **state)
{
    (void)state;
    assert_null(sc_source_find("test"));
    assert_non_null(sc_source_find("files"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_needs_drawing_says_so),
        cmocka_unit_test(there_is_no_test_source),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
