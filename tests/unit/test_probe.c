/* SPDX-License-Identifier: MIT */
/* The probe and all kinds but JPEG, which test_probe_jpeg has. */
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

/* From memory that ends with the bytes given, so that a sanitizer sees one read too far. */
static int probe(const uint8_t *data, size_t len_bytes, struct sc_picture_info *out_info,
                 struct sc_err *err)
{
    uint8_t *copy = malloc(len_bytes + !len_bytes);
    memcpy(copy, data, len_bytes);
    int rc = sc_picture_probe(copy, len_bytes, &limits, out_info, err);
    free(copy);
    return rc;
}

static void whole_picture_is_taken_with_its_size(void **state)
{
    size_t n;
    const struct picture *all = pictures_all(&n);
    (void)state;
    for (size_t i = 0; i < n; i++) {
        struct sc_picture_info info;
        struct sc_err err;
        if (probe(all[i].data, all[i].len_bytes, &info, &err) < 0)
            fail_msg("%s: %s", all[i].name, err.text);
        if (info.kind != all[i].kind || info.width_px != 24 || info.height_px != 16)
            fail_msg("%s: %ux%u", all[i].name, info.width_px, info.height_px);
        size_t trailing = all[i].kind == SC_KIND_SVG && info.size_bytes < all[i].len_bytes;
        assert_int_equal(info.size_bytes, all[i].len_bytes - trailing);
        assert_false(info.is_without_huffman);
    }
}

static void no_picture_is_taken_without_its_last_byte(void **state)
{
    size_t n;
    const struct picture *all = pictures_all(&n);
    (void)state;
    for (size_t i = 0; i < n; i++) {
        struct sc_picture_info whole, info;
        assert_int_equal(probe(all[i].data, all[i].len_bytes, &whole, NULL), 0);
        for (size_t len = 0; len < whole.size_bytes; len++) {
            struct sc_err err = {0};
            if (probe(all[i].data, len, &info, &err) != -EBADMSG || !err.text[0])
                fail_msg("%s with %zu bytes", all[i].name, len);
        }
    }
}

static void what_follows_is_no_part_of_the_picture(void **state)
{
    static const char *const tails[] = {"x", "\r\n--boundary", "\0\0\0\0\0\0\0\0\0\0\0\0",
                                        "\0\0\0\x20zzzz a box that is none"};
    size_t n;
    const struct picture *all = pictures_all(&n);
    (void)state;
    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < sizeof(tails) / sizeof(tails[0]); k++) {
            struct sc_picture_info alone, followed;
            size_t tail = 12;
            uint8_t data[10100];
            memcpy(data, all[i].data, all[i].len_bytes);
            memcpy(data + all[i].len_bytes, tails[k], k == 0 ? tail = 1 : tail);
            assert_int_equal(probe(all[i].data, all[i].len_bytes, &alone, NULL), 0);
            if (probe(data, all[i].len_bytes + tail, &followed, NULL) < 0 ||
                followed.size_bytes != alone.size_bytes)
                fail_msg("%s with tail %zu", all[i].name, k);
        }
    }
}

struct edit {
    const char *name, *picture;
    size_t at;
    const char *bytes;
    size_t n_bytes;
    int rc;
};

#define BYTES(text) (text), sizeof(text) - 1

static const struct edit edits[] = {
    {"RIFF shorter than its head", "lossy.webp", 4, BYTES("\x03\0\0\0"), -EBADMSG},
    {"RIFF of the largest length", "lossy.webp", 4, BYTES("\xff\xff\xff\xff"), -EBADMSG},
    {"first chunk unknown", "lossy.webp", 12, BYTES("JUNK"), -EBADMSG},
    {"chunk behind the RIFF", "lossy.webp", 16, BYTES("\xff\xff\0\0"), -EBADMSG},
    {"VP8 without its start code", "lossy.webp", 23, BYTES("\0\0\0"), -EBADMSG},
    {"VP8 of width 0", "lossy.webp", 26, BYTES("\0\0"), -EBADMSG},
    {"VP8 scaled", "lossy.webp", 26, BYTES("\x18\x40"), 0},
    {"VP8L without its signature", "lossless.webp", 20, BYTES("\x2e"), -EBADMSG},
    {"VP8L of the largest size", "lossless.webp", 21, BYTES("\xff\xff\xff\x0f"), -EMSGSIZE},
    {"VP8X at the limit", "alpha.webp", 24, BYTES("\xff\x3f\0\0\0\0"), 0},
    {"VP8X above the limit", "alpha.webp", 24, BYTES("\0\x40\0\0\0\0"), -EMSGSIZE},
    {"VP8X twice", "alpha.webp", 30, BYTES("VP8X"), -EBADMSG},
    {"width 0 in the screen", "still.gif", 6, BYTES("\0\0"), -EBADMSG},
    {"height 0 in the screen", "still.gif", 8, BYTES("\0\0"), -EBADMSG},
    {"screen at the limit", "still.gif", 6, BYTES("\0\x40\1\0"), 0},
    {"screen above the limit", "still.gif", 6, BYTES("\1\x40\1\0"), -EMSGSIZE},
    {"GIF that is a trailer", "still.gif", 10, BYTES("\0\0\0;"), -EBADMSG},
    {"GIF with an unknown block", "still.gif", 10, BYTES("\0\0\0X"), -EBADMSG},
    {"meta shorter than its head", "still.avif", 0x20, BYTES("\0\0\0\x07"), -EBADMSG},
    {"WebP of a VP8X alone", "alpha.webp", 4, BYTES("\x16\0\0\0"), -EBADMSG},
    {"ftyp longer than the file", "still.avif", 0, BYTES("\0\0\xff\xff"), -EBADMSG},
};

