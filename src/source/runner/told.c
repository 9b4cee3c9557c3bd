/* SPDX-License-Identifier: MIT */
#include "source/runner/told.h"

#include <stdbool.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"

static bool is_known(const struct sc_told *told, uint64_t hash)
{
    for (size_t i = 0; i < SC_TOLD_MAX; i++)
        if (told->hashes[i] == hash)
            return true;
    return false;
}

int sc_told_pass(struct sc_told *told, const char *sentence)
{
    uint64_t hash = sc_hash(sentence, strlen(sentence)) | 1; /* 0 is an empty place */
    if (is_known(told, hash))
        return -1;
    int n_swallowed = sc_log_limit_pass(&told->limit, SC_NS_PER_S);
    if (n_swallowed >= 0)
        told->hashes[told->next++ % SC_TOLD_MAX] = hash;
    return n_swallowed;
}

void sc_told_forget(struct sc_told *told)
{
    memset(told->hashes, 0, sizeof told->hashes);
}
