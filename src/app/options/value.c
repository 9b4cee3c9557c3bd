/* SPDX-License-Identifier: MIT */
#include "app/options/value.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"

#define FRACTION_MAX 1000000 /* six digits: times an hour in ns it still fits */

const struct sc_value_unit sc_value_time[] = {
    {"h", 3600 * SC_NS_PER_S}, {"m", 60 * SC_NS_PER_S}, {"s", SC_NS_PER_S},
    {"ms", SC_NS_PER_MS},      {"", SC_NS_PER_S},       {NULL, 0},
};

const struct sc_value_unit sc_value_size[] = {
    {"G", 1 << 30},   {"M", 1 << 20},   {"K", 1 << 10},   {"", 1},
    {"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {NULL, 0},
};

const struct sc_value_unit sc_value_count[] = {{"", 1}, {NULL, 0}};

static const struct sc_value_unit *find_unit(const struct sc_value_unit *units, const char *name)
{
    for (; units->name; units++)
        if (strcmp(units->name, name) == 0)
            return units;
    return NULL;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int read_whole(const char **text, uint64_t *out_whole)
{
    uint64_t whole = 0;
    if (!is_digit(**text))
        return -EINVAL;
    for (; is_digit(**text); (*text)++)
        if (__builtin_mul_overflow(whole, 10, &whole) ||
            __builtin_add_overflow(whole, (uint64_t)(**text - '0'), &whole))
            return -ERANGE;
    *out_whole = whole;
    return 0;
}

/* The digits behind the point, as a part of denominator. */
static int read_fraction(const char **text, uint64_t *out_numerator, uint64_t *out_denominator)
{
    *out_numerator = 0;
    *out_denominator = 1;
    if (**text != '.')
        return 0;
    (*text)++;
    for (; is_digit(**text); (*text)++) {
        *out_numerator = *out_numerator * 10 + (uint64_t)(**text - '0');
        *out_denominator *= 10;
        if (*out_denominator > FRACTION_MAX)
            return -EINVAL;
    }
    return *out_denominator == 1 ? -EINVAL : 0;
}

int sc_value_parse(const char *text, const struct sc_value_unit *units, uint64_t *out_value)
{
    uint64_t whole, numerator, denominator, value;
    int status = read_whole(&text, &whole);
    if (status == 0)
        status = read_fraction(&text, &numerator, &denominator);
    if (status < 0)
        return status;
    const struct sc_value_unit *unit = find_unit(units, text);
    if (!unit || (numerator * unit->factor) % denominator != 0)
        return -EINVAL;
    if (__builtin_mul_overflow(whole, unit->factor, &value) ||
        __builtin_add_overflow(value, numerator * unit->factor / denominator, &value))
        return -ERANGE;
    *out_value = value;
    return 0;
}

void sc_value_format(uint64_t value, const struct sc_value_unit *units,
                     char out_text[static SC_VALUE_TEXT_BYTES])
{
    while (value % units->factor != 0 && units[1].name && units[1].factor < units->factor)
        units++;
    if (value == 0)
        (void)snprintf(out_text, SC_VALUE_TEXT_BYTES, "0");
    else
        (void)snprintf(out_text, SC_VALUE_TEXT_BYTES, "%" PRIu64 "%s", value / units->factor,
                       units->name);
}
