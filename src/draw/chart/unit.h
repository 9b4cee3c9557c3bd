/* SPDX-License-Identifier: MIT */
/* Values as people read them: with prefixes, as durations, as parts of a hundred; and which steps
 * between values are round in that unit. */
#pragma once

#include <stddef.h>

#define SC_CHART_VALUE_BYTES 48

struct sc_chart_unit {
    int family;       /* private to chart/unit.c */
    double factor;    /* of a value, before it is printed */
    const char *text; /* behind the prefix; never NULL */
};

/** text  as sc_chart_config has it; borrowed. */
void sc_chart_unit_init(struct sc_chart_unit *unit, const char *text);

/** Returns: the least round step that is at least that large. step  above 0. */
double sc_chart_unit_step(const struct sc_chart_unit *unit, double step);

/**
 * Prints a value.
 *
 * step  between values that are to be told apart; 0: with three digits that count.
 */
void sc_chart_unit_print(const struct sc_chart_unit *unit, double value, double step, char *out,
                         size_t out_bytes);

/** Returns: as wide a value as can be expected; for the room of labels. */
const char *sc_chart_unit_widest(const struct sc_chart_unit *unit, char *out, size_t out_bytes);
