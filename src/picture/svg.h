/* SPDX-License-Identifier: MIT */
/* Tells an SVG, as far as that needs no XML parser. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Returns: whether the bytes begin an SVG: at most a byte order mark, white space, an XML
 *          declaration, comments and a DOCTYPE, then a tag called svg, with or without a prefix.
 * Thread:  any.
 */
bool sc_svg_begins(const uint8_t *data, size_t len_bytes);
