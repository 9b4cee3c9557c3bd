/* SPDX-License-Identifier: MIT */
/* Drafts from a byte stream that is being cut into pictures, and what people are told of the rest.
 */
#pragma once

#include "picture/cut.h"
#include "source/source.h"

/**
 * what  where the bytes come from, for the sentence.
 *
 * Returns: 0; -EAGAIN more bytes are needed; -ENODATA after sc_cut_end; -EBADMSG, -EMSGSIZE with a
 *          sentence, as a source's read; -ENOMEM with a sentence.
 * Thread:  source.
 */
int sc_cutting_next(struct sc_cut *cut, const struct sc_source_ctx *ctx, const char *what,
                    struct sc_draft **out_draft, struct sc_err *err);
