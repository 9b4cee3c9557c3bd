/* SPDX-License-Identifier: MIT */
/* Which other programs have a file or a device open, as far as /proc shows it to us: those of the
 * same person, or all for root; none from within the sandbox, so a camera's source has it looked
 * for by a command (command/command.h). */
#pragma once

#include <jansson.h>
#include <stddef.h>
#include <sys/types.h>

#define SC_V4L2_HOLDERS_BYTES 160 /* of a sentence's part: more are cut off */

/** not_pid  whose files do not count. Returns: [{"pid": 12, "program": "zoom"}], empty when none is
 * seen; NULL out of memory. */
json_t *sc_v4l2_holders(const char *path, pid_t not_pid);

/** Writes "zoom (pid 12), ffmpeg (pid 13)", "" when none is seen. */
void sc_v4l2_tell_holders(const char *path, pid_t not_pid, char *out_text, size_t text_bytes);

/** Writes the same to standard output. question: "PID PATH", whose are not told of and the camera.
 * Returns: 0. */
int sc_v4l2_print_holders(const char *question);
