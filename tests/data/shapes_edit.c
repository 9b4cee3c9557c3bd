/* SPDX-License-Identifier: MIT */
#include "shapes_edit.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { SOF0 = 0xc0, DHT = 0xc4, SOS = 0xda, DQT = 0xdb, COM = 0xfe };

#define BEHIND_SOI 2

static void insert_segment(struct bytes *b, size_t at, uint8_t marker, const void *payload,
                           size_t payload_bytes)
{
    size_t length = payload_bytes + 2;
    assert(length <= 0xffff);
    const uint8_t head[] = {0xff, marker, (uint8_t)(length >> 8), (uint8_t)length};
    bytes_insert(b, at, payload, payload_bytes);
    bytes_insert(b, at, head, sizeof(head));
}

static struct bytes another(void)
{
    return encode_shape(&(struct encode_how){.width_px = 16, .height_px = 8});
}

size_t edit_drop_huffman(struct bytes *b, size_t number)
{
    size_t at;
    while ((at = bytes_find(b, DHT, -1)) < b->len_bytes)
        bytes_remove(b, at, bytes_segment_bytes(b, at));
    return 0;
}

size_t edit_join_huffman(struct bytes *b, size_t number)
{
    uint8_t tables[2000];
    size_t n = 0, at;
    while ((at = bytes_find(b, DHT, -1)) < b->len_bytes) {
        size_t size = bytes_segment_bytes(b, at);
        memcpy(tables + n, b->data + at + 4, size - 4);
        n += size - 4;
        bytes_remove(b, at, size);
    }
    insert_segment(b, bytes_find(b, SOS, 0), DHT, tables, n);
    return 0;
}

size_t edit_fill(struct bytes *b, size_t number)
{
    static const uint8_t fill[] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
    assert(number <= sizeof(fill));
    bytes_insert(b, b->len_bytes - 2, fill, number);
    size_t scan = bytes_find(b, SOS, 0), n = 0, starts[100];
    for (size_t at = BEHIND_SOI; at <= scan; at += bytes_segment_bytes(b, at))
        starts[n++] = at;
    while (n-- > 0)
        bytes_insert(b, starts[n], fill, number);
    return 0;
}

size_t edit_fill_without_huffman(struct bytes *b, size_t number)
{
    (void)edit_drop_huffman(b, 0);
    return edit_fill(b, 2);
}

size_t edit_thumbnail(struct bytes *b, size_t number)
{
    struct bytes thumbnail = another();
    bytes_insert(&thumbnail, 0, "Exif\0", 6);
    for (size_t i = 0; i < number; i++)
        insert_segment(b, BEHIND_SOI, (uint8_t)(0xe1 + i), thumbnail.data, thumbnail.len_bytes);
    free(thumbnail.data);
    return 0;
}

/* Full of markers that count for nothing inside a segment. */
static void insert_comment(struct bytes *b, size_t at, size_t length)
{
    static uint8_t payload[65533];
    for (size_t i = 0; i < sizeof(payload); i++)
        payload[i] = "\xff\xd9\xff\xda\xff\xd8\xff\x00"[i % 8];
    insert_segment(b, at, COM, payload, length - 2);
}

size_t edit_comment(struct bytes *b, size_t number)
{
    insert_comment(b, BEHIND_SOI, number < 2 ? 2 : number);
    if (number < 2)
        b->data[BEHIND_SOI + 3] = (uint8_t)number;
    return 0;
}

size_t edit_meta(struct bytes *b, size_t number)
{
    size_t left = number - (bytes_segment_bytes(b, BEHIND_SOI) - 2); /* its APP0 */
    while (left) {
        size_t length = left > 65535 ? 60000 : left;
        insert_comment(b, bytes_find(b, SOF0, 0), length);
        left -= length;
    }
    return 0;
}

size_t edit_every_app(struct bytes *b, size_t number)
{
    for (int i = 15; i > 0; i--)
        insert_segment(b, bytes_find(b, DQT, 0), (uint8_t)(0xe0 + i), "anything\xff\xd9", 10);
    return 0;
}

size_t edit_bare_markers(struct bytes *b, size_t number)
{
    static const uint8_t markers[] = {0xff, 0x01, 0xff, 0xd0, 0xff, 0xd7};
    bytes_insert(b, bytes_find(b, SOS, 0), markers, sizeof(markers));
    bytes_insert(b, BEHIND_SOI, markers, sizeof(markers));
    return 0;
}

/* The first marker behind a scan that does not belong to it. */
static size_t scan_end(const struct bytes *b)
{
    size_t at = bytes_find(b, SOS, 0);
    for (at += bytes_segment_bytes(b, at);; at++) {
        uint8_t next = b->data[at + 1];
        if (b->data[at] == 0xff && next != 0 && (next < 0xd0 || next > 0xd7))
            return at;
    }
}

