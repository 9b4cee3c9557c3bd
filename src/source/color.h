/* SPDX-License-Identifier: MIT */
/* Colours as options name them. */
#pragma once

#include "source/source.h"

/** Returns: 0; -EINVAL: neither six hexadecimal digits (ff8800) nor a colour's name. */
int sc_color_parse(const char *text, uint32_t *out_rgb);

/** As the readers of spec.h. */
int sc_color_get(const struct sc_source_spec *spec, const char *option, uint32_t *out_rgb,
                 struct sc_err *err);
