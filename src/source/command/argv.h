/* SPDX-License-Identifier: MIT */
/* A command as a person writes it, taken apart as systemd does it: blanks part words; quotes, "" or
 * '', hold them together; a backslash begins \a \b \f \n \r \t \v \\ \" \' \s (a blank), \xHH or
 * \OOO, and stands for itself in front of anything else. No shell: no variables, no patterns, no
 * pipes. */
#pragma once

#include "stillcast/err.h"

#define SC_ARGV_MAX 256

/**
 * out_argv  ends with NULL.
 *
 * Returns: 0; -EINVAL nothing there, an open quote, a backslash at the end, or more than
 *          SC_ARGV_MAX words, with a sentence; -ENOMEM.
 */
int sc_argv_split(const char *text, char ***out_argv, struct sc_err *err);
void sc_argv_free(char ***argv);

/**
 * Looks for a program as a shell does: in $PATH, or as it stands when there is a '/' in it.
 *
 * Returns: 0; -ENOENT; -EACCES it is there but cannot be run; with a sentence that tells the way
 *          out; -ENOMEM.
 */
int sc_argv_find(const char *program, char **out_path, struct sc_err *err);

/** Returns: the last level of a path. */
const char *sc_argv_short(const char *program);
