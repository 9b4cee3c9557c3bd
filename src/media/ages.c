/* SPDX-License-Identifier: MIT */
#include "media/ages.h"

const uint32_t sc_stream_age_us[SC_STREAM_AGES] = {
    500, 1000, 2000, 5000, 10000, 20000, 50000, 100000, 200000, 500000, 1000000, 2000000, 5000000,
};

size_t sc_ages_class(uint64_t age_us)
{
    size_t i = 0;
    while (i < SC_STREAM_AGES && age_us > sc_stream_age_us[i])
        i++;
    return i;
}
