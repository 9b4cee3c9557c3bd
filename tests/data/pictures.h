/* SPDX-License-Identifier: MIT */
/* Pictures that are no JPEGs, each 24 by 16 pixels, from the folder pictures. */
#pragma once

#include "stillcast/kind.h"

#include <stddef.h>
#include <stdint.h>

struct picture {
    const char *name;
    enum sc_kind kind;
    uint8_t *data;
    size_t len_bytes;
};

/** Returns: all of them, read at the first call and kept. Thread: one. */
const struct picture *pictures_all(size_t *out_n);

/** Returns: the one of that name; it must be there. Thread: one. */
const struct picture *pictures_find(const char *name);
