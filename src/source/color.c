/* SPDX-License-Identifier: MIT */
#include "source/color.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "source/spec.h"

static const struct {
    const char *name;
    uint32_t rgb;
} names[] = {
    {"black", 0x000000}, {"white", 0xffffff},  {"gray", 0x808080},   {"red", 0xd62728},
    {"green", 0x08b66c}, {"blue", 0x065eb1},   {"yellow", 0xf0e442}, {"orange", 0xf08f09},
    {"pink", 0xdd98c8},  {"purple", 0x8a4fbf}, {"cyan", 0x56b4e9},
};

int sc_color_parse(const char *text, uint32_t *out_rgb)
{
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(text, names[i].name) == 0) {
            *out_rgb = names[i].rgb;
            return 0;
        }
    if (strlen(text) != 6 || text[strspn(text, "0123456789abcdefABCDEF")])
        return -EINVAL;
    *out_rgb = (uint32_t)strtoul(text, NULL, 16);
    return 0;
}

int sc_color_get(const struct sc_source_spec *spec, const char *option, uint32_t *out_rgb,
                 struct sc_err *err)
{
    const char *value = sc_spec_get(spec, option);
    if (!value || sc_color_parse(value, out_rgb) == 0)
        return 0;
    return sc_err_set(err, -EINVAL,
                      "'#%s=%s': a colour is six hexadecimal digits, as in #%s=ff8800, or black, "
                      "white, gray, red, green, blue, yellow, orange, pink, purple or cyan",
                      option, value, option);
}
