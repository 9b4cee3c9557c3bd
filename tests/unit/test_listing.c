/* SPDX-License-Identifier: MIT */
#include "source/files/listing.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/own.h"
#include "rig.h"

static void expect(const char *target, const char *paths)
{
    struct sc_listing listing = {0};
    char *targets[] = {(char *)(uintptr_t)target};
    char found[1000] = "";
    assert_int_equal(sc_listing_fill(&listing, targets, 1, SC_LISTING_BY_NAME, NULL), 0);
    for (size_t i = 0; i < listing.n; i++) {
        size_t n = strlen(found);
        (void)snprintf(found + n, sizeof found - n, "%s%s", i ? " " : "", listing.entries[i].path);
    }
    assert_string_equal(found, paths);
    sc_listing_fini(&listing);
}

static void paths_patterns_and_folders_stand_for_pictures(void **state)
{
    static const char *const rows[][2] = {
        {"1.jpg", "1.jpg"},
        {"nope.jpg", "nope.jpg"},
        {"sub", "sub/a.png sub/b.png"},
        {"sub/", "sub/a.png sub/b.png"},
        {"*.jpg", "1.jpg 2.jpg 10.jpg"},
        {"{2,1}.jpg", "1.jpg 2.jpg"},
        {"?.jpg", "1.jpg 2.jpg"},
        {"[12].jpg", "1.jpg 2.jpg"},
        {"*", "1.jpg 2.jpg 10.jpg [x].txt"},
        {"[x].txt", "[x].txt"},
        {"*/*.png", "sub/a.png sub/b.png"},
        {"*.nope", ""},
        {"empty", ""},
    };
    (void)state;
    assert_int_equal(mkdir("sub", 0755) | mkdir("empty", 0755), 0);
    rig_write("1.jpg", 1);
    rig_write("2.jpg", 1);
    rig_write("10.jpg", 1);
    rig_write("[x].txt", 1);
    rig_write("sub/b.png", 1);
    rig_write("sub/a.png", 1);
    rig_write("sub/c.txt", 1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        expect(rows[i][0], rows[i][1]);
}

static void names_of_pictures_end_like_one(void **state)
{
    static const struct {
        const char *name;
        bool is_picture;
    } rows[] = {
        {"a.jpg", true},   {"a.JPG", true}, {"a.jpeg", true},  {"a.png", true},
        {"a.webp", true},  {"a.gif", true}, {"a.avif", true},  {"a.svg", true},
        {"a.b.jpg", true}, {".jpg", false}, {".a.jpg", false}, {"a.jpg~", false},
        {"a.txt", false},  {"jpg", false},  {"", false},       {"a.jpg.part", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (sc_listing_is_picture(rows[i].name) != rows[i].is_picture)
            fail_msg("'%s'", rows[i].name);
}

static void so_many_pictures_are_listed_and_not_one_more(void **state)
{
    char **targets SC_AUTO(sc_own_free) = calloc(SC_LISTING_MAX + 1, sizeof *targets);
    struct sc_listing listing = {0};
    struct sc_err err;
    (void)state;
    assert_non_null(targets);
    for (size_t i = 0; i <= SC_LISTING_MAX; i++)
        targets[i] = (char *)(uintptr_t) "x";
    assert_int_equal(sc_listing_fill(&listing, targets, SC_LISTING_MAX, SC_LISTING_AS_FOUND, &err),
                     0);
    assert_int_equal(listing.n, SC_LISTING_MAX);
    assert_int_equal(
        sc_listing_fill(&listing, targets, SC_LISTING_MAX + 1, SC_LISTING_AS_FOUND, &err), -E2BIG);
    assert_int_equal(listing.n, 0);
    assert_string_equal(err.text, "these are more than 100000 pictures");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(paths_patterns_and_folders_stand_for_pictures),
        cmocka_unit_test(names_of_pictures_end_like_one),
        TEST(so_many_pictures_are_listed_and_not_one_more),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
