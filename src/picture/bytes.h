/* SPDX-License-Identifier: MIT */
/* Numbers as picture formats write them: big-endian in JPEG, PNG and AVIF, little-endian in WebP
 * and GIF. */
#pragma once

#include <stdint.h>

static inline uint16_t sc_bytes_be16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t sc_bytes_be32(const uint8_t *p)
{
    return (uint32_t)sc_bytes_be16(p) << 16 | sc_bytes_be16(p + 2);
}

static inline uint16_t sc_bytes_le16(const uint8_t *p)
{
    return (uint16_t)(p[1] << 8 | p[0]);
}

static inline uint32_t sc_bytes_le24(const uint8_t *p)
{
    return (uint32_t)p[2] << 16 | sc_bytes_le16(p);
}

static inline uint32_t sc_bytes_le32(const uint8_t *p)
{
    return (uint32_t)sc_bytes_le16(p + 2) << 16 | sc_bytes_le16(p);
}
