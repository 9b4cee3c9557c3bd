/* SPDX-License-Identifier: MIT */
#include "base/digest.h"

void sc_digest_text(const uint8_t digest[static SC_DIGEST_BYTES], char out[static SC_DIGEST_TEXT])
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    uint32_t bits = 0;
    unsigned n_bits = 0;
    for (size_t i = 0; i < SC_DIGEST_BYTES; i++) {
        bits = bits << 8 | digest[i];
        for (n_bits += 8; n_bits >= 6; n_bits -= 6)
            *out++ = digits[bits >> (n_bits - 6) & 63];
    }
    *out++ = digits[bits << (6 - n_bits) & 63];
    *out = '\0';
}
