/* SPDX-License-Identifier: MIT */
#include "http/h2/past.h"

static unsigned place(int32_t id)
{
    return (unsigned)id / 2 % SC_H2_PAST_STREAMS;
}

static bool has(const uint64_t *bits, int32_t id)
{
    return bits[place(id) / 64] >> place(id) % 64 & 1;
}

static void set(uint64_t *bits, int32_t id, bool value)
{
    uint64_t bit = UINT64_C(1) << place(id) % 64;
    bits[place(id) / 64] = value ? bits[place(id) / 64] | bit : bits[place(id) / 64] & ~bit;
}

static bool is_known(const struct sc_h2_past *past, int32_t id)
{
    return id % 2 == 1 && id <= past->newest && past->newest - id < 2 * SC_H2_PAST_STREAMS;
}

void sc_h2_past_begin(struct sc_h2_past *past, int32_t id)
{
    int64_t first = past->newest ? past->newest + INT64_C(2) : 1;
    int64_t oldest = id - 2 * (SC_H2_PAST_STREAMS - INT64_C(1));
    for (int64_t i = first < oldest ? oldest : first; i <= id; i += 2) {
        set(past->begun, (int32_t)i, i == id);
        set(past->ended, (int32_t)i, false);
    }
    past->newest = id;
}

void sc_h2_past_end(struct sc_h2_past *past, int32_t id)
{
    if (is_known(past, id))
        set(past->ended, id, true);
}

bool sc_h2_past_is_skipped(const struct sc_h2_past *past, int32_t id)
{
    return is_known(past, id) && !has(past->begun, id);
}

bool sc_h2_past_is_ended(const struct sc_h2_past *past, int32_t id)
{
    return is_known(past, id) && has(past->ended, id);
}
