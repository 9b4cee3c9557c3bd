/* SPDX-License-Identifier: MIT */
#include "cut_kit.h"

enum { JPEG = 'j', PNG = 'p', CUT_JPEG = 'c', CUT_APP = 'a', GARBAGE = 'g', PADDING = '0' };

static struct bytes make(char what, uint32_t seed)
{
    struct bytes made = {0};
    if (what == PNG)
        made = make_png(300 + seed * 7, seed);
    else if (what == GARBAGE)
        put_text(&made, "no picture, only text\xff\xd8 and an FF D8 \x89PNG");
    else if (what == PADDING)
        put(&made, "\0\0\0\0\r\n \t\xff", 9);
    else
        made = make_jpeg(300 + seed * 5, seed);
    if (what == CUT_JPEG)
        made.len_bytes -= 100;
    if (what == CUT_APP)
        made.len_bytes = 30;
    return made;
}

static void every_chunking_gives_the_same_pictures(void **state)
{
    static const struct {
        const char *name, *pieces, *events;
    } rows[] = {
        {"nothing", "", ""},
        {"one JPEG", "j", "P"},
        {"JPEGs", "jjjj", "PPPP"},
        {"PNGs", "ppp", "PPP"},
        {"both", "jpjpp", "PPPPP"},
        {"padding between is no garbage", "j0j00p0", "PPP"},
        {"padding alone", "0", ""},
        {"garbage in front", "gj", "BP"},
        {"garbage is counted once a run", "ggjg0gj", "BPBP"},
        {"garbage behind", "jg", "PB"},
        {"garbage alone", "g", "B"},
        {"cut off by the next", "cj", "BP"},
        {"cut off, a PNG next", "cpj", "BPP"},
        {"cut off and the end", "jc", "PB"},
        {"two cut off", "ccj", "BBP"},
        {"cut off inside a segment, which swallows the next picture's beginning", "ajj", "BPP"},
        {"cut off inside a segment at the end", "ja", "PB"},
        {"cut off, then garbage: one loss", "cgj", "BP"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct input in = {.form = SC_CUT_PLAIN};
        struct bytes pictures = {0};
        for (const char *p = rows[i].pieces; *p; p++) {
            struct bytes piece = make(*p, (uint32_t)(p - rows[i].pieces) + 1);
            put_bytes(&in.bytes, piece);
            if (*p == JPEG || *p == PNG)
                put_bytes(&pictures, piece);
            free(piece.data);
        }
        assert_cut(rows[i].name, &in, rows[i].events, pictures);
        in.form = SC_CUT_AUTO;
        assert_cut(rows[i].name, &in, rows[i].events, pictures);
        free(in.bytes.data);
        free(pictures.data);
    }
}

static void picture_at_the_limit_passes_and_one_above_is_skipped(void **state)
{
    (void)state;
    for (char what = JPEG; what; what = what == JPEG ? PNG : 0) {
        struct bytes picture = make(what, 50), small = make(JPEG, 1);
        struct input in = {.form = SC_CUT_PLAIN, .picture_max_bytes = picture.len_bytes};
        put_bytes(&in.bytes, small);
        put_bytes(&in.bytes, picture);
        put_bytes(&in.bytes, small);
        assert_cut("at the limit", &in, "PPP", in.bytes);
        struct bytes smalls = {0};
        put_bytes(&smalls, small);
        put_bytes(&smalls, small);
        in.picture_max_bytes = picture.len_bytes - 1;
        assert_cut("above the limit", &in, "PMP", smalls);
        free(picture.data);
        free(small.data);
        free(smalls.data);
        free(in.bytes.data);
    }
}

static void damaged_png_loses_nothing_behind_it(void **state)
{
    struct bytes png = make(PNG, 3), jpeg = make(JPEG, 4), good = {0};
    struct input in = {.form = SC_CUT_PLAIN};
    (void)state;
    png.data[33 + 2] = 8; /* its IDAT says 2 KiB more than there is */
    put_bytes(&in.bytes, png);
    for (int i = 0; i < 5; i++) {
        put_bytes(&in.bytes, jpeg);
        put_bytes(&good, jpeg);
    }
    assert_cut("a chunk too long", &in, "BPPPPP", good);
    free(in.bytes.data);
    free(good.data);
    free(png.data);
    free(jpeg.data);
}

static void picture_is_given_with_its_last_byte(void **state)
{
    (void)state;
    for (char what = JPEG; what; what = what == JPEG ? PNG : 0) {
        struct bytes picture = make(what, 9);
        struct sc_cut *cut;
        const uint8_t *data;
        size_t len_bytes = 0;
        assert_int_equal(sc_cut_create(SC_CUT_PLAIN, NULL, KIT_MAX_BYTES, &cut), 0);
        for (size_t i = 0; i < picture.len_bytes; i++) {
            assert_int_equal(sc_cut_next(cut, &data, &len_bytes), -EAGAIN);
            assert_int_equal(feed(cut, picture, i, 1), 1);
        }
        assert_int_equal(sc_cut_next(cut, &data, &len_bytes), 0);
        assert_int_equal(len_bytes, picture.len_bytes);
        sc_cut_destroy(&cut);
        free(picture.data);
    }
}

static void memory_grows_with_the_bytes_and_shrinks_again(void **state)
{
    struct input in = {.form = SC_CUT_PLAIN, .picture_max_bytes = 8 << 20};
    struct bytes small = make_jpeg(20000, 1);
    (void)state;
    put_bytes(&in.bytes, small);
    struct output out = cut_up(&in, 4);
    assert_true(out.used_bytes <= 256 * 1024);
    free(out.pictures.data);
    struct bytes large = make_jpeg(4 << 20, 2);
    put_bytes(&in.bytes, large);
    out = cut_up(&in, 8);
    assert_true(out.used_bytes > large.len_bytes && out.last_bytes == out.used_bytes);
    free(out.pictures.data);
    for (int i = 0; i < 60; i++)
        put_bytes(&in.bytes, small);
    out = cut_up(&in, 8);
    assert_true(out.last_bytes <= 512 * 1024);
    free(out.pictures.data);
    free(small.data);
    free(large.data);
    free(in.bytes.data);
}

/* Each of these makes a splitter quadratic that looks at bytes again for every picture that seems
 * to begin. */
static void hostile_bytes_cost_no_more_than_others(void **state)
{
    static const struct {
        const char *name, *unit;
        size_t unit_bytes;
    } rows[] = {
        {"SOI without end", "\xff\xd8\xff", 3},
        {"SOI and the longest segment", "\xff\xd8\xff\xe1\xff\xff", 6},
        {"PNG and a chunk that ends where the next one's does",
         "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\1\0\0\0\1\x08\2\0\0\0....\0\x0f\0\0IDAT", 41},
        {"SOI, frame, segment", "\xff\xd8\xff\xc0\0\x0b\x08\0\1\0\1\1\1\x11\0\xff\xe0\xff\xf0", 19},
        {"PNG signatures", "\x89PNG\r\n\x1a\n", 8},
        {"PNG signatures but for the last byte", "\x89PNG\r\n\x1a", 7},
        {"fill bytes", "\xff", 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct input in = {.form = SC_CUT_PLAIN, .picture_max_bytes = 1 << 20};
        while (in.bytes.len_bytes < 3 << 20)
            put(&in.bytes, rows[i].unit, rows[i].unit_bytes);
        double seconds = time_of(&in);
        if (seconds > 2)
            print_error("%s: %.1f s\n", rows[i].name, seconds);
        assert_true(seconds <= 2);
        free(in.bytes.data);
    }
}

static void auto_tells_a_boundary_line_from_a_picture(void **state)
{
    struct bytes jpeg = make(JPEG, 1);
    struct input in = {.form = SC_CUT_AUTO};
    (void)state;
    put_text(&in.bytes, "\r\n--anything\r\n\r\n");
    put_bytes(&in.bytes, jpeg);
    assert_cut("multipart", &in, "P", jpeg);
    in.bytes.len_bytes = 0;
    put_text(&in.bytes, "\r\n-");
    put_bytes(&in.bytes, jpeg);
    assert_cut("plain", &in, "BP", jpeg);
    free(in.bytes.data);
    free(jpeg.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_chunking_gives_the_same_pictures),
        cmocka_unit_test(picture_at_the_limit_passes_and_one_above_is_skipped),
        cmocka_unit_test(damaged_png_loses_nothing_behind_it),
        cmocka_unit_test(picture_is_given_with_its_last_byte),
        cmocka_unit_test(memory_grows_with_the_bytes_and_shrinks_again),
        cmocka_unit_test(hostile_bytes_cost_no_more_than_others),
        cmocka_unit_test(auto_tells_a_boundary_line_from_a_picture),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
