/* SPDX-License-Identifier: MIT */
#include "base/stamp.h"

#include <stdbool.h>

#define SECONDS_DIGITS 12

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

uint64_t sc_stamp_read_us(const char *text, size_t len_bytes)
{
    uint64_t s = 0, us = 0, weight_us = 100000;
    size_t i = 0;
    for (; i < len_bytes && is_digit(text[i]); i++) {
        if (i == SECONDS_DIGITS)
            return 0;
        s = s * 10 + (uint64_t)(text[i] - '0');
    }
    bool has_part = i > 0 && i < len_bytes && text[i] == '.';
    for (i += has_part; has_part && i < len_bytes && is_digit(text[i]); i++) {
        us += weight_us * (uint64_t)(text[i] - '0');
        weight_us /= 10;
    }
    return i == len_bytes ? s * 1000000 + us : 0;
}
