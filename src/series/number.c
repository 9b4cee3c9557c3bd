/* SPDX-License-Identifier: MIT */
#include "series/number.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#define MANTISSA_MAX ((uint64_t)1 << 53)
#define POWER_MAX    22 /* the largest power of ten that a double holds exactly */
#define LONG_BYTES   512

/* Taken apart: (-1)^is_negative * mantissa * 10^power, when is_exact. */
struct decimal {
    uint64_t mantissa;
    int power;
    bool is_negative, is_exact;
};

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* Returns: how many digits there are. */
static size_t take_digits(struct decimal *decimal, const char *at, size_t len, bool is_fraction)
{
    size_t n = 0;
    for (; n < len && is_digit(at[n]); n++) {
        if (decimal->mantissa > UINT64_MAX / 10 - 1) {
            decimal->is_exact = false;
            continue;
        }
        decimal->mantissa = decimal->mantissa * 10 + (uint64_t)(at[n] - '0');
        decimal->power -= is_fraction;
    }
    return n;
}

/* Returns: length of "e-12"; 0 when there is none or it is malformed. */
static size_t take_exponent(struct decimal *decimal, const char *at, size_t len)
{
    size_t n = 1;
    int value = 0;
    if (len < 2 || (at[0] | 0x20) != 'e')
        return 0;
    bool is_negative = at[1] == '-';
    n += at[1] == '-' || at[1] == '+';
    size_t first = n;
    for (; n < len && is_digit(at[n]); n++)
        if (value < 10000)
            value = value * 10 + (at[n] - '0');
    decimal->power += is_negative ? -value : value;
    return n > first ? n : 0;
}

/* Returns: whether all of the word is a decimal number. */
static bool take_apart(struct sc_word word, struct decimal *out_decimal)
{
    const char *at = word.data, *end = word.data + word.len_bytes;
    *out_decimal = (struct decimal){.is_exact = true};
    if (at < end && (*at == '-' || *at == '+'))
        out_decimal->is_negative = *at++ == '-';
    size_t n_whole = take_digits(out_decimal, at, (size_t)(end - at), false), n_fraction = 0;
    at += n_whole;
    if (at < end && *at == '.') {
        n_fraction = take_digits(out_decimal, at + 1, (size_t)(end - at - 1), true);
        at += 1 + n_fraction;
    }
    if (n_whole + n_fraction == 0)
        return false;
    if (at < end)
        at += take_exponent(out_decimal, at, (size_t)(end - at));
    return at == end;
}

static double signed_as(const struct decimal *decimal, double value)
{
    return decimal->is_negative ? -value : value;
}

/* The rest of the work is the C library's, in a locale whose point is a point. */
static int parse_hard(struct sc_word word, double *out_value)
{
    char text[LONG_BYTES];
    locale_t plain = word.len_bytes < sizeof text ? newlocale(LC_ALL_MASK, "C", (locale_t)0) : NULL;
    if (!plain)
        return -EINVAL;
    memcpy(text, word.data, word.len_bytes);
    text[word.len_bytes] = '\0';
    *out_value = strtod_l(text, NULL, plain);
    freelocale(plain); /* glibc's "C" is static: both are cheap */
    return 0;
}

static int parse_word(struct sc_word word, double *out_value)
{
    static const struct {
        const char *text;
        double value;
    } words[] = {
        {"nan", NAN},        {"inf", INFINITY},        {"infinity", INFINITY},  {"+inf", INFINITY},
        {"-inf", -INFINITY}, {"-infinity", -INFINITY}, {"+infinity", INFINITY}, {"-nan", NAN},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (!sc_word_is_like(word, words[i].text))
            continue;
        *out_value = words[i].value;
        return 0;
    }
    return -EINVAL;
}

/* A product or quotient of two numbers that doubles hold exactly is rounded once, as it should be.
 */
int sc_number_parse(struct sc_word word, double *out_value)
{
    static const double powers[POWER_MAX + 1] = {
        1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
        1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    };
    struct decimal decimal;
    if (!take_apart(word, &decimal))
        return parse_word(word, out_value);
    bool is_simple = decimal.is_exact && decimal.mantissa <= MANTISSA_MAX &&
                     decimal.power >= -POWER_MAX && decimal.power <= POWER_MAX;
    if (!is_simple)
        return parse_hard(word, out_value);
    double value = (double)decimal.mantissa;
    *out_value = signed_as(&decimal, decimal.power < 0 ? value / powers[-decimal.power]
                                                       : value * powers[decimal.power]);
    return 0;
}
