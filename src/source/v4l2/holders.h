/* SPDX-License-Identifier: MIT */
/* Which other programs have a file or a device open, as far as /proc shows it to us: those of the
 * same person, or all for root; none from within the sandbox. */
#pragma once

#include <jansson.h>
#include <stddef.h>

/** Returns: [{"pid": 12, "program": "zoom"}], empty when none is seen; NULL out of memory. */
json_t *sc_v4l2_holders(const char *path);

/** Writes "zoom (pid 12), ffmpeg (pid 13)", "" when none is seen. */
void sc_v4l2_tell_holders(const char *path, char *out_text, size_t text_bytes);
