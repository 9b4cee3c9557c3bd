/* SPDX-License-Identifier: MIT */
/* Hexadecimal digits, of either case. */
#pragma once

/** Returns: 0 to 15; -1 when it is no digit. */
static inline int sc_hex_value(char digit)
{
    if (digit >= '0' && digit <= '9')
        return digit - '0';
    if (digit >= 'a' && digit <= 'f')
        return digit - 'a' + 10;
    if (digit >= 'A' && digit <= 'F')
        return digit - 'A' + 10;
    return -1;
}
