/* SPDX-License-Identifier: MIT */
/* What the files of a raster share. */
#pragma once

#include <stdint.h>

/** Returns: 0xff and the colour of which cover of 256 is over, the rest under. */
static inline uint32_t sc_raster_mix(uint32_t under, uint32_t over, uint32_t cover)
{
    const uint32_t rest = 256 - cover;
    const uint32_t red_blue = ((over & 0xff00ff) * cover + (under & 0xff00ff) * rest) >> 8;
    const uint32_t green = ((over & 0x00ff00) * cover + (under & 0x00ff00) * rest) >> 8;
    return 0xff000000 | (red_blue & 0xff00ff) | (green & 0x00ff00);
}

static inline float sc_raster_clamp(float x, float least, float most)
{
    return x < least ? least : x > most ? most : x;
}

/** Rounds towards 0, which is down: nothing is drawn at negative places. */
static inline int sc_raster_clamp_px(float x, int least, int most)
{
    return (int)sc_raster_clamp(x, (float)least, (float)most);
}
