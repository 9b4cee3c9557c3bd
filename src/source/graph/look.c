/* SPDX-License-Identifier: MIT */
#include "source/graph/look.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "source/spec.h"

#define SECOND_US    1000000LL
#define DAY_US       (86400 * SECOND_US)
#define WINDOW_LEAST (10 * SECOND_US)
#define WINDOW_MOST  (30 * DAY_US)
#define FPS_MOST     60
#define VALUE_MOST   1e15

/* --- times --- */

static const struct {
    const char *word;
    int64_t us;
} units[] = {{"ms", SECOND_US / 1000},     {"s", SECOND_US},
             {"m", 60 * SECOND_US},        {"h", 3600 * SECOND_US},
             {"d", 24 * 3600 * SECOND_US}, {"", SECOND_US}};

int sc_graph_look_time(const struct sc_source_spec *spec, const char *option, int64_t least_us,
                       int64_t most_us, int64_t *out_us, struct sc_err *err)
{
    const char *value = sc_spec_get(spec, option);
    if (!value)
        return 0;
    char *end = NULL;
    double number = *value >= '0' && *value <= '9' ? strtod(value, &end) : NAN;
    for (size_t i = 0; end && i < sizeof units / sizeof *units; i++) {
        double us = number * (double)units[i].us;
        if (strcmp(end, units[i].word) != 0 || !(us >= (double)least_us && us <= (double)most_us))
            continue;
        *out_us = (int64_t)us;
        return 0;
    }
    return sc_err_set(err, -EINVAL,
                      "'#%s=%s': %s must be a time from %gs to %gs, such as 30s, 5m, 6h or 30d",
                      option, value, option, (double)least_us / 1e6, (double)most_us / 1e6);
}

/* --- thresholds and bands --- */

/* "80" or "60..80", with ":ff8800" behind it or not. Returns: behind it; NULL. */
static const char *read_level(const char *text, bool is_band, struct sc_chart_level *out_level)
{
    char *end;
    out_level->from = out_level->to = strtod(text, &end);
    out_level->rgb = SC_CHART_AUTO_COLOR;
    if (end == text || !isfinite(out_level->from))
        return NULL;
    if (is_band) {
        if (strncmp(end, "..", 2) != 0)
            return NULL;
        const char *second = end + 2;
        out_level->to = strtod(second, &end);
        if (end == second || !isfinite(out_level->to) || out_level->to < out_level->from)
            return NULL;
    }
    if (*end != ':')
        return end;
    const char *color = end + 1;
    size_t n = strspn(color, "0123456789abcdefABCDEF");
    out_level->rgb = (uint32_t)strtoul(color, NULL, 16);
    return n == 6 ? color + n : NULL;
}

static int take_levels(const struct sc_source_spec *spec, const char *option, bool is_band,
                       struct sc_chart_config *chart, struct sc_err *err)
{
    const char *value = sc_spec_get(spec, option);
    for (const char *at = value; at; at++) {
        if (chart->n_levels == SC_CHART_LEVELS_MAX)
            return sc_err_set(err, -EINVAL, "'#%s=%s': there can be %d thresholds and bands",
                              option, value, SC_CHART_LEVELS_MAX);
        at = read_level(at, is_band, &chart->levels[chart->n_levels++]);
        if (!at || (*at && *at != ','))
            return sc_err_set(err, -EINVAL,
                              "'#%s=%s': %s must be %s, or several with ',' between; a colour may "
                              "follow, as in %s:ff8800",
                              option, value, option,
                              is_band ? "a range such as 60..80" : "a number",
                              is_band ? "60..80" : "80");
        if (!*at)
            break;
    }
    return 0;
}

/* --- all of them --- */

static int take_axis(const struct sc_source_spec *spec, struct sc_chart_config *chart,
                     struct sc_err *err)
{
    int rc = sc_spec_get_number(spec, "min", -VALUE_MOST, VALUE_MOST, &chart->least, err);
    if (rc == 0)
        rc = sc_spec_get_number(spec, "max", -VALUE_MOST, VALUE_MOST, &chart->most, err);
    if (rc == 0)
        rc = sc_spec_get_bool(spec, "log", &chart->is_log, err);
    if (rc == 0)
        rc = sc_spec_get_bool(spec, "stacked", &chart->is_stacked, err);
    if (rc == 0)
        rc = sc_spec_get_bool(spec, "legend", &chart->has_legend, err);
    if (rc == 0)
        rc = take_levels(spec, "band", true, chart, err);
    if (rc == 0)
        rc = take_levels(spec, "threshold", false, chart, err);
    if (rc == 0)
        rc = sc_graph_look_time(spec, "gap", SECOND_US / 1000, WINDOW_MOST, &chart->gap_us, err);
    return rc;
}

static int take_picture(const struct sc_source_spec *spec, struct sc_chart_config *chart,
                        struct sc_err *err)
{
    static const char *const formats[] = {"png", "jpeg", NULL};
    double ratio = chart->pixel_ratio, quality = chart->format.quality;
    int format = chart->format.kind == SC_KIND_PNG ? 0 : 1;
    int rc = sc_spec_get_size(spec, "size", &chart->width_px, &chart->height_px, err);
    if (rc == 0)
        rc = sc_spec_get_number(spec, "dpr", 1, 3, &ratio, err);
    if (rc == 0)
        rc = sc_spec_get_choice(spec, "format", formats, &format, err);
    if (rc == 0)
        rc = sc_spec_get_number(spec, "quality", 1, 100, &quality, err);
    chart->pixel_ratio = (unsigned)ratio;
    chart->format.kind = format == 0 ? SC_KIND_PNG : SC_KIND_JPEG;
    chart->format.quality = (int)quality;
    return rc;
}

static void take_texts(const struct sc_source_spec *spec, struct sc_chart_config *chart)
{
    const char *title = sc_spec_get(spec, "title"), *unit = sc_spec_get(spec, "unit");
    if (title)
        chart->title = *title ? title : NULL;
    if (unit)
        chart->unit = *unit ? unit : NULL;
}

int sc_graph_look_take(const struct sc_source_spec *spec, struct sc_graph_look *look,
                       struct sc_err *err)
{
    int kind = (int)look->chart.kind, theme = (int)look->chart.theme;
    take_texts(spec, &look->chart);
    int rc = sc_spec_get_choice(spec, "kind", sc_chart_kind_names, &kind, err);
    if (rc == 0)
        rc = sc_spec_get_choice(spec, "theme", sc_chart_theme_names, &theme, err);
    look->chart.kind = (enum sc_chart_kind)kind;
    look->chart.theme = (enum sc_chart_theme)theme;
    if (rc == 0)
        rc = take_axis(spec, &look->chart, err);
    if (rc == 0)
        rc = take_picture(spec, &look->chart, err);
    if (rc == 0)
        rc = sc_graph_look_time(spec, "window", WINDOW_LEAST, WINDOW_MOST, &look->span_us, err);
    if (rc == 0)
        rc = sc_spec_get_number(spec, "fps", 0, FPS_MOST, &look->fps, err);
    return rc;
}
