/* SPDX-License-Identifier: MIT */
/* All sources of this build, in the order of meson.build. */
#pragma once

#include "source/source.h"

/** Returns: the sources; the list ends with NULL. */
const struct sc_source_ops *const *sc_source_table(void);

/** Returns: NULL when there is none of that name. */
const struct sc_source_ops *sc_source_find(const char *name);
