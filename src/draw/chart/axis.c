/* SPDX-License-Identifier: MIT */
#include "draw/chart/axis.h"

#include <math.h>

#define HUGE_VALUE 1e300 /* differences of larger ones overflow */
#define FINE       1e-12 /* of a value: smaller ranges drown in rounding */
#define ROOMY      0.6   /* below that part of the range the data is lost in it */
#define LOG_LEAST  1e-300

struct range {
    double least, most, step;
};

static double tame(double value)
{
    return fmin(fmax(value, -HUGE_VALUE), HUGE_VALUE);
}

/* A range that is not empty, with zero where that is near or asked for. */
static struct range widen(const struct sc_chart_axis *axis, double least, double most)
{
    if (axis->has_zero || (least > 0 && least < most * 0.5))
        least = fmin(least, 0);
    if (axis->has_zero || (most < 0 && most > least * 0.5))
        most = fmax(most, 0);
    if (most - least <= fmax(fabs(most), fabs(least)) * FINE) {
        const double half = most == 0 ? 1 : fabs(most) * 0.1;
        least -= least == 0 ? 0 : half;
        most += half;
    }
    return (struct range){least, most, 0};
}

static struct range fit_linear(const struct sc_chart_axis *axis, double least, double most,
                               int n_ticks)
{
    struct range range = widen(axis, least, most);
    if (!isnan(axis->fixed_least))
        range.least = axis->fixed_least;
    if (!isnan(axis->fixed_most))
        range.most = axis->fixed_most;
    if (range.most <= range.least) { /* a fixed end beyond all data */
        if (isnan(axis->fixed_most))
            range.most = range.least + fmax(fabs(range.least), 1);
        else
            range.least = range.most - fmax(fabs(range.most), 1);
    }
    range.step = sc_chart_unit_step(&axis->unit, (range.most - range.least) / n_ticks);
    if (isnan(axis->fixed_least))
        range.least = floor(range.least / range.step + 1e-9) * range.step;
    if (isnan(axis->fixed_most))
        range.most = ceil(range.most / range.step - 1e-9) * range.step;
    return range;
}

static struct range fit_log(const struct sc_chart_axis *axis, double least, double most,
                            int n_ticks)
{
    least = isnan(axis->fixed_least) || axis->fixed_least <= 0 ? least : axis->fixed_least;
    most = isnan(axis->fixed_most) || axis->fixed_most <= 0 ? most : axis->fixed_most;
    struct range range = {.least = fmax(tame(least), LOG_LEAST),
                          .most = fmax(tame(most), LOG_LEAST)};
    if (isnan(axis->fixed_least))
        range.least = pow(10, floor(log10(range.least) + 1e-9));
    if (isnan(axis->fixed_most))
        range.most = pow(10, ceil(log10(range.most) - 1e-9));
    if (range.most <= range.least)
        range.most = range.least * 10;
    range.step = fmax(1, ceil(log10(range.most / range.least) / n_ticks));
    return range;
}

static struct range fit(const struct sc_chart_axis *axis, double least, double most, int n_ticks)
{
    if (axis->is_log)
        return fit_log(axis, least, most, n_ticks);
    return fit_linear(axis, tame(least), tame(most), n_ticks);
}

static double extent(const struct sc_chart_axis *axis, double least, double most)
{
    return axis->is_log ? log10(most / least) : most - least;
}

static bool is_roomy(const struct sc_chart_axis *axis, const struct range *wanted)
{
    return extent(axis, wanted->least, wanted->most) <
           extent(axis, axis->least, axis->most) * ROOMY;
}

/* Whether the range that is shown may stay. */
static bool may_stay(struct sc_chart_axis *axis, const struct range *wanted, int64_t now_us,
                     int64_t hold_us)
{
    if (!axis->is_known || wanted->least < axis->least || wanted->most > axis->most)
        return false;
    if (!is_roomy(axis, wanted)) {
        axis->roomy_since_us = 0;
        return true;
    }
    if (axis->roomy_since_us == 0 || axis->roomy_since_us > now_us)
        axis->roomy_since_us = now_us;
    return now_us - axis->roomy_since_us < hold_us;
}

bool sc_chart_axis_fit(struct sc_chart_axis *axis, double least, double most, int n_ticks,
                       int64_t now_us, int64_t hold_us)
{
    const bool has_data = !isnan(least) && !isnan(most);
    if (!has_data && axis->is_known)
        return false;
    if (!has_data) {
        least = axis->is_log ? 1 : 0;
        most = axis->is_log ? 10 : 1;
    }
    const struct range wanted = fit(axis, least, most, n_ticks > 1 ? n_ticks : 1);
    if (may_stay(axis, &wanted, now_us, hold_us))
        return false;
    const bool is_other = !axis->is_known || wanted.least != axis->least ||
                          wanted.most != axis->most || wanted.step != axis->step;
    axis->least = wanted.least;
    axis->most = wanted.most;
    axis->step = wanted.step;
    axis->roomy_since_us = 0;
    axis->is_known = has_data;
    return is_other;
}

double sc_chart_axis_at(const struct sc_chart_axis *axis, double value)
{
    if (!isfinite(value))
        return NAN;
    if (!axis->is_log)
        return (tame(value) - axis->least) / (axis->most - axis->least);
    return value > 0 ? log10(value / axis->least) / log10(axis->most / axis->least) : NAN;
}

static size_t log_ticks(const struct sc_chart_axis *axis, double *out)
{
    const bool has_minor = log10(axis->most / axis->least) < 2.5;
    size_t n = 0;
    double decade = floor(log10(axis->least) + 1e-9);
    for (; n < SC_CHART_TICKS_MAX - 3 && pow(10, decade) <= axis->most * (1 + 1e-9);
         decade += axis->step) {
        static const double parts[] = {1, 2, 5};
        for (size_t i = 0; i < (has_minor ? 3 : 1); i++) {
            const double tick = pow(10, decade) * parts[i];
            if (tick >= axis->least * (1 - 1e-9) && tick <= axis->most * (1 + 1e-9))
                out[n++] = tick;
        }
    }
    return n;
}

size_t sc_chart_axis_ticks(const struct sc_chart_axis *axis, double out_ticks[SC_CHART_TICKS_MAX])
{
    if (axis->is_log)
        return log_ticks(axis, out_ticks);
    const double first = ceil(axis->least / axis->step - 1e-9);
    size_t n = 0;
    for (; n < SC_CHART_TICKS_MAX; n++) {
        const double tick = (first + (double)n) * axis->step;
        if (tick > axis->most + axis->step * 1e-9)
            break;
        out_ticks[n] = tick;
    }
    return n;
}