static void every_damage_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
        const struct edit *edit = &edits[i];
        const struct picture *picture = pictures_find(edit->picture);
        uint8_t data[10000];
        struct sc_picture_info info;
        struct sc_err err = {0};
        memcpy(data, picture->data, picture->len_bytes);
        memcpy(data + edit->at, edit->bytes, edit->n_bytes);
        int rc = probe(data, picture->len_bytes, &info, &err);
        if (rc != edit->rc)
            fail_msg("%s: %d %s", edit->name, rc, err.text);
    }
}

/* Behind the ftyp box of an AVIF: what is given, with its own meta box for 'M'. */
static const struct {
    const char *name;
    struct {
        const char *data;
        size_t len_bytes;
    } before_meta, behind_meta;
    int rc;
    size_t trailing_bytes;
} avifs[] = {
    {"mdat", {BYTES("")}, {BYTES("\0\0\0\x0cmdat1234")}, 0, 0},
    {"mdat before meta", {BYTES("\0\0\0\x0cmdat1234")}, {BYTES("")}, 0, 0},
    {"mdat to the end", {BYTES("")}, {BYTES("\0\0\0\0mdat1234")}, 0, 0},
    {"mdat of a long length",
     {BYTES("")},
     {BYTES("\0\0\0\1mdat\0\0\0\0\0\0\0\x14"
            "1234")},
     0,
     0},
    {"long length below its head",
     {BYTES("")},
     {BYTES("\0\0\0\1mdat\0\0\0\0\0\0\0\x0f"
            "1234")},
     -EBADMSG,
     0},
    {"long length beyond measure",
     {BYTES("")},
     {BYTES("\0\0\0\1mdat\xff\xff\xff\xff\xff\xff\xff\xff"
            "1234")},
     -EBADMSG,
     0},
    {"long length cut off", {BYTES("")}, {BYTES("\0\0\0\1mdat\0\0\0")}, -EBADMSG, 0},
    {"no mdat",
     {BYTES("")},
     {BYTES("\0\0\0\x0c"
            "free1234")},
     -EBADMSG,
     0},
    {"second meta", {BYTES("")}, {BYTES("\0\0\0\x0cmeta1234")}, -EBADMSG, 0},
    {"second ftyp before meta",
     {BYTES("\0\0\0\x08"
            "ftyp")},
     {BYTES("")},
     -EBADMSG,
     0},
    {"unknown box before meta", {BYTES("\0\0\0\x0cxxxx1234")}, {BYTES("")}, -EBADMSG, 0},
    {"free boxes around",
     {BYTES("\0\0\0\x08"
            "free")},
     {BYTES("\0\0\0\x08mdat\0\0\0\x08"
            "free")},
     0,
     0},
    {"another AVIF behind it",
     {BYTES("")},
     {BYTES("\0\0\0\x08mdat\0\0\0\x10"
            "ftypavif\0\0\0\0")},
     0,
     16},
};

static void avif_is_read_by_its_boxes(void **state)
{
    enum { FTYP_BYTES = 0x20, META_BYTES = 0xf9 };
    const struct picture *avif = pictures_find("still.avif");
    (void)state;
    for (size_t i = 0; i < sizeof(avifs) / sizeof(avifs[0]); i++) {
        uint8_t data[1000], *to = data;
        struct sc_picture_info info;
        to = mempcpy(to, avif->data, FTYP_BYTES);
        to = mempcpy(to, avifs[i].before_meta.data, avifs[i].before_meta.len_bytes);
        to = mempcpy(to, avif->data + FTYP_BYTES, META_BYTES);
        to = mempcpy(to, avifs[i].behind_meta.data, avifs[i].behind_meta.len_bytes);
        size_t len = (size_t)(to - data);
        int rc = probe(data, len, &info, NULL);
        if (rc != avifs[i].rc || (rc == 0 && info.size_bytes != len - avifs[i].trailing_bytes))
            fail_msg("%s: %d", avifs[i].name, rc);
    }
}

