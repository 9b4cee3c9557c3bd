/* SPDX-License-Identifier: MIT */
#include "base/budget.h"

#include "base/clock.h"

bool sc_budget_spend(struct sc_budget *budget, unsigned most, unsigned per_second, uint64_t now_ns)
{
    uint64_t regained =
        budget->refilled_ns ? (now_ns - budget->refilled_ns) * per_second / SC_NS_PER_S : most;
    if (regained > 0) {
        budget->n_left =
            regained < most - budget->n_left ? budget->n_left + (unsigned)regained : most;
        budget->refilled_ns = now_ns;
    }
    if (budget->n_left == 0)
        return false;
    budget->n_left--;
    return true;
}
