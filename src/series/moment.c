/* SPDX-License-Identifier: MIT */
#include "series/moment.h"

#include <errno.h>
#include <math.h>

#include "series/number.h"

#define US_PER_S   1000000
#define S_PER_DAY  86400
#define YEAR_LEAST 1970
#define YEAR_MOST  9999

/* A text that is eaten from the left. */
struct eater {
    const char *at, *end;
};

static bool eat(struct eater *eater, char byte)
{
    if (eater->at == eater->end || *eater->at != byte)
        return false;
    eater->at++;
    return true;
}

/* Exactly so many digits. Returns: whether they are there and not above most. */
static bool eat_number(struct eater *eater, int n_digits, int most, int *out_number)
{
    int number = 0;
    if (eater->end - eater->at < n_digits)
        return false;
    for (int i = 0; i < n_digits; i++) {
        char byte = *eater->at++;
        if (byte < '0' || byte > '9')
            return false;
        number = number * 10 + (byte - '0');
    }
    *out_number = number;
    return number <= most;
}

/* Days since 1970 of a day of the Gregorian calendar, by counting years from March on. */
static int64_t days_of(int year, int month, int day)
{
    int64_t y = month > 2 ? year : year - 1;
    int64_t in_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return y * 365 + y / 4 - y / 100 + y / 400 + in_year - 719468;
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && is_leap);
}

static bool eat_date(struct eater *eater, int64_t *out_us)
{
    int year, month, day;
    if (!eat_number(eater, 4, YEAR_MOST, &year) || year < YEAR_LEAST || !eat(eater, '-') ||
        !eat_number(eater, 2, 12, &month) || month < 1 || !eat(eater, '-') ||
        !eat_number(eater, 2, 31, &day) || day < 1 || day > days_in(year, month))
        return false;
    *out_us = days_of(year, month, day) * S_PER_DAY * US_PER_S;
    return true;
}

static int64_t eat_fraction_us(struct eater *eater)
{
    int64_t us = 0, digit_us = US_PER_S / 10;
    for (; eater->at < eater->end && *eater->at >= '0' && *eater->at <= '9'; eater->at++) {
        us += (*eater->at - '0') * digit_us;
        digit_us /= 10;
    }
    return us;
}

static bool eat_clock(struct eater *eater, int64_t *us)
{
    int hour, minute, second = 0;
    int64_t fraction_us = 0;
    if (!eat_number(eater, 2, 23, &hour) || !eat(eater, ':') || !eat_number(eater, 2, 59, &minute))
        return false;
    if (eat(eater, ':')) {
        if (!eat_number(eater, 2, 60, &second)) /* 60: a leap second */
            return false;
        if (eat(eater, '.') || eat(eater, ','))
            fraction_us = eat_fraction_us(eater);
    }
    *us += ((int64_t)hour * 3600 + minute * 60 + second) * US_PER_S + fraction_us;
    return true;
}

static bool eat_zone(struct eater *eater, int64_t *us)
{
    int hours, minutes = 0;
    (void)eat(eater, ' ');
    if (eater->at == eater->end || eat(eater, 'Z') || eat(eater, 'z'))
        return true;
    bool is_east = eat(eater, '+');
    if (!is_east && !eat(eater, '-'))
        return false;
    if (!eat_number(eater, 2, 23, &hours))
        return false;
    (void)eat(eater, ':');
    if (eater->at < eater->end && !eat_number(eater, 2, 59, &minutes))
        return false;
    int64_t ahead_us = ((int64_t)hours * 3600 + minutes * 60) * US_PER_S;
    *us -= is_east ? ahead_us : -ahead_us;
    return true;
}

static int parse_iso(struct sc_word word, int64_t *out_unix_us)
{
    struct eater eater = {word.data, word.data + word.len_bytes};
    int64_t us;
    if (!eat_date(&eater, &us))
        return -EINVAL;
    bool has_clock = eat(&eater, 'T') || eat(&eater, 't') || eat(&eater, ' ');
    if (has_clock && (!eat_clock(&eater, &us) || !eat_zone(&eater, &us)))
        return -EINVAL;
    if (eater.at != eater.end)
        return -EINVAL;
    *out_unix_us = us;
    return 0;
}

/* Between the bounds lie the years 1970 to 5138 in one unit, and nothing plausible in the others.
 */
static int from_number(double number, int64_t *out_unix_us)
{
    static const struct {
        double below, us;
    } units[] = {{1e11, 1e6}, {1e14, 1e3}, {1e17, 1}, {1e20, 1e-3}};
    if (number == -1) {
        *out_unix_us = SC_MOMENT_NOW;
        return 0;
    }
    for (size_t i = 0; number >= 0 && i < sizeof units / sizeof *units; i++) {
        if (number >= units[i].below)
            continue;
        *out_unix_us = (int64_t)llround(number * units[i].us);
        return 0;
    }
    return -EINVAL;
}

int sc_moment_parse(struct sc_word word, int64_t *out_unix_us)
{
    double number;
    if (sc_word_is(word, "N")) {
        *out_unix_us = SC_MOMENT_NOW;
        return 0;
    }
    if (sc_number_parse(word, &number) == 0)
        return from_number(number, out_unix_us);
    return parse_iso(word, out_unix_us);
}
