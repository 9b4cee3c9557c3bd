/* SPDX-License-Identifier: MIT */
/* sc_cut against the truth table of JPEGs and pictures of all kinds: each between two good ones. */
#include "cut_kit.h"
#include "picture/probe.h"
#include "pictures.h"
#include "shapes.h"

#include <stdio.h>

enum wrapping { BARE, PART, PART_WITH_LENGTH };

static struct input wrap(enum wrapping wrapping, const struct bytes *pieces, size_t n)
{
    struct input in = {.form = wrapping == BARE ? SC_CUT_PLAIN : SC_CUT_MULTIPART,
                       .boundary = wrapping == BARE ? NULL : "b",
                       .picture_max_bytes = 1 << 20};
    for (size_t i = 0; i < n; i++) {
        char length[64] = "";
        if (wrapping == PART_WITH_LENGTH)
            (void)snprintf(length, sizeof length, "Content-Length: %zu\r\n", pieces[i].len_bytes);
        if (wrapping != BARE)
            put_text(&in.bytes, "\r\n--b\r\nContent-Type: image/jpeg\r\n");
        put_text(&in.bytes, length);
        if (wrapping != BARE)
            put_text(&in.bytes, "\r\n");
        put_bytes(&in.bytes, pieces[i]);
    }
    return in;
}

static struct output cut_between(const uint8_t *data, size_t len_bytes, enum wrapping wrapping,
                                 struct bytes good)
{
    struct bytes pieces[] = {good, {(uint8_t *)data, len_bytes, len_bytes}, good};
    struct input in = wrap(wrapping, pieces, 3);
    struct output out = cut_up(&in, 1 + (int)(len_bytes % 8));
    free(in.bytes.data);
    return out;
}

static bool is_good_around(const struct output *out, struct bytes good)
{
    const struct bytes *all = &out->pictures;
    return all->len_bytes >= 2 * good.len_bytes &&
           memcmp(all->data, good.data, good.len_bytes) == 0 &&
           memcmp(all->data + all->len_bytes - good.len_bytes, good.data, good.len_bytes) == 0;
}

static void check_shape(const struct shape *shape, enum wrapping wrapping, struct bytes good)
{
    struct output out = cut_between(shape->data, shape->len_bytes, wrapping, good);
    bool is_whole = shape->rc != -EBADMSG; /* what is above a limit is for its taker to refuse */
    const char *events = is_whole ? "PPP" : shape->len_bytes ? "PBP" : "PP";
    size_t given_bytes = 2 * good.len_bytes + (is_whole ? shape->picture_bytes : 0);
    bool is_right = is_good_around(&out, good);
    if (wrapping != BARE)
        is_right &= strcmp(out.events, events) == 0 && out.pictures.len_bytes == given_bytes;
    if (is_whole)
        is_right &=
            memcmp(out.pictures.data + good.len_bytes, shape->data, shape->picture_bytes) == 0;
    if (!is_right)
        print_error("%s, wrapping %d: %s\n", shape->name, wrapping, out.events);
    assert_true(is_right);
    free(out.pictures.data);
}

static void every_shape_is_cut_out_or_lost_alone(void **state)
{
    size_t n;
    const struct shape *shapes = shapes_all(&n), *first = shapes_find("baseline-420");
    struct bytes good = {first->data, first->len_bytes, first->len_bytes};
    (void)state;
    for (size_t i = 0; i < n; i++)
        for (int wrapping = BARE; wrapping <= PART_WITH_LENGTH; wrapping++)
            check_shape(&shapes[i], (enum wrapping)wrapping, good);
}

static void check_picture(const struct picture *picture, enum wrapping wrapping, struct bytes good)
{
    static const struct sc_picture_limits limits = SC_PICTURE_LIMITS_DEFAULT;
    struct sc_picture_info info;
    struct output out = cut_between(picture->data, picture->len_bytes, wrapping, good);
    assert_int_equal(sc_picture_probe(picture->data, picture->len_bytes, &limits, &info, NULL), 0);
    size_t more_bytes = out.pictures.len_bytes - 2 * good.len_bytes - info.size_bytes;
    bool is_right = strcmp(out.events, "PPP") == 0 && is_good_around(&out, good);
    /* The delimiter's end of line may be left on what does not tell its own end. */
    is_right &= more_bytes <= (picture->kind == SC_KIND_AVIF && wrapping == PART ? 2 : 0);
    is_right =
        is_right && memcmp(out.pictures.data + good.len_bytes, picture->data, info.size_bytes) == 0;
    if (!is_right)
        print_error("%s, wrapping %d: %s, %zd bytes more\n", picture->name, wrapping, out.events,
                    (ssize_t)more_bytes);
    assert_true(is_right);
    free(out.pictures.data);
}

static void every_kind_of_picture_passes_as_a_part(void **state)
{
    size_t n;
    const struct picture *pictures = pictures_all(&n);
    const struct shape *first = shapes_find("baseline-420");
    struct bytes good = {first->data, first->len_bytes, first->len_bytes};
    (void)state;
    for (size_t i = 0; i < n; i++)
        for (int wrapping = PART; wrapping <= PART_WITH_LENGTH; wrapping++)
            check_picture(&pictures[i], (enum wrapping)wrapping, good);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_shape_is_cut_out_or_lost_alone),
        cmocka_unit_test(every_kind_of_picture_passes_as_a_part),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
