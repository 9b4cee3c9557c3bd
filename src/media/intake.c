/* SPDX-License-Identifier: MIT */
#include "media/intake.h"

#include "base/own.h"

void sc_intake_init(struct sc_intake *intake, const struct sc_intake_ops *ops)
{
    intake->ops = ops;
    atomic_init(&intake->n_refs, 1);
}

struct sc_intake *sc_intake_ref(struct sc_intake *intake)
{
    atomic_fetch_add_explicit(&intake->n_refs, 1, memory_order_relaxed);
    return intake;
}

void sc_intake_unref(struct sc_intake **intake)
{
    struct sc_intake *old = sc_steal(*intake);
    if (old && atomic_fetch_sub_explicit(&old->n_refs, 1, memory_order_acq_rel) == 1)
        old->ops->destroy(old);
}
