/* SPDX-License-Identifier: MIT */
/* The Huffman tables of ITU-T T.81 annex K.3, as DHT segments. Webcams leave them out ("AVI1"
 * JPEGs) and WebKit then paints nothing. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define SC_REPAIR_HUFFMAN_BYTES 420

/** Returns: SC_REPAIR_HUFFMAN_BYTES bytes, static. */
const uint8_t *sc_repair_huffman(void);
