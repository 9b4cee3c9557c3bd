/* SPDX-License-Identifier: MIT */
/* Dates of header fields: "Sun, 06 Nov 1994 08:49:37 GMT" (IMF-fixdate, RFC 9110 section 5.6.7),
 * whatever the locale and the time zone. */
#pragma once

#include "http/text.h"

#include <stdint.h>

#define SC_DATE_BYTES 30 /* with its NUL */

/** unix_s  seconds since 1970, of the years 1970 to 9999; others become the nearest of these. */
void sc_date_write(int64_t unix_s, char out_text[SC_DATE_BYTES]);

/** Returns: 0; -EINVAL not exactly such a date, or one that no calendar has. */
int sc_date_parse(struct sc_text text, int64_t *out_unix_s);
