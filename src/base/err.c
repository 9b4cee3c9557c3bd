/* SPDX-License-Identifier: MIT */
#include "stillcast/err.h"

#include <stdio.h>

int sc_err_set(struct sc_err *err, int code, const char *format, ...)
{
    if (!err)
        return code;
    va_list args;
    va_start(args, format);
    (void)vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    err->code = code;
    return code;
}
