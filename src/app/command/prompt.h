/* SPDX-License-Identifier: MIT */
/* A new password, from whoever sits at the terminal (unseen, and twice) or from standard input
 * (its first line): never from an argument, which everybody on the machine can read. */
#pragma once

#include "rights/password.h"
#include "stillcast/err.h"

#define SC_PROMPT_BYTES                                                                            \
    (SC_PASSWORD_MOST_BYTES + 2) /* with what is too long by one, and its NUL                      \
                                  */

/**
 * Returns: 0; -EINVAL it is too short, too long, has control characters, was typed otherwise the
 *          second time or not at all; another negative errno; with a sentence.
 * Thread:  control.
 */
int sc_prompt_password(char out[static SC_PROMPT_BYTES], struct sc_err *err);
