/* SPDX-License-Identifier: MIT */
#include "draw/chart/unit.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define MINUS      "\xe2\x88\x92"
#define TEXT_BYTES 24 /* longer units are cut: they come from outside */

enum family {
    PLAIN, /* 0.05, 1.5 k */
    SI,    /* 50 mW, 1.5 kW */
    BINARY,
    DURATION,
    PERCENT,
};

void sc_chart_unit_init(struct sc_chart_unit *unit, const char *text)
{
    static const struct {
        const char *word;
        enum family family;
        double factor;
        const char *text;
    } known[] = {
        {"bytes", BINARY, 1, "B"},    {"B", BINARY, 1, "B"},       {"B/s", BINARY, 1, "B/s"},
        {"s", DURATION, 1, "s"},      {"ms", DURATION, 1e-3, "s"}, {"us", DURATION, 1e-6, "s"},
        {"ns", DURATION, 1e-9, "s"},  {"%", PERCENT, 1, "%"},      {"percent", PERCENT, 1, "%"},
        {"ratio", PERCENT, 100, "%"}, {"", PLAIN, 1, ""},
    };
    if (!text)
        text = "";
    *unit = (struct sc_chart_unit){SI, 1, text};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(text, known[i].word) == 0)
            *unit = (struct sc_chart_unit){known[i].family, known[i].factor, known[i].text};
}

/* --- steps --- */

static double decimal_step(double step)
{
    static const double round_ones[] = {1, 2, 5, 10};
    const double power = pow(10, floor(log10(step)));
    for (size_t i = 0; i < sizeof round_ones / sizeof *round_ones; i++)
        if (round_ones[i] * power >= step * (1 - 1e-9))
            return round_ones[i] * power;
    return 10 * power;
}

static double binary_step(double step)
{
    return step <= 1 ? decimal_step(step) : exp2(ceil(log2(step) - 1e-9));
}

static double duration_step(double step)
{
    static const double round_ones[] = {1,   2,   5,    10,   15,   30,    60,    120,   300,
                                        600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400};
    if (step < 1)
        return decimal_step(step);
    for (size_t i = 0; i < sizeof round_ones / sizeof *round_ones; i++)
        if (round_ones[i] >= step * (1 - 1e-9))
            return round_ones[i];
    return 86400 * decimal_step(step / 86400);
}

double sc_chart_unit_step(const struct sc_chart_unit *unit, double step)
{
    const double wanted = step * unit->factor;
    if (unit->family == BINARY)
        return binary_step(wanted) / unit->factor;
    if (unit->family == DURATION)
        return duration_step(wanted) / unit->factor;
    return decimal_step(wanted) / unit->factor;
}

/* --- prefixes --- */

struct scale {
    double size;
    const char *prefix;
};

static struct scale decimal_scale(double size, bool has_small)
{
    static const struct scale scales[] = {
        {1e18, "E"}, {1e15, "P"}, {1e12, "T"},        {1e9, "G"},  {1e6, "M"},   {1e3, "k"},
        {1, ""},     {1e-3, "m"}, {1e-6, "\xc2\xb5"}, {1e-9, "n"}, {1e-12, "p"},
    };
    const size_t n = has_small ? sizeof scales / sizeof *scales : 7;
    if (size == 0)
        return scales[6];
    for (size_t i = 0; i < n; i++)
        if (size >= scales[i].size * 0.9995)
            return scales[i];
    return has_small ? scales[n - 1] : scales[6];
}

