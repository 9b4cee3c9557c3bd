/* SPDX-License-Identifier: MIT */
/* Times as programs print them. */
#pragma once

#include "series/word.h"

#include <stdint.h>

#define SC_MOMENT_NOW INT64_MIN /* whenever it arrives */

/**
 * Reads a time: seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by their
 * size; "-1" and "N" (now, in Graphite's way); or ISO 8601 as in "2026-11-23T01:27:22.5+01:00",
 * with a blank instead of the T, without the seconds, or without a zone, which then is UTC.
 *
 * out_unix_us  SC_MOMENT_NOW for now.
 *
 * Returns: 0; -EINVAL it is no time.
 */
int sc_moment_parse(struct sc_word word, int64_t *out_unix_us);
