/* SPDX-License-Identifier: MIT */
#include "app/exit.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void each_error_has_the_code_of_its_phase(void **state)
{
    static const struct {
        enum sc_phase phase;
        int error, code;
    } cases[] = {
        {SC_PHASE_COMMAND_LINE, -EINVAL, 64}, {SC_PHASE_COMMAND_LINE, -ENOMEM, 71},
        {SC_PHASE_LISTEN, -EADDRINUSE, 69},   {SC_PHASE_LISTEN, -EADDRNOTAVAIL, 69},
        {SC_PHASE_LISTEN, -EACCES, 69},       {SC_PHASE_LISTEN, -EINVAL, 64},
        {SC_PHASE_LISTEN, -EPERM, 78},        {SC_PHASE_LISTEN, -EKEYREJECTED, 78},
        {SC_PHASE_LISTEN, -EMFILE, 71},       {SC_PHASE_SOURCES, -ENOENT, 66},
        {SC_PHASE_SOURCES, -EACCES, 66},      {SC_PHASE_SOURCES, -EINVAL, 64},
        {SC_PHASE_SOURCES, -EEXIST, 64},      {SC_PHASE_SOURCES, -ENOMEM, 71},
        {SC_PHASE_RUN, -EAGAIN, 71},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int code = sc_exit_code(cases[i].phase, cases[i].error);
        if (code != cases[i].code)
            fail_msg("case %zu: %s gives %d, not %d", i, strerror(-cases[i].error), code,
                     cases[i].code);
    }
}

static void every_code_that_can_happen_is_explained(void **state)
{
    (void)state;
    for (int phase = SC_PHASE_COMMAND_LINE; phase <= SC_PHASE_RUN; phase++) {
        for (int error = 1; error < 200; error++) {
            int code = sc_exit_code((enum sc_phase)phase, -error);
            const struct sc_exit *row = sc_exit_table();
            while (row->help && row->code != code)
                row++;
            if (!row->help || code == 0)
                fail_msg("phase %d, error %d: code %d is not explained", phase, error, code);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_error_has_the_code_of_its_phase),
        cmocka_unit_test(every_code_that_can_happen_is_explained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
