/* SPDX-License-Identifier: MIT */
#include "picture/png.h"

#include "picture/probe.h"

#include "pictures.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct sc_picture_limits limits = SC_PICTURE_LIMITS_DEFAULT;

static void byte_at_a_time_ends_with_the_last_byte(void **state)
{
    size_t n;
    const struct picture *all = pictures_all(&n);
    (void)state;
    for (size_t i = 0; i < n; i++) {
        struct sc_png_walk walk = {0};
        if (all[i].kind != SC_KIND_PNG)
            continue;
        for (size_t len = 0; len < all[i].len_bytes; len++) {
            uint8_t *copy = malloc(len + 1);
            memcpy(copy, all[i].data, len);
            if (sc_png_walk(&walk, copy, len, &limits) != -EAGAIN || walk.at > len)
                fail_msg("%s at %zu", all[i].name, len);
            free(copy);
        }
        assert_int_equal(sc_png_walk(&walk, all[i].data, all[i].len_bytes, &limits), 0);
        assert_int_equal(walk.at, all[i].len_bytes);
        assert_int_equal(walk.width_px, 24);
        assert_int_equal(walk.height_px, 16);
    }
}

/* Offsets in a PNG: 8 length of IHDR, 12 its type, 16 width, 20 height, 24 depth, 25 colour,
 * 26 compression, 27 filter, 28 interlace, 33 length of the chunk behind it, 37 that one's type. */
static const struct {
    const char *name;
    size_t at;
    const char *bytes;
    size_t n_bytes;
    int rc;
} edits[] = {
    {"nothing changed", 0, "", 0, 0},
    {"signature damaged", 1, "p", 1, -EBADMSG},
    {"signature of a text mode", 4, "\n", 1, -EBADMSG},
    {"IHDR too long", 11, "\x0e", 1, -EBADMSG},
    {"another chunk first", 12, "IDAT", 4, -EBADMSG},
    {"width 0", 16, "\0\0\0\0", 4, -EBADMSG},
    {"height 0", 20, "\0\0\0\0", 4, -EBADMSG},
    {"width above the format's", 16, "\x80\0\0\0", 4, -EBADMSG},
    {"width at the limit", 16, "\0\0\x40\0\0\0\0\x01", 8, 0},
    {"width above the limit", 16, "\0\0\x40\x01\0\0\0\x01", 8, -EMSGSIZE},
    {"height above the limit", 16, "\0\0\0\x01\0\0\x40\x01", 8, -EMSGSIZE},
    {"area at the limit", 16, "\0\0\x27\x10\0\0\x27\x10", 8, 0},
    {"area above the limit", 16, "\0\0\x27\x10\0\0\x27\x11", 8, -EMSGSIZE},
    {"16 bits", 24, "\x10", 1, 0},
    {"4 bits, in RGB", 24, "\x04", 1, -EBADMSG},
    {"32 bits", 24, "\x20", 1, -EBADMSG},
    {"no bits", 24, "\x00", 1, -EBADMSG},
    {"colour type 1", 25, "\x01", 1, -EBADMSG},
    {"colour type 7", 25, "\x07", 1, -EBADMSG},
    {"compression 1", 26, "\x01", 1, -EBADMSG},
    {"filter 1", 27, "\x01", 1, -EBADMSG},
    {"interlaced", 28, "\x01", 1, 0},
    {"interlace 2", 28, "\x02", 1, -EBADMSG},
    {"chunk behind the end", 33, "\0\x01\0\0", 4, -EAGAIN},
    {"chunk above the format's length", 33, "\x80\0\0\0", 4, -EBADMSG},
    {"chunk of an unknown type, and so no IDAT", 37, "teSt", 4, -EBADMSG},
    {"chunk type with a digit", 37, "ID4T", 4, -EBADMSG},
    {"second IHDR", 37, "IHDR", 4, -EBADMSG},
    {"IEND with something in it", 37, "IEND", 4, -EBADMSG},
};

static void every_damage_is_told(void **state)
{
    const struct picture *png = pictures_find("rgb.png");
    (void)state;
    for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
        uint8_t data[1000];
        struct sc_png_walk once = {0}, walk = {0};
        assert_in_range(png->len_bytes, 1, sizeof(data));
        memcpy(data, png->data, png->len_bytes);
        memcpy(data + edits[i].at, edits[i].bytes, edits[i].n_bytes);
        int rc = sc_png_walk(&once, data, png->len_bytes, &limits);
        if (rc != edits[i].rc)
            fail_msg("%s: %d", edits[i].name, rc);
        assert_int_equal(rc == -EBADMSG || rc == -EMSGSIZE, once.fault != NULL);
        int rc_slowly = -EAGAIN;
        for (size_t len = 0; len <= png->len_bytes && rc_slowly == -EAGAIN; len++)
            rc_slowly = sc_png_walk(&walk, data, len, &limits);
        if (rc_slowly != rc || walk.at != once.at || walk.fault != once.fault)
            fail_msg("%s: byte at a time %d at %zu", edits[i].name, rc_slowly, walk.at);
        assert_int_equal(sc_png_walk(&walk, data, png->len_bytes, &limits), rc);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(byte_at_a_time_ends_with_the_last_byte),
        cmocka_unit_test(every_damage_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
