/* SPDX-License-Identifier: MIT */
#include "picture/patch_head.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "picture/bytes.h"

#define SOF0     0xc0
#define SOF2     0xc2
#define DHT      0xc4
#define JPG      0xc8
#define SOF9     0xc9
#define SOF10    0xca
#define DAC      0xcc
#define RST0     0xd0
#define SOI      0xd8
#define EOI      0xd9
#define SOS      0xda
#define DQT      0xdb
#define APP14    0xee
#define TEM      0x01
#define MOST_SUB 4

/* Where each coefficient of a table, in the order in which it is written, stands in its block. */
static const uint8_t places[64] = {
    0,  1,  8,  16, 9,  2,  3,  10, 17, 24, 32, 25, 18, 11, 4,  5,  12, 19, 26, 33, 40, 48,
    41, 34, 27, 20, 13, 6,  7,  14, 21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23,
    30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
};

static int read_tables(struct sc_patch_head *head, const uint8_t *data, size_t len)
{
    while (len > 0) {
        const size_t wide = data[0] >> 4 ? 2 : 1, table = data[0] & 15;
        if (table > 3 || data[0] >> 4 > 1 || len < 1 + 64 * wide)
            return -EBADMSG;
        for (size_t i = 0; i < 64; i++)
            head->steps[table][places[i]] =
                wide == 2 ? sc_bytes_be16(data + 1 + 2 * i) : data[1 + i];
        data += 1 + 64 * wide;
        len -= 1 + 64 * wide;
    }
    return 0;
}

static bool is_sampling_usual(const struct sc_patch_head *head)
{
    for (int i = 0; i < head->n_planes; i++) {
        const int across = head->planes[i].across, down = head->planes[i].down;
        if (across < 1 || across > MOST_SUB || down < 1 || down > MOST_SUB ||
            head->planes[0].across % across || head->planes[0].down % down)
            return false;
    }
    return true;
}

static int read_frame(struct sc_patch_head *head, const uint8_t *data, size_t len)
{
    if (len < 6)
        return -EBADMSG;
    const int n = data[5];
    if (len < 6 + 3 * (size_t)n)
        return -EBADMSG;
    if (data[0] != 8 || (n != 1 && n != 3))
        return -ENOTSUP;
    head->height_px = sc_bytes_be16(data + 1);
    head->width_px = sc_bytes_be16(data + 3);
    head->n_planes = n;
    for (int i = 0; i < n; i++) {
        const uint8_t *plane = data + 6 + 3 * i;
        head->planes[i].across = plane[1] >> 4;
        head->planes[i].down = plane[1] & 15;
        head->planes[i].table = plane[2] & 3;
    }
    if (n == 1) /* one plane alone is not sampled (T.81 A.2.2) */
        head->planes[0].across = head->planes[0].down = 1;
    if (head->width_px == 0 || head->height_px == 0)
        return -EBADMSG;
    return is_sampling_usual(head) ? 0 : -ENOTSUP;
}

/* Adobe's segment tells that three planes are red, green and blue. */
static bool is_adobe_rgb(const uint8_t *data, size_t len)
{
    return len >= 12 && memcmp(data, "Adobe", 5) == 0 && data[11] == 0;
}

static int read_segment(struct sc_patch_head *head, uint8_t marker, const uint8_t *data, size_t len)
{
    if (marker == DQT)
        return read_tables(head, data, len);
    if ((marker >= SOF0 && marker <= SOF2) || marker == SOF9 || marker == SOF10)
        return read_frame(head, data, len);
    if (marker > SOF2 && marker < RST0 && marker != DHT && marker != JPG && marker != DAC)
        return -ENOTSUP;
    if (marker == APP14 && is_adobe_rgb(data, len))
        return -ENOTSUP;
    return 0;
}

static bool has_tables(const struct sc_patch_head *head)
{
    for (int i = 0; i < head->n_planes; i++)
        for (int k = 0; k < 64; k++)
            if (head->steps[head->planes[i].table][k] == 0)
                return false;
    return true;
}

static int finish(const struct sc_patch_head *head, struct sc_patch_head *out_head)
{
    if (!has_tables(head))
        return -ENOTSUP;
    *out_head = *head;
    return 0;
}

/* Markers without a length. */
static bool is_bare(uint8_t marker)
{
    return marker == TEM || (marker >= RST0 && marker < SOI);
}

int sc_patch_head_read(struct sc_patch_head *out_head, const uint8_t *jpeg, size_t len_bytes)
{
    struct sc_patch_head head = {0};
    size_t at = 2;
    if (len_bytes < 4 || jpeg[0] != 0xff || jpeg[1] != SOI)
        return -EBADMSG;
    while (len_bytes - at >= 4 && jpeg[at] == 0xff) {
        const uint8_t marker = jpeg[at + 1];
        const size_t length = sc_bytes_be16(jpeg + at + 2);
        const size_t size = length < 2 ? 2 : length; /* decoders take that for an empty comment */
        if (marker == 0xff || is_bare(marker)) {
            at += marker == 0xff ? 1 : 2;
            continue;
        }
        if (marker == SOS && head.n_planes > 0)
            return finish(&head, out_head);
        if (marker == SOS || marker == EOI || len_bytes - at < 2 + size)
            return -EBADMSG;
        const int rc = read_segment(&head, marker, jpeg + at + 4, size - 2);
        if (rc < 0)
            return rc;
        at += 2 + size;
    }
    return -EBADMSG;
}
