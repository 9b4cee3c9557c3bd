/* SPDX-License-Identifier: MIT */
/* What every endpoint's rows must keep to, whichever there are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "web/web.h"

static void every_row_is_well_formed(void **state)
{
    const struct sc_endpoint *row;
    size_t i;
    for (i = 0; (row = sc_endpoint_at(i)); i++) {
        const char *star = strchr(row->path, '*');
        if (row->path[0] != '/' || !row->handle || (star && strchr(star + 1, '*')))
            fail_msg("%s", row->path);
        if (row->methods == 0 || (row->methods & (SC_METHOD_HEAD | SC_METHOD_OPTIONS)))
            fail_msg("%s: HEAD and OPTIONS are answered for all", row->path);
    }
    assert_true(i > 0);
}

static bool is_same(const char *a, const char *b)
{
    return (!a && !b) || (a && b && strcmp(a, b) == 0);
}

static void no_two_rows_claim_the_same_request(void **state)
{
    const struct sc_endpoint *a, *b;
    for (size_t i = 0; (a = sc_endpoint_at(i)); i++)
        for (size_t j = i + 1; (b = sc_endpoint_at(j)); j++)
            if (strcmp(a->path, b->path) == 0 && is_same(a->query, b->query) &&
                (a->methods & b->methods))
                fail_msg("%s", a->path);
}

static void only_writing_methods_change_something(void **state)
{
    const struct sc_endpoint *row;
    for (size_t i = 0; (row = sc_endpoint_at(i)); i++)
        if ((row->methods & SC_METHOD_GET) && (row->methods & ~(unsigned)SC_METHOD_GET))
            fail_msg("%s: one handler for reading and writing", row->path);
}

static void every_row_names_the_right_that_it_needs(void **state)
{
    const struct sc_endpoint *row;
    for (size_t i = 0; (row = sc_endpoint_at(i)); i++) {
        bool is_write = !(row->methods & SC_METHOD_GET);
        if (row->right == SC_RIGHT_UNNAMED || row->right > SC_RIGHT_METRICS)
            fail_msg("%s: nobody may call it", row->path);
        if (is_write && row->right != SC_RIGHT_PUBLISH && row->right != SC_RIGHT_CONTROL)
            fail_msg("%s: it changes something, and everybody who watches may call it", row->path);
        if (row->is_filtered && strchr(row->path, '*'))
            fail_msg("%s: the stream that it names decides", row->path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_well_formed),
        cmocka_unit_test(no_two_rows_claim_the_same_request),
        cmocka_unit_test(only_writing_methods_change_something),
        cmocka_unit_test(every_row_names_the_right_that_it_needs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
