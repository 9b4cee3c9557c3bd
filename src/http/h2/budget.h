/* SPDX-License-Identifier: MIT */
/* What a peer may do in vain: so much at once, and a little more each second. Embedded, zeroed to
 * begin: then all is there. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct sc_h2_budget {
    uint64_t refilled_ns;
    unsigned n_left;
};

/** Takes one from the budget of most, which regains so many a second. Returns: false when there was
 * none. */
bool sc_h2_budget_spend(struct sc_h2_budget *budget, unsigned most, unsigned per_second,
                        uint64_t now_ns);
