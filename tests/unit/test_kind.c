/* SPDX-License-Identifier: MIT */
#include "stillcast/kind.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define BYTES(text) (text), sizeof(text) - 1

static const struct {
    const char *name, *data;
    size_t len_bytes;
    enum sc_kind kind;
} cases[] = {
    {"JPEG with JFIF", BYTES("\xff\xd8\xff\xe0\0\x10JFIF"), SC_KIND_JPEG},
    {"JPEG without JFIF", BYTES("\xff\xd8\xff\xdb"), SC_KIND_JPEG},
    {"shortest JPEG beginning", BYTES("\xff\xd8\xff"), SC_KIND_JPEG},
    {"two bytes of a JPEG", BYTES("\xff\xd8"), SC_KIND_NONE},
    {"SOI and no marker", BYTES("\xff\xd8\x00\xff"), SC_KIND_NONE},
    {"PNG", BYTES("\x89PNG\r\n\x1a\n"), SC_KIND_PNG},
    {"PNG that went through a text mode", BYTES("\x89PNG\n\x1a\n\0"), SC_KIND_NONE},
    {"WebP", BYTES("RIFF\x10\0\0\0WEBPVP8 "), SC_KIND_WEBP},
    {"RIFF that is a WAV", BYTES("RIFF\x10\0\0\0WAVEfmt "), SC_KIND_NONE},
    {"GIF87a", BYTES("GIF87a"), SC_KIND_GIF},
    {"GIF89a", BYTES("GIF89a\1\0"), SC_KIND_GIF},
    {"GIF88a", BYTES("GIF88a\1\0"), SC_KIND_NONE},
    {"AVIF",
     BYTES("\0\0\0\x14"
           "ftypavif\0\0\0\0mif1"),
     SC_KIND_AVIF},
    {"AVIF sequence",
     BYTES("\0\0\0\x10"
           "ftypavis\0\0\0\0"),
     SC_KIND_AVIF},
    {"AVIF by a compatible brand",
     BYTES("\0\0\0\x18"
           "ftypmif1\0\0\0\0miafavif"),
     SC_KIND_AVIF},
    {"brand behind the ftyp box",
     BYTES("\0\0\0\x14"
           "ftypmif1\0\0\0\0miafavif"),
     SC_KIND_NONE},
    {"minor version that reads as a brand",
     BYTES("\0\0\0\x10"
           "ftypmif1avif"),
     SC_KIND_NONE},
    {"HEIC",
     BYTES("\0\0\0\x18"
           "ftypheic\0\0\0\0mif1heic"),
     SC_KIND_NONE},
    {"MP4",
     BYTES("\0\0\0\x18"
           "ftypisom\0\0\0\0isomiso2"),
     SC_KIND_NONE},
    {"bare SVG", BYTES("<svg>"), SC_KIND_SVG},
    {"SVG with attributes", BYTES("<svg width='1'>"), SC_KIND_SVG},
    {"empty SVG", BYTES("<svg/>"), SC_KIND_SVG},
    {"prefixed SVG", BYTES("<s:svg xmlns:s='http://www.w3.org/2000/svg'>"), SC_KIND_SVG},
    {"SVG behind all that may be",
     BYTES("\xef\xbb\xbf <?xml version='1.0'?>\r\n<!-- <html> --><!DOCTYPE svg PUBLIC \"a>b\" [\n"
           "<!ENTITY a \"]>\"><!-- ]> --> ]>\n<svg "),
     SC_KIND_SVG},
    {"SVG behind a comment that does not end", BYTES("<!-- <svg>"), SC_KIND_NONE},
    {"tag that begins like svg", BYTES("<svgx>"), SC_KIND_NONE},
    {"tag cut off behind svg", BYTES("<svg"), SC_KIND_NONE},
    {"SVG behind text", BYTES("x<svg>"), SC_KIND_NONE},
    {"SVG in capitals", BYTES("<SVG>"), SC_KIND_NONE},
    {"HTML with an SVG in it", BYTES("<!DOCTYPE html><html><svg></svg></html>"), SC_KIND_NONE},
    {"BMP", BYTES("BM\x36\0\0\0\0\0\0\0\x36\0"), SC_KIND_NONE},
    {"zeros", BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), SC_KIND_NONE},
    {"nothing", BYTES(""), SC_KIND_NONE},
};

static void kind_is_told_from_the_first_bytes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        if (sc_kind_of((const uint8_t *)cases[i].data, cases[i].len_bytes) != cases[i].kind)
            fail_msg("%s", cases[i].name);
}

static void no_beginning_of_a_case_is_taken_for_another_kind(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        for (size_t n = 0; n < cases[i].len_bytes; n++) {
            enum sc_kind kind = sc_kind_of((const uint8_t *)cases[i].data, n);
            if (kind != SC_KIND_NONE && kind != cases[i].kind)
                fail_msg("%zu bytes of: %s", n, cases[i].name);
        }
    }
}

static void every_kind_has_a_name_and_a_media_type(void **state)
{
    (void)state;
    for (enum sc_kind kind = SC_KIND_NONE; kind <= SC_KIND_SVG; kind++) {
        assert_true(strlen(sc_kind_name(kind)) > 0);
        assert_non_null(strchr(sc_kind_media_type(kind), '/'));
    }
    assert_string_equal(sc_kind_media_type(SC_KIND_JPEG), "image/jpeg");
    assert_string_equal(sc_kind_media_type(SC_KIND_SVG), "image/svg+xml");
    assert_string_equal(sc_kind_media_type(SC_KIND_NONE), "application/octet-stream");
    assert_string_equal(sc_kind_name(SC_KIND_NONE), "unknown");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kind_is_told_from_the_first_bytes),
        cmocka_unit_test(no_beginning_of_a_case_is_taken_for_another_kind),
        cmocka_unit_test(every_kind_has_a_name_and_a_media_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
