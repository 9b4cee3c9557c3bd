/* SPDX-License-Identifier: MIT */
/* [NAME=]SOURCE[#option=value...]: what a person types, taken apart. Only trailing #word=value
 * pieces are options, so that a URL keeps its query and a file name its '#'. What is in front of
 * the first '=' is the name when it can be one; a path with a '/' in front of its '=' is a path.
 * What exists as a file as it stands is that file, whatever is in its name. */
#pragma once

#include "source/source.h"

#define SC_SPEC_MAX 64

/**
 * Takes apart all arguments of a command line. Neighbouring bare file names (no NAME=, no "files:",
 * the shell's *.jpg) become one slideshow. Names that are missing are suggested; every option must
 * be one that the runner or the source knows.
 *
 * Returns: 0; -EINVAL with a sentence that quotes the argument and tells the way out (unknown
 * option: the nearest known one; unknown source: what there is; two streams of one name); -ENOENT
 * a bare file name that is no file's.
 * Thread:  control.
 */
int sc_spec_parse(char *const *args, size_t n_args, struct sc_source_spec **out_specs,
                  size_t *out_n, struct sc_err *err);

void sc_spec_free(struct sc_source_spec **specs, size_t n);

/* Readers for setup. Absent: *out_x keeps what it holds (the default). Returns: 0; -EINVAL with a
 * sentence. */
const char *sc_spec_get(const struct sc_source_spec *spec, const char *option);
int sc_spec_get_number(const struct sc_source_spec *spec, const char *option, double least,
                       double most, double *out_x, struct sc_err *err);
int sc_spec_get_bool(const struct sc_source_spec *spec, const char *option, bool *out_x,
                     struct sc_err *err);
int sc_spec_get_size(const struct sc_source_spec *spec, const char *option, uint32_t *out_width_px,
                     uint32_t *out_height_px, struct sc_err *err);
/** choices  ends with NULL. *out_x: index into it. */
int sc_spec_get_choice(const struct sc_source_spec *spec, const char *option,
                       const char *const *choices, int *out_x, struct sc_err *err);
