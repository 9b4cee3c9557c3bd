/* SPDX-License-Identifier: MIT */
/* The order in which people expect names: numbers by their value, so that 2 comes before 10. */
#pragma once

/**
 * Compares like strcmp, but runs of digits by value, however long and whatever zeros lead them.
 * Names that differ in leading zeros only are ordered by strcmp: only equal texts are equal.
 *
 * Returns: below, at or above 0.
 * Thread:  any.
 */
int sc_natural_compare(const char *a, const char *b);
