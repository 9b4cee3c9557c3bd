/* SPDX-License-Identifier: MIT */
#include "stillcast/frame.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "picture/repair.h"
#include "shapes.h"

#define FRAME_MAX 100000

static struct sc_pool *pool;

static int set_up(void **state)
{
    return sc_pool_create(1000000, FRAME_MAX, &pool);
}

static int tear_down(void **state)
{
    size_t left = sc_pool_used_bytes(pool);
    sc_pool_unref(&pool);
    return left == 0 ? 0 : -1;
}

static struct sc_draft *draft_of(const void *data, size_t len)
{
    struct sc_draft *draft = NULL;
    assert_int_equal(sc_draft_create(pool, 0, &draft), 0);
    assert_int_equal(sc_draft_append(draft, data, len), 0);
    return draft;
}

static const struct sc_frame *frame_of(const void *data, size_t len)
{
    const struct sc_seal how = {.captured_unix_us = 1700000000000123};
    const struct sc_frame *frame = NULL;
    struct sc_draft *draft = draft_of(data, len);
    assert_int_equal(sc_draft_seal(&draft, &how, &frame, NULL), 0);
    assert_null(draft);
    return frame;
}

static void assert_text(struct sc_slice slice, const char *text)
{
    assert_int_equal(slice.len_bytes, strlen(text));
    assert_memory_equal(slice.data, text, strlen(text));
}

static void head_and_tails_lie_around_the_picture(void **state)
{
    const struct shape *shape = shapes_find("baseline-420");
    const struct sc_frame *frame = frame_of(shape->data, shape->len_bytes);
    char head[200];
    int n = snprintf(head, sizeof head,
                     "Content-Type: image/jpeg\r\nContent-Length: %zu\r\n"
                     "X-Timestamp: 1700000000.000123\r\n\r\n",
                     shape->len_bytes);
    struct sc_slice part = sc_frame_part(frame), picture = sc_frame_picture(frame);
    struct sc_slice continued = sc_frame_continued(frame);
    assert_memory_equal(part.data, head, n);
    assert_ptr_equal(part.data + n, picture.data);
    assert_int_equal(picture.len_bytes, shape->len_bytes);
    assert_memory_equal(picture.data, shape->data, shape->len_bytes);
    assert_text((struct sc_slice){picture.data + picture.len_bytes,
                                  part.len_bytes - (size_t)n - picture.len_bytes},
                "\r\n--boundarydonotcross\r\n");
    assert_ptr_equal(continued.data, picture.data);
    assert_text((struct sc_slice){continued.data + picture.len_bytes,
                                  continued.len_bytes - picture.len_bytes},
                "\r\n--boundarydonotcross\r\nContent-Type: image/jpeg\r\n\r\n");
    assert_text(sc_frame_first_head(frame), "Content-Type: image/jpeg\r\n\r\n");
    sc_frame_unref(&frame);
}

static void what_follows_the_picture_is_trimmed(void **state)
{
    const struct shape *shape = shapes_find("baseline-420");
    uint8_t bytes[FRAME_MAX];
    memcpy(bytes, shape->data, shape->len_bytes);
    memset(bytes + shape->len_bytes, 0xaa, 500);
    const struct sc_frame *frame = frame_of(bytes, shape->len_bytes + 500);
    assert_int_equal(sc_frame_picture(frame).len_bytes, shape->len_bytes);
    sc_frame_unref(&frame);
}

static void missing_huffman_tables_are_inserted(void **state)
{
    size_t n_shapes, n_tried = 0;
    const struct shape *shapes = shapes_all(&n_shapes);
    for (size_t i = 0; i < n_shapes; i++) {
        if (!shapes[i].is_without_huffman || shapes[i].rc != 0)
            continue;
        const struct sc_frame *frame = frame_of(shapes[i].data, shapes[i].len_bytes);
        struct sc_slice picture = sc_frame_picture(frame);
        assert_int_equal(picture.len_bytes, shapes[i].picture_bytes + SC_REPAIR_HUFFMAN_BYTES);
        assert_true(shapes_decode(picture.data, picture.len_bytes));
        sc_frame_unref(&frame);
        n_tried++;
    }
    assert_true(n_tried > 0);
}

