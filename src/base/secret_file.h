/* SPDX-License-Identifier: MIT */
/* Reads small files that nobody else may read: keys. Fails closed. */
#pragma once

#include "stillcast/err.h"

#include <stdbool.h>
#include <stddef.h>

#define SC_SECRET_FILE_MAX_BYTES (1024 * 1024)

/**
 * Reads a regular file that belongs to this user or to root, and that nobody else may read or
 * write; a file of root's may be readable by its group (so it is with systemd's credentials and
 * Debian's group ssl-cert).
 *
 * may_be_link  whether path itself may be a symbolic link; the file behind it decides
 * out_text     from malloc, NUL-terminated; wipe it with sc_secret_free
 *
 * Returns: 0; -ENOENT, -EACCES, -ELOOP … it cannot be opened; -EPERM others may read it; -EINVAL it
 *          is empty, no regular file, has a NUL in it, or is larger than SC_SECRET_FILE_MAX_BYTES;
 *          -ENOMEM; always with a sentence.
 * Thread:  control.
 */
int sc_secret_read(const char *path, bool may_be_link, char **out_text, struct sc_err *err);

/** Overwrites and frees; NULL inside is all right. */
void sc_secret_free(char **text);
