/* SPDX-License-Identifier: MIT */
#include "source/spec.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define CHOICES_TEXT_BYTES 200
#define SIDE_MAX_PX        16384

const char *sc_spec_get(const struct sc_source_spec *spec, const char *option)
{
    for (size_t i = 0; i < spec->n_settings; i++)
        if (strcmp(spec->settings[i].name, option) == 0)
            return spec->settings[i].value;
    return NULL;
}

static int refuse(const char *option, const char *value, const char *right, struct sc_err *err)
{
    return sc_err_set(err, -EINVAL, "'#%s=%s': %s must be %s", option, value, option, right);
}

int sc_spec_get_number(const struct sc_source_spec *spec, const char *option, double least,
                       double most, double *out_x, struct sc_err *err)
{
    const char *value = sc_spec_get(spec, option);
    if (!value)
        return 0;
    char *end = NULL;
    double x = strtod(value, &end);
    bool is_plain = *value && !value[strspn(value, "0123456789.-")] && !*end;
    if (!is_plain || x < least || x > most)
        return sc_err_set(err, -EINVAL, "'#%s=%s': %s must be a number from %g to %g", option,
                          value, option, least, most);
    *out_x = x;
    return 0;
}

int sc_spec_get_bool(const struct sc_source_spec *spec, const char *option, bool *out_x,
                     struct sc_err *err)
{
    static const char *const choices[] = {"no", "yes", NULL};
    int choice = *out_x;
    int rc = sc_spec_get_choice(spec, option, choices, &choice, err);
    *out_x = choice;
    return rc;
}

/* Returns: 0 when there is no whole number without sign and leading zeros. */
static unsigned long side_px(const char *text, const char **out_end)
{
    char *end = NULL;
    unsigned long px = *text >= '1' && *text <= '9' ? strtoul(text, &end, 10) : 0;
    *out_end = end ? end : text;
    return px <= SIDE_MAX_PX ? px : 0;
}

int sc_spec_get_size(const struct sc_source_spec *spec, const char *option, uint32_t *out_width_px,
                     uint32_t *out_height_px, struct sc_err *err)
{
    const char *value = sc_spec_get(spec, option);
    if (!value)
        return 0;
    const char *end;
    unsigned long width = side_px(value, &end), height = 0;
    if (*end == 'x')
        height = side_px(end + 1, &end);
    if (*end || !width || !height)
        return refuse(option, value, "WIDTHxHEIGHT, such as 1280x720", err);
    *out_width_px = (uint32_t)width;
    *out_height_px = (uint32_t)height;
    return 0;
}

static int refuse_choice(const char *option, const char *value, const char *const *choices,
                         struct sc_err *err)
{
    struct sc_buf list;
    sc_buf_init(&list, CHOICES_TEXT_BYTES);
    for (int i = 0; choices[i]; i++) {
        const char *glue = i == 0 ? "" : choices[i + 1] ? ", " : " or ";
        (void)sc_buf_printf(&list, "%s%s", glue, choices[i]); /* too long: cut */
    }
    int rc = refuse(option, value, list.len_bytes ? list.data : "another word", err);
    sc_buf_fini(&list);
    return rc;
}

int sc_spec_get_choice(const struct sc_source_spec *spec, const char *option,
                       const char *const *choices, int *out_x, struct sc_err *err)
{
    const char *value = sc_spec_get(spec, option);
    if (!value)
        return 0;
    for (int i = 0; choices[i]; i++) {
        if (strcmp(choices[i], value) == 0) {
            *out_x = i;
            return 0;
        }
    }
    return refuse_choice(option, value, choices, err);
}
