/* SPDX-License-Identifier: MIT */
/* What a peer may do in vain: so much at once, and regained as time goes by. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Zero it to begin: it is full then. */
struct sc_budget {
    uint64_t refilled_ns;
    unsigned n_left;
};

/**
 * Takes one from the budget of most, which regains so many a second.
 *
 * Returns: false when there was none.
 */
bool sc_budget_spend(struct sc_budget *budget, unsigned most, unsigned per_second, uint64_t now_ns);
