/* SPDX-License-Identifier: MIT */
/* Numbers as programs print them, whatever the locale is. */
#pragma once

#include "series/word.h"

/**
 * Reads "-1.5e3", "+7", ".5", "nan", "inf" (in any case); the whole word.
 *
 * Returns: 0; -EINVAL it is no number. What is too large to be told becomes an infinity.
 */
int sc_number_parse(struct sc_word word, double *out_value);
