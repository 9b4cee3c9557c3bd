/* SPDX-License-Identifier: MIT */
/* The edits that turn an encoded JPEG into another shape; what number means, each tells. */
#pragma once

#include "shapes_encode.h"

/** Returns: where the first picture ends; 0: with the bytes. */
typedef size_t shapes_edit(struct bytes *b, size_t number);

/* Tables. */
shapes_edit edit_drop_huffman, edit_join_huffman;
/* Fill bytes before each marker; number: how many. */
shapes_edit edit_fill, edit_fill_without_huffman;
/* Metadata. number: how many thumbnails; the comment's length field; the sum of all such. */
shapes_edit edit_thumbnail, edit_comment, edit_meta, edit_every_app;
/* RSTn and TEM among the segments; COM, DRI and DQT behind the first scan. */
shapes_edit edit_bare_markers, edit_between_scans;
/* Behind the picture. number: how many zeros. */
shapes_edit edit_trail_zeros, edit_trail_picture, edit_multi_picture;
/* The frame header. number: marker | precision << 8; width << 16 | height. */
shapes_edit edit_sof, edit_size, edit_drop_frame_header, edit_double_frame_header;
/* Cut off. number: bytes kept; bytes lost. */
shapes_edit edit_cut, edit_cut_end, edit_cut_then_another, edit_cut_in_thumbnail;
/* Broken. number: 1: with height 0; two bytes behind the SOI; marker << 16 | length;
 * components of its one scan. */
shapes_edit edit_soi_eoi, edit_drop_scan, edit_dnl, edit_insert_hex, edit_length,
    edit_scan_components;
