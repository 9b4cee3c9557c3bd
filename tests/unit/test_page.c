/* SPDX-License-Identifier: MIT */
#include "app/options/page.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* What write() wrote, as text. */
static const char *written(const struct sc_page_ops *ops, void (*write)(struct sc_page *page),
                           char out_text[static 4096])
{
    struct sc_page page = {.out = fmemopen(out_text, 4096, "w"), .ops = ops};
    assert_non_null(page.out);
    write(&page);
    (void)fclose(page.out);
    return out_text;
}

static void write_items(struct sc_page *page)
{
    page->ops->section(page, "Parts");
    page->ops->item(page, &(struct sc_page_item){"-s, --short", " N", "One word.", 0});
    page->ops->item(page, &(struct sc_page_item){"--exactly-this-long-a", NULL, "Two.", 0});
    page->ops->item(page, &(struct sc_page_item){"--one-more-than-it-is", " N", "Three.", 0});
    page->ops->item(page, &(struct sc_page_item){"#inner", "=yes|no", "Four. Five.", 1});
}

static void items_stand_in_columns(void **state)
{
    char text[4096];
    (void)state;
    assert_string_equal(written(&sc_page_plain, write_items, text),
                        "\nParts\n"
                        "  -s, --short N           One word.\n"
                        "  --exactly-this-long-a   Two.\n"
                        "  --one-more-than-it-is N\n"
                        "                          Three.\n"
                        "    #inner=yes|no         Four. Five.\n");
}

static void items_are_tagged_paragraphs_in_roff(void **state)
{
    char text[4096];
    (void)state;
    assert_string_equal(written(&sc_page_roff, write_items, text),
                        ".SH \"Parts\"\n"
                        ".TP\n\\fB\\-s, \\-\\-short\\fR \\fIN\\fR\nOne word.\n"
                        ".TP\n\\fB\\-\\-exactly\\-this\\-long\\-a\\fR\nTwo.\n"
                        ".TP\n\\fB\\-\\-one\\-more\\-than\\-it\\-is\\fR \\fIN\\fR\nThree.\n"
                        ".RS\n.TP\n\\fB#inner\\fR=\\fIyes|no\\fR\nFour.\nFive.\n.RE\n");
}

static void write_long_text(struct sc_page *page)
{
    page->ops->text(page,
                    "0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 "
                    "x yy 0123456789");
}

static void text_is_wrapped_at_80_columns(void **state)
{
    char text[4096];
    (void)state;
    assert_string_equal(written(&sc_page_plain, write_long_text, text),
                        "  0123456789 0123456789 0123456789 0123456789 0123456789 0123456789 "
                        "0123456789 x\n"
                        "  yy 0123456789\n");
}

static void write_traps(struct sc_page *page)
{
    page->ops->text(page, ".dot 'quote' back\\slash ~ ^ `. .Second");
}

static void roff_reads_nothing_of_the_text_as_its_own(void **state)
{
    char text[4096];
    (void)state;
    assert_string_equal(written(&sc_page_roff, write_traps, text),
                        ".PP\n\\&.dot \\(aqquote\\(aq back\\eslash \\(ti \\(ha \\(ga.\n"
                        "\\&.Second\n");
}

static void write_paragraphs(struct sc_page *page)
{
    page->ops->section(page, "A");
    page->ops->text(page, "One.");
    page->ops->text(page, "Two.");
}

static void the_first_paragraph_of_a_section_needs_no_macro(void **state)
{
    char text[4096];
    (void)state;
    assert_string_equal(written(&sc_page_roff, write_paragraphs, text),
                        ".SH \"A\"\nOne.\n.PP\nTwo.\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_stand_in_columns),
        cmocka_unit_test(items_are_tagged_paragraphs_in_roff),
        cmocka_unit_test(text_is_wrapped_at_80_columns),
        cmocka_unit_test(the_first_paragraph_of_a_section_needs_no_macro),
        cmocka_unit_test(roff_reads_nothing_of_the_text_as_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
