/* SPDX-License-Identifier: MIT */
/* The demo's slideshow: a handful of pictures that tell what stillcast does, made on the spot. */
#pragma once

#include "stillcast/err.h"

/**
 * Writes slide-1.jpg, slide-2.jpg … (960x540) into a directory that exists; files of those names
 * are replaced.
 *
 * Returns: 0; a negative errno of the file system; -ENOMEM; -ENOTSUP in a build without drawing.
 *          Files that were written before a failure stay.
 * Thread:  any.
 */
int sc_slides_write(const char *directory, struct sc_err *err);
