/* SPDX-License-Identifier: MIT */
#include "web/pages.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const char *const marks[] = {"\"./.pages/", "from './"}; /* in pages, in modules */

static void finds_a_page_by_its_whole_name_only(void **state)
{
    (void)state;
    const struct sc_page *page = sc_page_find("gallery.html", 12);
    assert_non_null(page);
    assert_string_equal(page->path, "gallery.html");
    assert_string_equal(page->media_type, "text/html; charset=utf-8");
    assert_ptr_equal(sc_page_find("gallery.html?", 12), page);
    assert_null(sc_page_find("gallery.html", 11));
    assert_null(sc_page_find("gallery.html?", 13));
    assert_null(sc_page_find("", 0));
}

static void every_page_has_bytes_a_type_and_a_quoted_etag(void **state)
{
    const struct sc_page *page;
    (void)state;
    for (size_t i = 0; (page = sc_page_at(i)); i++) {
        size_t len = strlen(page->etag);
        assert_ptr_equal(sc_page_find(page->path, strlen(page->path)), page);
        assert_true(page->len_bytes > 0);
        assert_non_null(strchr(page->media_type, '/'));
        assert_true(len > 2 && page->etag[0] == '"' && page->etag[len - 1] == '"');
    }
}

static int check_assets(const struct sc_page *page, const char *mark)
{
    const char *end = (const char *)page->data + page->len_bytes;
    const char *at = (const char *)page->data;
    int n_assets = 0;
    while ((at = memmem(at, (size_t)(end - at), mark, strlen(mark)))) {
        at += strlen(mark);
        size_t len = 0;
        while (at + len < end && !strchr("\"'`)#? ", at[len]))
            len++;
        if (!sc_page_find(at, len))
            fail_msg("%s asks for %.*s", page->path, (int)len, at);
        n_assets++;
    }
    return n_assets;
}

static void every_asset_that_a_page_asks_for_exists(void **state)
{
    const struct sc_page *page;
    int n_assets[] = {0, 0};
    (void)state;
    for (size_t i = 0; (page = sc_page_at(i)); i++)
        for (size_t k = 0; k < 2; k++)
            n_assets[k] += check_assets(page, marks[k]);
    assert_true(n_assets[0] > 0 && n_assets[1] > 0);
}

/* So that a proxy may have them under a path of its own. */
static void no_page_has_an_address_from_the_root(void **state)
{
    static const char *const forbidden[] = {"\"/.", "'/.", "`/$", "href=\"/", "src=\"/", "'/api"};
    const struct sc_page *page;
    (void)state;
    for (size_t i = 0; (page = sc_page_at(i)); i++)
        for (size_t k = 0; k < sizeof forbidden / sizeof *forbidden; k++)
            if (memmem(page->data, page->len_bytes, forbidden[k], strlen(forbidden[k])))
                fail_msg("%s has %s", page->path, forbidden[k]);
}

/* The pages are served with a policy that forbids both. */
static void no_page_has_inline_scripts_or_styles(void **state)
{
    static const char *const forbidden[] = {
        "<style", " style=", "<script>", " onclick=", " onload=", "javascript:", "innerHTML"};
    const struct sc_page *page;
    (void)state;
    for (size_t i = 0; (page = sc_page_at(i)); i++) {
        for (size_t k = 0; k < sizeof(forbidden) / sizeof(forbidden[0]); k++) {
            if (memmem(page->data, page->len_bytes, forbidden[k], strlen(forbidden[k])))
                fail_msg("%s has %s", page->path, forbidden[k]);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_a_page_by_its_whole_name_only),
        cmocka_unit_test(every_page_has_bytes_a_type_and_a_quoted_etag),
        cmocka_unit_test(every_asset_that_a_page_asks_for_exists),
        cmocka_unit_test(no_page_has_an_address_from_the_root),
        cmocka_unit_test(no_page_has_inline_scripts_or_styles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
