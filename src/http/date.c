/* SPDX-License-Identifier: MIT */
#include "http/date.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define LAST_UNIX_S 253402300799 /* Fri, 31 Dec 9999 23:59:59 GMT */

static const char days[] = "SunMonTueWedThuFriSat";
static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

void sc_date_write(int64_t unix_s, char out_text[SC_DATE_BYTES])
{
    time_t seconds = unix_s < 0 ? 0 : unix_s > LAST_UNIX_S ? LAST_UNIX_S : unix_s;
    struct tm t;
    (void)gmtime_r(&seconds, &t);
    (void)snprintf(out_text, SC_DATE_BYTES, "%.3s, %02u %.3s %04u %02u:%02u:%02u GMT",
                   days + 3 * t.tm_wday, (unsigned)t.tm_mday % 100, months + 3 * t.tm_mon,
                   (unsigned)(t.tm_year + 1900) % 10000, (unsigned)t.tm_hour % 100,
                   (unsigned)t.tm_min % 100, (unsigned)t.tm_sec % 100);
}

static int number_at(const char *digits, size_t n)
{
    int number = 0;
    for (size_t i = 0; i < n; i++)
        number = number * 10 + (digits[i] - '0');
    return number;
}

static int month_at(const char *name)
{
    for (int i = 0; i < 12; i++)
        if (memcmp(name, months + 3 * i, 3) == 0)
            return i;
    return -1;
}

/* A date is one when writing it gives the same text: that checks every byte, name and range. */
int sc_date_parse(struct sc_text text, int64_t *out_unix_s)
{
    char again[SC_DATE_BYTES];
    if (text.len_bytes != SC_DATE_BYTES - 1)
        return -EINVAL;
    struct tm t = {
        .tm_mday = number_at(text.data + 5, 2),
        .tm_mon = month_at(text.data + 8),
        .tm_year = number_at(text.data + 12, 4) - 1900,
        .tm_hour = number_at(text.data + 17, 2),
        .tm_min = number_at(text.data + 20, 2),
        .tm_sec = number_at(text.data + 23, 2),
    };
    int64_t unix_s = timegm(&t);
    sc_date_write(unix_s, again);
    if (memcmp(again, text.data, text.len_bytes) != 0)
        return -EINVAL;
    *out_unix_s = unix_s;
    return 0;
}
