/* SPDX-License-Identifier: MIT */
/* Stream names made from what a person typed. */
#pragma once

#include <stddef.h>

/** Writes the last level of a path without its extension: "plot" for "out/plot.png". */
void sc_name_of_path(const char *path, char *out_name, size_t name_bytes);

/** Writes the level above the last one: "out" for "out/plot.png"; "" where there is none. */
void sc_name_of_parent(const char *path, char *out_name, size_t name_bytes);

/**
 * Makes a valid stream name: what no name may have becomes '-', in front and at the end nothing.
 *
 * fallback  a valid name, for when nothing is left or the server keeps the name for itself.
 */
void sc_name_make(const char *raw, const char *fallback, char *out_name, size_t name_bytes);