size_t edit_between_scans(struct bytes *b, size_t number)
{
    static const uint8_t dri[] = {0xff, 0xdd, 0, 4, 0, 0};
    size_t table = bytes_find(b, DQT, 0), size = bytes_segment_bytes(b, table);
    uint8_t copy[200];
    assert(size <= sizeof(copy));
    memcpy(copy, b->data + table, size);
    bytes_insert(b, scan_end(b), copy, size);
    bytes_insert(b, scan_end(b), dri, sizeof(dri));
    insert_comment(b, scan_end(b), 1000);
    return 0;
}

size_t edit_trail_zeros(struct bytes *b, size_t number)
{
    size_t end = b->len_bytes;
    while (b->len_bytes < end + number)
        bytes_insert(b, end, "", 1);
    return end;
}

size_t edit_trail_picture(struct bytes *b, size_t number)
{
    struct bytes second = another();
    size_t end = b->len_bytes;
    bytes_insert(b, end, second.data, second.len_bytes);
    free(second.data);
    return end;
}

/* CIPA DC-007: an APP2 in each; the index that it points at is left out. */
size_t edit_multi_picture(struct bytes *b, size_t number)
{
    struct bytes second = another();
    insert_segment(b, bytes_find(b, DQT, 0), 0xe2, "MPF\0MM\0*\0\0\0\x8", 12);
    insert_segment(&second, bytes_find(&second, DQT, 0), 0xe2, "MPF\0MM\0*\0\0\0\x8", 12);
    size_t end = b->len_bytes;
    bytes_insert(b, end, second.data, second.len_bytes);
    free(second.data);
    return end;
}

size_t edit_sof(struct bytes *b, size_t number)
{
    size_t at = bytes_find(b, SOF0, 0);
    b->data[at + 1] = (uint8_t)number;
    b->data[at + 4] = (uint8_t)(number >> 8);
    return 0;
}

size_t edit_size(struct bytes *b, size_t number)
{
    uint8_t *size = b->data + bytes_find(b, SOF0, 0) + 5;
    size[0] = (uint8_t)(number >> 8);
    size[1] = (uint8_t)number;
    size[2] = (uint8_t)(number >> 24);
    size[3] = (uint8_t)(number >> 16);
    return 0;
}

size_t edit_drop_frame_header(struct bytes *b, size_t number)
{
    size_t at = bytes_find(b, SOF0, 0);
    bytes_remove(b, at, bytes_segment_bytes(b, at));
    return 0;
}

size_t edit_double_frame_header(struct bytes *b, size_t number)
{
    size_t at = bytes_find(b, SOF0, 0), size = bytes_segment_bytes(b, at);
    uint8_t copy[100];
    assert(size <= sizeof(copy));
    memcpy(copy, b->data + at, size);
    bytes_insert(b, at, copy, size);
    return 0;
}

size_t edit_cut(struct bytes *b, size_t number)
{
    b->len_bytes = number;
    return 0;
}

size_t edit_cut_end(struct bytes *b, size_t number)
{
    b->len_bytes -= number;
    return 0;
}

size_t edit_cut_then_another(struct bytes *b, size_t number)
{
    b->len_bytes -= number;
    return edit_trail_picture(b, 0);
}

/* Ends with the thumbnail's EOI. */
size_t edit_cut_in_thumbnail(struct bytes *b, size_t number)
{
    (void)edit_thumbnail(b, 1);
    b->len_bytes = BEHIND_SOI + bytes_segment_bytes(b, BEHIND_SOI);
    return 0;
}

size_t edit_soi_eoi(struct bytes *b, size_t number)
{
    bytes_remove(b, 2, b->len_bytes - 4);
    return 0;
}

size_t edit_drop_scan(struct bytes *b, size_t number)
{
    size_t at = bytes_find(b, SOS, 0);
    bytes_remove(b, at, b->len_bytes - 2 - at);
    return 0;
}

size_t edit_dnl(struct bytes *b, size_t number)
{
    if (number == 1)
        (void)edit_size(b, 40u << 16);
    insert_segment(b, b->len_bytes - 2, 0xdc, "\0\x18", 2);
    return 0;
}

size_t edit_insert_hex(struct bytes *b, size_t number)
{
    const uint8_t two[] = {(uint8_t)(number >> 8), (uint8_t)number};
    bytes_insert(b, BEHIND_SOI, two, sizeof(two));
    return 0;
}

size_t edit_length(struct bytes *b, size_t number)
{
    uint8_t *length = b->data + bytes_find(b, (uint8_t)(number >> 16), 0) + 2;
    length[0] = (uint8_t)(number >> 8);
    length[1] = (uint8_t)number;
    return 0;
}

size_t edit_scan_components(struct bytes *b, size_t number)
{
    uint8_t payload[4 + 2 * 5] = {(uint8_t)number};
    size_t at = bytes_find(b, SOS, 0);
    assert(number <= 5);
    for (size_t i = 0; i < number; i++)
        payload[1 + 2 * i] = (uint8_t)(1 + i);
    payload[2 + 2 * number] = 63;
    bytes_remove(b, at, bytes_segment_bytes(b, at));
    insert_segment(b, at, SOS, payload, 4 + 2 * number);
    return 0;
}
