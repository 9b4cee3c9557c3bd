/* SPDX-License-Identifier: MIT */
#include "picture/jpeg.h"

#include "picture/probe.h"

#include "shapes.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct sc_picture_limits limits = SC_PICTURE_LIMITS_DEFAULT;

static int walk_at_once(const struct shape *shape, struct sc_jpeg_walk *out_walk)
{
    *out_walk = (struct sc_jpeg_walk){0};
    return sc_jpeg_walk(out_walk, shape->data, shape->len_bytes, &limits);
}

/* In memory that ends with the bytes given, so that a sanitizer sees one read too far. */
static int walk_copy(struct sc_jpeg_walk *walk, const uint8_t *data, size_t len_bytes)
{
    uint8_t *copy = malloc(len_bytes);
    memcpy(copy, data, len_bytes);
    int rc = sc_jpeg_walk(walk, copy, len_bytes, &limits);
    free(copy);
    return rc;
}

static void same(const struct shape *shape, const struct sc_jpeg_walk *a,
                 const struct sc_jpeg_walk *b)
{
    if (a->at != b->at || a->phase != b->phase || a->width_px != b->width_px ||
        a->height_px != b->height_px || a->scan_at != b->scan_at || a->fault != b->fault ||
        a->meta_bytes != b->meta_bytes || a->needs_huffman != b->needs_huffman)
        fail_msg("%s: %zu and %zu", shape->name, a->at, b->at);
}

static void byte_at_a_time_equals_all_at_once(void **state)
{
    size_t n;
    const struct shape *shapes = shapes_all(&n);
    (void)state;
    for (size_t i = 0; i < n; i++) {
        struct sc_jpeg_walk once, walk = {0};
        int rc_once = walk_at_once(&shapes[i], &once), rc = -EAGAIN;
        for (size_t len = 0; len <= shapes[i].len_bytes && rc == -EAGAIN; len++) {
            rc = sc_jpeg_walk(&walk, shapes[i].data, len, &limits);
            if (walk.at > len)
                fail_msg("%s: ahead of its bytes at %zu", shapes[i].name, len);
        }
        assert_int_equal(rc, rc_once);
        same(&shapes[i], &walk, &once);
    }
}

static void any_two_pieces_equal_all_at_once(void **state)
{
    size_t n;
    const struct shape *shapes = shapes_all(&n);
    (void)state;
    for (size_t i = 0; i < n; i++) {
        struct sc_jpeg_walk once;
        int rc_once = walk_at_once(&shapes[i], &once);
        size_t step = 1 + shapes[i].len_bytes / 200;
        for (size_t len = 1; len < shapes[i].len_bytes; len += step) {
            struct sc_jpeg_walk walk = {0};
            int rc = walk_copy(&walk, shapes[i].data, len);
            if (rc == -EAGAIN)
                rc = walk_copy(&walk, shapes[i].data, shapes[i].len_bytes);
            assert_int_equal(rc, rc_once);
            same(&shapes[i], &walk, &once);
        }
    }
}

static void whole_picture_is_told_with_its_last_byte_and_not_before(void **state)
{
    size_t n;
    const struct shape *shapes = shapes_all(&n);
    (void)state;
    for (size_t i = 0; i < n; i++) {
        struct sc_jpeg_walk walk = {0};
        if (shapes[i].rc != 0)
            continue;
        size_t end = shapes[i].picture_bytes;
        if (sc_jpeg_walk(&walk, shapes[i].data, end - 1, &limits) != -EAGAIN)
            fail_msg("%s without its last byte", shapes[i].name);
        if (sc_jpeg_walk(&walk, shapes[i].data, end, &limits) != 0 || walk.at != end)
            fail_msg("%s", shapes[i].name);
    }
}

static void an_answer_is_final(void **state)
{
    size_t n;
    const struct shape *shapes = shapes_all(&n);
    (void)state;
    for (size_t i = 0; i < n; i++) {
        struct sc_jpeg_walk walk, before;
        int rc = walk_at_once(&shapes[i], &walk);
        before = walk;
        assert_int_equal(sc_jpeg_walk(&walk, shapes[i].data, shapes[i].len_bytes, &limits), rc);
        same(&shapes[i], &walk, &before);
    }
}

static void every_failure_names_its_fault(void **state)
{
    size_t n;
    const struct shape *shapes = shapes_all(&n);
    (void)state;
    for (size_t i = 0; i < n; i++) {
        struct sc_jpeg_walk walk;
        int rc = walk_at_once(&shapes[i], &walk);
        if ((rc == -EBADMSG || rc == -EMSGSIZE) != (walk.fault != NULL))
            fail_msg("%s: %d", shapes[i].name, rc);
    }
}

static void picture_behind_a_cut_off_one_is_where_the_fault_is(void **state)
{
    struct sc_jpeg_walk walk = {0}, next = {0};
    const struct shape *shape = shapes_find("cut-then-another");
    (void)state;
    assert_int_equal(sc_jpeg_walk(&walk, shape->data, shape->len_bytes, &limits), -EBADMSG);
    assert_int_equal(
        sc_jpeg_walk(&next, shape->data + walk.at, shape->len_bytes - walk.at, &limits), 0);
    assert_int_equal(next.width_px, 16);
}

static void what_begins_otherwise_is_refused_at_its_first_bytes(void **state)
{
    static const struct {
        const char *data;
        size_t len_bytes;
        int rc;
    } cases[] = {
        {"", 0, -EAGAIN},          {"\xff", 1, -EAGAIN},       {"\xff\xd8", 2, -EAGAIN},
        {"\xff\xd9", 2, -EBADMSG}, {"\xfe", 1, -EBADMSG},      {"\xff\xff\xd8", 3, -EBADMSG},
        {"GIF89a", 6, -EBADMSG},   {"\xff\xd8x", 3, -EBADMSG},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sc_jpeg_walk walk = {0};
        assert_int_equal(
            sc_jpeg_walk(&walk, (const uint8_t *)cases[i].data, cases[i].len_bytes, &limits),
            cases[i].rc);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(byte_at_a_time_equals_all_at_once),
        cmocka_unit_test(any_two_pieces_equal_all_at_once),
        cmocka_unit_test(whole_picture_is_told_with_its_last_byte_and_not_before),
        cmocka_unit_test(an_answer_is_final),
        cmocka_unit_test(every_failure_names_its_fault),
        cmocka_unit_test(what_begins_otherwise_is_refused_at_its_first_bytes),
        cmocka_unit_test(picture_behind_a_cut_off_one_is_where_the_fault_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
