/* SPDX-License-Identifier: MIT */
/* FNV-1a, 64 bits: tells changed bytes from unchanged ones. Not for input that wants to collide. */
#pragma once

#include <stddef.h>
#include <stdint.h>

static inline uint64_t sc_hash(const void *data, size_t len_bytes)
{
    const unsigned char *byte = data;
    uint64_t hash = 0xcbf29ce484222325U;
    for (size_t i = 0; i < len_bytes; i++)
        hash = (hash ^ byte[i]) * 0x100000001b3U;
    return hash;
}
