/* SPDX-License-Identifier: MIT */
/* Numbers with units as people write them: times (500ms, 10s, 5m, 1h, 1.5) and sizes (512K, 16M).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct sc_value_unit {
    const char *name; /* "" : what a bare number means */
    uint64_t factor;
};

/* End with a NULL name; the largest unit comes first. */
extern const struct sc_value_unit sc_value_time[];  /* in ns */
extern const struct sc_value_unit sc_value_size[];  /* in bytes */
extern const struct sc_value_unit sc_value_count[]; /* no unit at all, whole numbers */

/**
 * Reads a number with a unit: decimal digits, at most six behind a point.
 *
 * Returns: 0; -EINVAL not such a number, an unknown unit, or less than the smallest whole; -ERANGE
 *          above 64 bits.
 */
int sc_value_parse(const char *text, const struct sc_value_unit *units, uint64_t *out_value);

#define SC_VALUE_TEXT_BYTES 24

/** Writes value in the largest unit that gives a whole number: "10s", "16M", "0"; what none does is
 * cut to the smallest. */
void sc_value_format(uint64_t value, const struct sc_value_unit *units,
                     char out_text[static SC_VALUE_TEXT_BYTES]);
