/* SPDX-License-Identifier: MIT */
#include "draw/chart/time.h"

#include <stdbool.h>
#include <stdio.h>
#include <time.h>

#define MS_US  1000LL
#define S_US   1000000LL
#define MIN_US (60 * S_US)
#define H_US   (60 * MIN_US)
#define DAY_US (24 * H_US)

static const int64_t steps_us[] = {
    100 * MS_US, 200 * MS_US, 500 * MS_US, S_US,        2 * S_US,    5 * S_US,     10 * S_US,
    15 * S_US,   30 * S_US,   MIN_US,      2 * MIN_US,  5 * MIN_US,  10 * MIN_US,  15 * MIN_US,
    30 * MIN_US, H_US,        2 * H_US,    3 * H_US,    6 * H_US,    12 * H_US,    DAY_US,
    2 * DAY_US,  7 * DAY_US,  14 * DAY_US, 28 * DAY_US, 91 * DAY_US, 182 * DAY_US, 364 * DAY_US,
};
#define N_STEPS (sizeof steps_us / sizeof *steps_us)

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Seconds east of Greenwich at that moment. */
static struct tm local(int64_t unix_us)
{
    const time_t seconds = (time_t)floor_div(unix_us, S_US);
    struct tm tm = {.tm_mday = 1};
    (void)localtime_r(&seconds, &tm); /* fails past the year 2^31 only */
    return tm;
}

static int64_t offset_us(int64_t unix_us)
{
    return (int64_t)local(unix_us).tm_gmtoff * S_US;
}

int64_t sc_chart_time_step_us(int64_t least_us)
{
    for (size_t i = 0; i < N_STEPS; i++)
        if (steps_us[i] >= least_us)
            return steps_us[i];
    return steps_us[N_STEPS - 1] * (floor_div(least_us - 1, steps_us[N_STEPS - 1]) + 1);
}

/* Where clocks are set back or forth between the two, the offset of the earlier moment counts. */
int64_t sc_chart_time_floor_us(int64_t unix_us, int64_t step_us)
{
    const int64_t local_us = floor_div(unix_us + offset_us(unix_us), step_us) * step_us;
    const int64_t guess_us = local_us - offset_us(unix_us);
    const int64_t better_us = local_us - offset_us(guess_us);
    return better_us <= unix_us ? better_us : guess_us;
}

static void name(int64_t unix_us, int64_t step_us, char *out, size_t out_bytes)
{
    const struct tm tm = local(unix_us);
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    const bool is_midnight = tm.tm_hour == 0 && tm.tm_min == 0 && tm.tm_sec == 0;
    const int tenths = (int)((unix_us - floor_div(unix_us, S_US) * S_US) / (100 * MS_US));
    if (step_us >= 28 * DAY_US)
        (void)snprintf(out, out_bytes, "%s %d", months[tm.tm_mon], tm.tm_year + 1900);
    else if (step_us >= 7 * DAY_US)
        (void)snprintf(out, out_bytes, "%d %s", tm.tm_mday, months[tm.tm_mon]);
    else if (is_midnight && tenths == 0)
        (void)snprintf(out, out_bytes, "%s %d %s", days[tm.tm_wday], tm.tm_mday, months[tm.tm_mon]);
    else if (step_us >= MIN_US)
        (void)snprintf(out, out_bytes, "%02d:%02d", tm.tm_hour, tm.tm_min);
    else if (step_us >= S_US)
        (void)snprintf(out, out_bytes, "%02d:%02d:%02d", tm.tm_hour, tm.tm_min, tm.tm_sec);
    else
        (void)snprintf(out, out_bytes, "%02d:%02d.%d", tm.tm_min, tm.tm_sec, tenths);
}

size_t sc_chart_moments(int64_t from_us, int64_t to_us, int n_labels,
                        struct sc_chart_moment out_moments[SC_CHART_MOMENTS_MAX])
{
    const int64_t step_us =
        sc_chart_time_step_us((to_us - from_us) / (n_labels > 0 ? n_labels : 1) * 9 / 10);
    int64_t local_us = floor_div(from_us + offset_us(from_us), step_us) * step_us;
    size_t n = 0;
    int64_t last_us = from_us - 1;
    for (; n < SC_CHART_MOMENTS_MAX; local_us += step_us) {
        const int64_t guess_us = local_us - offset_us(local_us - offset_us(from_us));
        const int64_t at_us = local_us - offset_us(guess_us);
        if (at_us > to_us)
            break;
        if (at_us <= last_us || at_us < from_us)
            continue;
        last_us = out_moments[n].unix_us = at_us;
        name(at_us, step_us, out_moments[n].text, sizeof out_moments[n].text);
        n++;
    }
    return n;
}