static const struct {
    const char *name, *text;
    int rc;
    uint32_t width_px, height_px;
} svgs[] = {
    {"without any size", "<svg></svg>", 0, 0, 0},
    {"empty root", "<svg width='3' height='4'/>", 0, 3, 4},
    {"spaces around", "<svg\n width = '3' \t height = \"4\" ></svg>", 0, 3, 4},
    {"inches", "<svg width='1in' height='2.54cm'/>", 0, 96, 96},
    {"millimetres and picas", "<svg width='25.4mm' height='6pc'/>", 0, 96, 96},
    {"less than a pixel", "<svg width='.2' height='0.3px'/>", 0, 1, 1},
    {"font-relative", "<svg width='3em' height='4em'/>", 0, 0, 0},
    {"height alone", "<svg height='4'/>", 0, 0, 0},
    {"view box of three numbers", "<svg viewBox='0 0 7'/>", 0, 0, 0},
    {"width of something else", "<svg stroke-width='3' x:height='4'/>", 0, 0, 0},
    {"attribute that does not end", "<svg a='</svg>", -EBADMSG, 0, 0},
    {"attribute without quotes", "<svg width=3 height=4></svg>", 0, 0, 0},
    {"at the limit", "<svg width='16384' height='1'/>", 0, 16384, 1},
    {"above the limit", "<svg width='16385' height='1'/>", -EMSGSIZE, 0, 0},
    {"digits without end", "<svg width='99999999999999999999999' height='1'/>", -EMSGSIZE, 0, 0},
    {"no end tag", "<svg><g></g>", -EBADMSG, 0, 0},
    {"end tag of another", "<svg><g></svg></g>", -EBADMSG, 0, 0},
    {"end tag in a comment", "<svg><!-- </svg> -->", -EBADMSG, 0, 0},
    {"end tag in an attribute", "<svg a='</svg>'>", -EBADMSG, 0, 0},
    {"end tag in character data", "<svg><![CDATA[</svg>]]>", -EBADMSG, 0, 0},
    {"end tag cut off", "<svg></svg", -EBADMSG, 0, 0},
    {"end tag too short", "<svg></s>", -EBADMSG, 0, 0},
    {"comment that does not end", "<svg><!-- </svg>", -EBADMSG, 0, 0},
};

static void svg_is_read_as_far_as_its_numbers_and_its_end(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(svgs) / sizeof(svgs[0]); i++) {
        struct sc_picture_info info = {0};
        int rc = probe((const uint8_t *)svgs[i].text, strlen(svgs[i].text), &info, NULL);
        if (rc != svgs[i].rc || info.width_px != svgs[i].width_px ||
            info.height_px != svgs[i].height_px)
            fail_msg("%s: %d, %ux%u", svgs[i].name, rc, info.width_px, info.height_px);
    }
}

static void no_picture_is_told_as_such(void **state)
{
    static const struct {
        const char *data, *text;
    } cases[] = {
        {"", "there are no bytes at all: send a picture"},
        {"hello", "the 5 bytes are no picture: send JPEG, PNG, WebP, GIF or AVIF"},
        {"{\"a\": [1, 2, 3]}", "the 16 bytes are no picture: send JPEG, PNG, WebP, GIF or AVIF"},
        {"\xff\xd8 no marker at all", "the JPEG is damaged at byte 2: a byte that begins no "
                                      "marker"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct sc_picture_info info;
        struct sc_err err;
        const uint8_t *data = (const uint8_t *)cases[i].data;
        assert_int_equal(probe(data, strlen(cases[i].data), &info, &err), -EBADMSG);
        assert_string_equal(err.text, cases[i].text);
    }
}

static void limits_are_the_callers(void **state)
{
    const struct picture *png = pictures_find("rgb.png");
    struct sc_picture_limits tight = {.side_px = 24, .area_px = 24 * 16};
    struct sc_picture_info info;
    (void)state;
    assert_int_equal(sc_picture_probe(png->data, png->len_bytes, &tight, &info, NULL), 0);
    tight.area_px--;
    assert_int_equal(sc_picture_probe(png->data, png->len_bytes, &tight, &info, NULL), -EMSGSIZE);
    tight = (struct sc_picture_limits){.side_px = 23, .area_px = 1000};
    assert_int_equal(sc_picture_probe(png->data, png->len_bytes, &tight, &info, NULL), -EMSGSIZE);
}

static void limits_hold_at_their_value_and_not_one_past_it(void **state)
{
    static const struct {
        uint64_t width_px, height_px;
        int rc;
    } cases[] = {
        {16384, 1, 0},         {16385, 1, -EMSGSIZE},    {1, 16384, 0},
        {1, 16385, -EMSGSIZE}, {10000, 10000, 0},        {10000, 10001, -EMSGSIZE},
        {16384, 6103, 0},      {16384, 6104, -EMSGSIZE}, {1ULL << 32, 1ULL << 32, -EMSGSIZE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(sc_picture_check_size(&limits, cases[i].width_px, cases[i].height_px),
                         cases[i].rc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_picture_is_taken_with_its_size),
        cmocka_unit_test(no_picture_is_taken_without_its_last_byte),
        cmocka_unit_test(what_follows_is_no_part_of_the_picture),
        cmocka_unit_test(every_damage_is_told),
        cmocka_unit_test(avif_is_read_by_its_boxes),
        cmocka_unit_test(svg_is_read_as_far_as_its_numbers_and_its_end),
        cmocka_unit_test(no_picture_is_told_as_such),
        cmocka_unit_test(limits_are_the_callers),
        cmocka_unit_test(limits_hold_at_their_value_and_not_one_past_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
