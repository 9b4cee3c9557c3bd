/* SPDX-License-Identifier: MIT */
/* The cameras of this machine and what each can do. */
#pragma once

#include "stillcast/err.h"

#include <jansson.h>
#include <stddef.h>

/**
 * paths  which ones; n 0: all there are, without nodes that give no pictures.
 *
 * Returns: 0, and an array, empty when there is none: {"path", "problem": null or a sentence}, and
 *          of one that can be opened "card", "driver", "formats": [{"format", "is_read", "sizes":
 *          [{"width", "height", "fps": [30.0]}]}], "controls": [...], "used_by"; -EOPNOTSUPP this
 *          build has no cameras; with a sentence.
 */
int sc_v4l2_list_devices(char *const *paths, size_t n, json_t **out_all, struct sc_err *err);
