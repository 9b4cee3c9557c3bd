/* SPDX-License-Identifier: MIT */
#include "app/options/help.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/exit.h"
#include "app/options.h"
#include "base/own.h"
#include "source/runner.h"
#include "source/table.h"

/* What write() writes, without roff's escapes for hyphens and fonts; free it. */
static char *plain(void (*write)(FILE *out))
{
    static const char *const escapes[] = {"\\fB", "\\fI", "\\fR", "\\-"};
    static const char *const meanings[] = {"", "", "", "-"};
    char *text = NULL, *to;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    assert_non_null(out);
    write(out);
    (void)fclose(out);
    to = text;
    for (const char *from = text; *from;) {
        size_t i = 0;
        while (i < 4 && strncmp(from, escapes[i], strlen(escapes[i])) != 0)
            i++;
        from += i < 4 ? strlen(escapes[i]) : 0;
        if (i == 4)
            *to++ = *from++;
        else if (*meanings[i])
            *to++ = *meanings[i];
    }
    *to = '\0';
    return text;
}

static void must_have(const char *page, const char *before, const char *word, const char *after)
{
    char wanted[256];
    (void)snprintf(wanted, sizeof wanted, "%s%s%s", before, word, after);
    if (!strstr(page, wanted))
        fail_msg("it does not tell of '%s'", wanted);
}

static void tells_of_everything(void (*write)(FILE *out))
{
    SC_AUTO(sc_own_free) char *page = plain(write);
    for (const struct sc_option *row = sc_option_table(); row->name; row++)
        must_have(page, "--", row->name,
                  row->kind == SC_OPTION_HELP ? "[="
                  : row->value                ? " "
                                              : "");
    for (const struct sc_source_ops *const *source = sc_source_table(); *source; source++) {
        const struct sc_source_option *option = (*source)->options;
        must_have(page, "", (*source)->usage, "");
        for (; option && option->name; option++)
            must_have(page, "#", option->name, "=");
    }
    for (const struct sc_source_option *option = sc_runner_options; option->name; option++)
        must_have(page, "#", option->name, "=");
    for (const struct sc_exit *row = sc_exit_table(); row->help; row++) {
        char code[16];
        (void)snprintf(code, sizeof code, "\n%s%d", write == sc_help_write ? "  " : "", row->code);
        must_have(page, code, "", "");
    }
}

static void help_tells_of_every_option_source_and_exit_code(void **state)
{
    (void)state;
    tells_of_everything(sc_help_write);
}

static void man_page_tells_of_every_option_source_and_exit_code(void **state)
{
    (void)state;
    tells_of_everything(sc_help_write_man);
}

static void help_tells_the_defaults(void **state)
{
    SC_AUTO(sc_own_free) char *page = plain(sc_help_write);
    (void)state;
    must_have(page, "The largest picture. ", "Default: 16M.", "\n");
    must_have(page, "Default: ", "5s", ".");
}

static void help_fits_80_columns_but_for_examples(void **state)
{
    SC_AUTO(sc_own_free) char *page = plain(sc_help_write);
    bool is_example = false;
    (void)state;
    for (char *rest = page, *line; (line = strsep(&rest, "\n"));) {
        if (*line && *line != ' ')
            is_example = strcmp(line, "Examples") == 0;
        if (!is_example && strlen(line) > 80)
            fail_msg("too wide: '%s'", line);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(help_tells_of_every_option_source_and_exit_code),
        cmocka_unit_test(man_page_tells_of_every_option_source_and_exit_code),
        cmocka_unit_test(help_tells_the_defaults),
        cmocka_unit_test(help_fits_80_columns_but_for_examples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
