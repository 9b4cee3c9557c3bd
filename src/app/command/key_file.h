/* SPDX-License-Identifier: MIT */
/* Changes the file of keys: wholly or not at all, and only into one that a server would take. */
#pragma once

#include "stillcast/err.h"

/**
 * Adds a line at the end, and makes the file (mode 600) when there is none.
 *
 * Returns: 0; -EINVAL, -EPERM … what is there or the line is no use; another negative errno; with
 *          a sentence.
 */
int sc_key_file_add(const char *path, const char *line, struct sc_err *err);

/** Takes the key's line out. Returns: as sc_key_file_add; -ENOENT there is no such key. */
int sc_key_file_remove(const char *path, const char *id, struct sc_err *err);
