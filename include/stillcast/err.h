/* SPDX-License-Identifier: MIT */
/* An error that a person reads: a code (negative errno) and one sentence that names the thing and
 * the way out. Functions where a person must act take one; all others return the code alone. */
#pragma once

#include "stillcast/api.h"

#include <stdarg.h>

#define SC_ERR_TEXT_BYTES 512

struct sc_err {
    int code;
    char text[SC_ERR_TEXT_BYTES];
};

/**
 * Writes code and sentence, so that a failure is one line: return sc_err_set(err, -ENOENT, "...").
 *
 * err   NULL: only the code is returned.
 * code  a negative errno.
 *
 * A sentence that does not fit is cut.
 *
 * Returns: code.
 * Thread:  any.
 */
SC_API int sc_err_set(struct sc_err *err, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
