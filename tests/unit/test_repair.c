/* SPDX-License-Identifier: MIT */
#include "picture/repair.h"

#include "picture/probe.h"

#include "shapes.h"
#include "shapes_encode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <turbojpeg.h>

#include <cmocka.h>

#define PIXELS_BYTES (40 * 24 * 3)

static void decode(const struct bytes *jpeg, uint8_t *out_pixels)
{
    tjhandle turbo = tjInitDecompress();
    assert_non_null(turbo);
    assert_int_equal(
        tjDecompress2(turbo, jpeg->data, jpeg->len_bytes, out_pixels, 40, 0, 24, TJPF_RGB, 0), 0);
    (void)tjDestroy(turbo);
}

/* The tables as libjpeg writes them: a segment for each, taken together here. */
static void tables_are_those_that_libjpeg_writes(void **state)
{
    const struct shape *shape = shapes_find("one-huffman-segment");
    const struct bytes jpeg = {shape->data, shape->len_bytes};
    size_t at = bytes_find(&jpeg, 0xc4, 0);
    (void)state;
    assert_int_equal(bytes_segment_bytes(&jpeg, at), SC_REPAIR_HUFFMAN_BYTES);
    assert_memory_equal(jpeg.data + at, sc_repair_huffman(), SC_REPAIR_HUFFMAN_BYTES);
}

static void repaired_picture_decodes_to_the_pixels_of_the_whole_one(void **state)
{
    static const struct sc_picture_limits limits = SC_PICTURE_LIMITS_DEFAULT;
    const struct encode_how how = {.restart_mcus = 2};
    struct bytes whole = encode_shape(&how), jpeg = encode_shape(&how);
    struct sc_picture_info info;
    uint8_t expected[PIXELS_BYTES], pixels[PIXELS_BYTES];
    size_t at;
    (void)state;
    while ((at = bytes_find(&jpeg, 0xc4, -1)) < jpeg.len_bytes)
        bytes_remove(&jpeg, at, bytes_segment_bytes(&jpeg, at));
    assert_int_equal(sc_picture_probe(jpeg.data, jpeg.len_bytes, &limits, &info, NULL), 0);
    assert_true(info.is_without_huffman);
    bytes_insert(&jpeg, info.huffman_at, sc_repair_huffman(), SC_REPAIR_HUFFMAN_BYTES);
    assert_int_equal(sc_picture_probe(jpeg.data, jpeg.len_bytes, &limits, &info, NULL), 0);
    assert_false(info.is_without_huffman);
    assert_int_equal(info.size_bytes, jpeg.len_bytes);
    decode(&whole, expected);
    decode(&jpeg, pixels);
    assert_memory_equal(pixels, expected, PIXELS_BYTES);
    free(whole.data);
    free(jpeg.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_those_that_libjpeg_writes),
        cmocka_unit_test(repaired_picture_decodes_to_the_pixels_of_the_whole_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
