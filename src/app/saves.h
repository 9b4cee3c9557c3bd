/* SPDX-License-Identifier: MIT */
/* Which streams are kept in files: "#save=PATH" of a source, "--save NAME=PATH" of any stream. */
#pragma once

#include "stillcast/err.h"

struct sc_jail_paths;
struct sc_saver;
struct sc_source_spec;

/** Returns: 0; -EINVAL, -EEXIST … with a sentence; -ENOMEM. */
int sc_saves_add_source(struct sc_saver *saver, const struct sc_source_spec *spec,
                        struct sc_err *err);

/** text  "NAME=PATH". Returns: as above. */
int sc_saves_add(struct sc_saver *saver, const char *text, struct sc_err *err);

/** Keeps the file of "NAME=PATH" within reach. Returns: 0; -ENOMEM. */
int sc_saves_keep_file(const char *text, struct sc_jail_paths *paths);
