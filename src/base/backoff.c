/* SPDX-License-Identifier: MIT */
#include "base/backoff.h"

#include <sys/random.h>

#include "base/clock.h"

static double chance(void)
{
    uint32_t bits;
    if (getrandom(&bits, sizeof bits, GRND_NONBLOCK) != sizeof bits)
        bits = (uint32_t)sc_clock_ns() * 2654435761U;
    return bits / (double)UINT32_MAX;
}

uint64_t sc_backoff_next_ns(struct sc_backoff *backoff)
{
    uint64_t delay = backoff->first_ns;
    for (unsigned i = 0; i < backoff->n && delay < backoff->most_ns; i++)
        delay *= 2;
    if (delay > backoff->most_ns)
        delay = backoff->most_ns;
    else
        backoff->n++;
    return (uint64_t)((double)delay * (0.8 + 0.4 * chance()));
}

void sc_backoff_reset(struct sc_backoff *backoff)
{
    backoff->n = 0;
}