static struct scale binary_scale(double size)
{
    static const char *const prefixes[] = {"", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"};
    int i = 0;
    while (i < 6 && size >= exp2(10 * (i + 1)) * 0.9995)
        i++;
    return (struct scale){exp2(10 * i), prefixes[i]};
}

/* Digits behind the point: as many as the step has, or as three digits that count need. */
static int n_decimals(double size, double step)
{
    double needed =
        step > 0 ? -floor(log10(step) + 1e-9) : 2 - floor(log10(fmax(size * 1.0005, 1e-30)));
    if (step <= 0 && size >= 999.5)
        needed = 0;
    return (int)fmin(fmax(needed, 0), 9);
}

static void print_scaled(const struct sc_chart_unit *unit, double value, double step,
                         struct scale scale, char *out, size_t out_bytes)
{
    const double shown = fabs(value) / scale.size;
    int decimals = n_decimals(shown, step / scale.size);
    if (value == 0)
        decimals = 0;
    if (step <= 0 && unit->family == PLAIN && shown == floor(shown) && shown < 1e6)
        decimals = 0;
    const bool has_text = *scale.prefix || *unit->text;
    (void)snprintf(out, out_bytes, "%s%.*f%s%s%.*s", value < 0 ? MINUS : "", decimals, shown,
                   has_text ? " " : "", scale.prefix, TEXT_BYTES, unit->text);
}

static void print_exponent(const struct sc_chart_unit *unit, double value, char *out,
                           size_t out_bytes)
{
    (void)snprintf(out, out_bytes, "%s%.3g%s%.*s", value < 0 ? MINUS : "", fabs(value),
                   *unit->text ? " " : "", TEXT_BYTES, unit->text);
}

/* --- durations --- */

static void print_duration(double seconds, char *out, size_t out_bytes)
{
    static const struct {
        double size;
        const char *name, *part;
        double part_size;
    } scales[] = {{86400, "d", "h", 3600}, {3600, "h", "min", 60}, {60, "min", "s", 1}};
    const double rounded = round(fabs(seconds));
    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
        if (rounded < scales[i].size)
            continue;
        const double whole = floor(rounded / scales[i].size);
        const double part = floor((rounded - whole * scales[i].size) / scales[i].part_size);
        char rest[16] = "";
        if (part > 0)
            (void)snprintf(rest, sizeof rest, " %.0f %s", part, scales[i].part);
        (void)snprintf(out, out_bytes, "%s%.0f %s%s", seconds < 0 ? MINUS : "", whole,
                       scales[i].name, rest);
        return;
    }
}

void sc_chart_unit_print(const struct sc_chart_unit *unit, double value, double step, char *out,
                         size_t out_bytes)
{
    value *= unit->factor;
    step *= unit->factor;
    if (fabs(value) < step * 1e-6)
        value = 0;
    const double size = fabs(value);
    if (isnan(value))
        (void)snprintf(out, out_bytes, "\xe2\x80\x93");
    else if (isinf(value))
        (void)snprintf(out, out_bytes, "%s\xe2\x88\x9e", value < 0 ? MINUS : "");
    else if (unit->family == DURATION && size >= 59.5 && size < 1e12)
        print_duration(value, out, out_bytes);
    else if (size >= 1e21 || (unit->family == PLAIN && size > 0 && size < 1e-3))
        print_exponent(unit, value, out, out_bytes);
    else if (unit->family == BINARY)
        print_scaled(unit, value, step, binary_scale(size), out, out_bytes);
    else if (unit->family == PERCENT)
        print_scaled(unit, value, step, (struct scale){1, ""}, out, out_bytes);
    else if (unit->family == DURATION)
        print_scaled(unit, value, step, decimal_scale(fmin(size, 1), true), out, out_bytes);
    else
        print_scaled(unit, value, step, decimal_scale(size, unit->family == SI), out, out_bytes);
}

const char *sc_chart_unit_widest(const struct sc_chart_unit *unit, char *out, size_t out_bytes)
{
    switch ((enum family)unit->family) {
    case PLAIN:
        return "888.8 k";
    case PERCENT:
        return "88.8 %";
    case DURATION:
        return "88 min 88 s";
    case BINARY:
        (void)snprintf(out, out_bytes, "888 Ki%.*s", TEXT_BYTES, unit->text);
        return out;
    case SI:
        break;
    }
    (void)snprintf(out, out_bytes, "888 k%.*s", TEXT_BYTES, unit->text);
    return out;
}
