/* SPDX-License-Identifier: MIT */
/* One argument taken apart: options from its end, a name and "word:" from its front, and what is
 * left is the target. What exists as a file is a file as it stands, whatever is in its name. */
#pragma once

#include "source/source.h"

#define SC_ARGUMENT_TEXT_BYTES 256

struct sc_argument {
    char text[SC_ARGUMENT_TEXT_BYTES]; /* as typed, for people: without passwords, cut */
    bool is_bare_file;                 /* no name, no "word:", and the target is a regular file */
    struct sc_source_spec spec;
};

/**
 * out_argument  to be given to sc_argument_fini, on failure too.
 *
 * Returns: 0; -EINVAL with a sentence that quotes the text; -ENOMEM.
 */
int sc_argument_init(const char *text, struct sc_argument *out_argument, struct sc_err *err);

/** Frees what is left in it. */
void sc_argument_fini(struct sc_argument *argument);

/**
 * Copies targets and options of a neighbour to the end of show.
 *
 * Returns: 0; -EINVAL both set one option; -ENOMEM.
 */
int sc_argument_join(struct sc_source_spec *show, struct sc_argument *neighbour,
                     struct sc_err *err);

/** Frees what is in a spec. */
void sc_argument_fini_spec(struct sc_source_spec *spec);
