/* SPDX-License-Identifier: MIT */
/* The probe against every shape of JPEG, and against libjpeg with the shapes spoiled at random. */
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

#define N_MUTANTS        40000
#define MUTANT_MAX_BYTES 4000

static const struct sc_picture_limits limits = SC_PICTURE_LIMITS_DEFAULT;

static void shapes_meant_as_decodable_are(void **state)
{
    size_t n, n_decodable = 0;
    const struct shape *shapes = shapes_all(&n);
    (void)state;
    for (size_t i = 0; i < n; i++) {
        bool is_clean = shapes_decode(shapes[i].data, shapes[i].len_bytes);
        if (shapes[i].is_decodable && !is_clean)
            fail_msg("libjpeg does not take '%s'", shapes[i].name);
        if (is_clean && shapes[i].rc == 0)
            n_decodable++;
    }
    assert_true(n_decodable >= 40);
}

static void every_shape_is_judged_as_its_table_says(void **state)
{
    size_t n;
    const struct shape *shapes = shapes_all(&n);
    (void)state;
    for (size_t i = 0; i < n; i++) {
        const struct shape *s = &shapes[i];
        struct sc_picture_info info = {0};
        struct sc_err err = {0};
        int rc = sc_picture_probe(s->data, s->len_bytes, &limits, &info, &err);
        if (rc != s->rc)
            fail_msg("%s: %d, %s", s->name, rc, err.text);
        if (rc == 0 && (info.kind != SC_KIND_JPEG || info.size_bytes != s->picture_bytes ||
                        info.width_px != s->width_px || info.height_px != s->height_px ||
                        info.is_without_huffman != s->is_without_huffman))
            fail_msg("%s: %ux%u, %zu bytes", s->name, info.width_px, info.height_px,
                     info.size_bytes);
        if (rc < 0 && (err.code != rc || strlen(err.text) < 20 || info.size_bytes))
            fail_msg("%s: '%s'", s->name, err.text);
    }
}

static void tables_go_in_front_of_the_first_scan(void **state)
{
    size_t n;
    const struct shape *shapes = shapes_all(&n);
    (void)state;
    for (size_t i = 0; i < n; i++) {
        struct sc_picture_info info;
        if (!shapes[i].is_without_huffman)
            continue;
        assert_int_equal(
            sc_picture_probe(shapes[i].data, shapes[i].len_bytes, &limits, &info, NULL), 0);
        assert_memory_equal(shapes[i].data + info.huffman_at, "\xff\xda", 2);
    }
}

static void sentences_help(void **state)
{
    static const struct {
        const char *name, *text;
    } cases[] = {
        {"empty", "there are no bytes at all: send a picture"},
        {"soi-only", "the 2 bytes are no picture: send JPEG, PNG, WebP, GIF or AVIF"},
        {"cut-in-header",
         "the JPEG ends after 100 bytes, before its EOI marker: send whole pictures"},
        {"too-wide", "the JPEG is 16385x1 pixels: at most 16384 a side and 100000000 in all are "
                     "taken"},
        {"too-much-meta", "the JPEG has too much beside the picture (APPn, COM): at most 262144 "
                          "bytes of that are taken"},
        {"soi-twice",
         "the JPEG is damaged at byte 2: another picture begins before this one's end"},
        {"zero-between-segments", "the JPEG is damaged at byte 2: a byte that begins no marker"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct shape *s = shapes_find(cases[i].name);
        struct sc_picture_info info;
        struct sc_err err;
        assert_true(sc_picture_probe(s->data, s->len_bytes, &limits, &info, &err) < 0);
        assert_string_equal(err.text, cases[i].text);
    }
}

static uint32_t chance(uint32_t below)
{
    static uint64_t x = 88172645463325252u;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return (uint32_t)(x >> 32) % below;
}

static uint8_t telling_byte(void)
{
    static const uint8_t bytes[] = {0xff, 0x00, 0xd8, 0xd9, 0xda, 0xc0, 0xc2, 0xc4, 0xdb,
                                    0xdc, 0xdd, 0xd0, 0xe0, 0xe1, 0xfe, 0x01, 0x02, 0x7f};
    return bytes[chance(sizeof(bytes))];
}

/* One small accident. */
static size_t spoil(uint8_t *data, size_t len)
{
    size_t at = chance((uint32_t)len), n = 1 + chance(20);
    if (n > len - at)
        n = len - at;
    switch (chance(6)) {
    case 0:
        data[at] ^= (uint8_t)(1u << chance(8));
        return len;
    case 1:
        data[at] = telling_byte();
        return len;
    case 2:
        data[at] = telling_byte();
        data[at + n - 1] = telling_byte();
        return len;
    case 3: /* lost */
        memmove(data + at, data + at + n, len - at - n);
        return len - n;
    case 4: /* doubled */
        memmove(data + at + n, data + at, len - at);
        return len + n;
    default:
        return 1 + chance((uint32_t)len); /* cut off */
    }
}

struct tally {
    unsigned n_tried, n_taken, n_clean;
};

static void check_meaning(const uint8_t *data, size_t len, const char *name, struct tally *tally)
{
    struct sc_picture_info info = {0};
    int rc = sc_picture_probe(data, len, &limits, &info, NULL);
    bool is_clean = shapes_decode(data, len);
    if (rc != 0 && rc != -EBADMSG && rc != -EMSGSIZE)
        fail_msg("%s: %d", name, rc);
    if (is_clean && rc == -EBADMSG && !memmem(data, len, "\xff\xdc", 2))
        fail_msg("%s: refused, and libjpeg takes it", name);
    tally->n_tried++;
    tally->n_clean += is_clean;
    if (rc != 0)
        return;
    tally->n_taken++;
    assert_true(info.kind == SC_KIND_JPEG && info.size_bytes <= len);
    assert_memory_equal(data, "\xff\xd8", 2);
    assert_memory_equal(data + info.size_bytes - 2, "\xff\xd9", 2);
    assert_in_range(info.width_px, 1, limits.side_px);
    assert_in_range(info.height_px, 1, limits.side_px);
    assert_true(!info.is_without_huffman || info.huffman_at < info.size_bytes);
}

static void mutants_are_refused_or_whole_and_what_libjpeg_takes_is_taken(void **state)
{
    size_t n;
    const struct shape *shapes = shapes_all(&n);
    struct tally tally = {0};
    (void)state;
    for (int i = 0; i < N_MUTANTS; i++) {
        const struct shape *s = &shapes[chance((uint32_t)n)];
        if (s->len_bytes == 0 || s->len_bytes > MUTANT_MAX_BYTES)
            continue;
        uint8_t data[MUTANT_MAX_BYTES + 20 * 3];
        size_t len = s->len_bytes;
        memcpy(data, s->data, len);
        for (uint32_t k = 1 + chance(3); k > 0 && len > 0; k--)
            len = spoil(data, len);
        check_meaning(data, len, s->name, &tally);
    }
    print_message("%u mutants: %u taken, %u of them clean\n", tally.n_tried, tally.n_taken,
                  tally.n_clean);
    assert_true(tally.n_tried >= 20000 && tally.n_taken > 2000 && tally.n_clean > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shapes_meant_as_decodable_are),
        cmocka_unit_test(every_shape_is_judged_as_its_table_says),
        cmocka_unit_test(tables_go_in_front_of_the_first_scan),
        cmocka_unit_test(sentences_help),
        cmocka_unit_test(mutants_are_refused_or_whole_and_what_libjpeg_takes_is_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