static void every_shape_is_taken_or_refused_as_the_probe_says(void **state)
{
    size_t n_shapes;
    const struct shape *shapes = shapes_all(&n_shapes);
    const struct sc_seal how = {0};
    for (size_t i = 0; i < n_shapes; i++) {
        if (shapes[i].len_bytes > FRAME_MAX)
            continue;
        const struct sc_frame *frame = NULL;
        struct sc_draft *draft = draft_of(shapes[i].data, shapes[i].len_bytes);
        assert_int_equal(sc_draft_seal(&draft, &how, &frame, NULL), shapes[i].rc);
        assert_null(draft);
        assert_true((frame != NULL) == (shapes[i].rc == 0));
        sc_frame_unref(&frame);
    }
}

static void an_empty_draft_is_refused_with_a_sentence(void **state)
{
    const struct sc_seal how = {0};
    const struct sc_frame *frame = NULL;
    struct sc_err err;
    struct sc_draft *draft = NULL;
    assert_int_equal(sc_draft_create(pool, 10, &draft), 0);
    assert_int_equal(sc_draft_seal(&draft, &how, &frame, &err), -EBADMSG);
    assert_non_null(strstr(err.text, "empty"));
    assert_null(frame);
}

static void svg_needs_leave(void **state)
{
    static const char svg[] =
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"8\" height=\"4\"/>";
    struct sc_seal how = {.is_svg_allowed = false};
    const struct sc_frame *frame = NULL;
    struct sc_draft *draft = draft_of(svg, sizeof svg - 1);
    assert_int_equal(sc_draft_seal(&draft, &how, &frame, NULL), -EPERM);
    how.is_svg_allowed = true;
    draft = draft_of(svg, sizeof svg - 1);
    assert_int_equal(sc_draft_seal(&draft, &how, &frame, NULL), 0);
    assert_int_equal(sc_frame_kind(frame), SC_KIND_SVG);
    sc_frame_unref(&frame);
}

static void a_draft_takes_the_limit_and_not_one_byte_more(void **state)
{
    static uint8_t bytes[FRAME_MAX];
    struct sc_draft *draft = draft_of(bytes, FRAME_MAX - 1);
    uint8_t *room;
    size_t room_bytes;
    assert_int_equal(sc_draft_append(draft, bytes, 2), -EMSGSIZE);
    assert_int_equal(sc_draft_append(draft, bytes, 1), 0);
    assert_int_equal(sc_draft_room(draft, 1, &room, &room_bytes), -EMSGSIZE);
    assert_int_equal(sc_draft_len_bytes(draft), FRAME_MAX);
    sc_draft_destroy(&draft);
    assert_int_equal(sc_draft_create(pool, FRAME_MAX + 1, &draft), -EMSGSIZE);
}

static void an_exhausted_pool_refuses_and_recovers(void **state)
{
    struct sc_draft *drafts[16] = {NULL}, *one_more = NULL;
    size_t n = 0;
    while (n < 16 && sc_draft_create(pool, FRAME_MAX, &drafts[n]) == 0)
        n++;
    assert_in_range(n, 5, 9); /* a million bytes in all */
    assert_int_equal(sc_draft_create(pool, FRAME_MAX, &one_more), -ENOMEM);
    sc_draft_destroy(&drafts[0]);
    assert_int_equal(sc_draft_create(pool, FRAME_MAX, &one_more), 0);
    sc_draft_destroy(&one_more);
    for (size_t i = 0; i < n; i++)
        sc_draft_destroy(&drafts[i]);
}

static void frames_outlive_their_pool(void **state)
{
    const struct shape *shape = shapes_find("baseline-420");
    const struct sc_frame *frame = frame_of(shape->data, shape->len_bytes);
    const struct sc_frame *second = sc_frame_ref(frame);
    struct sc_pool *own = sc_pool_ref(pool);
    sc_pool_unref(&own);
    sc_frame_unref(&frame);
    assert_memory_equal(sc_frame_picture(second).data, shape->data, shape->len_bytes);
    sc_frame_unref(&second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(head_and_tails_lie_around_the_picture, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_follows_the_picture_is_trimmed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(missing_huffman_tables_are_inserted, set_up, tear_down),
        cmocka_unit_test_setup_teardown(every_shape_is_taken_or_refused_as_the_probe_says, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_empty_draft_is_refused_with_a_sentence, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(svg_needs_leave, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_draft_takes_the_limit_and_not_one_byte_more, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_exhausted_pool_refuses_and_recovers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(frames_outlive_their_pool, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
