/* SPDX-License-Identifier: MIT */
#include "base/nearest.h"

#include <string.h>

#define WORD_MAX_BYTES      32
#define BEGINNING_MIN_BYTES 3

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edit distance with swaps of neighbours (optimal string alignment), three rows at a time. */
static size_t distance(const char *a, size_t a_bytes, const char *b, size_t b_bytes)
{
    size_t rows[3][WORD_MAX_BYTES + 1];
    for (size_t j = 0; j <= b_bytes; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_bytes; i++) {
        size_t *now = rows[i % 3], *before = rows[(i + 2) % 3], *earlier = rows[(i + 1) % 3];
        now[0] = i;
        for (size_t j = 1; j <= b_bytes; j++) {
            size_t replaced = before[j - 1] + (a[i - 1] != b[j - 1]);
            now[j] = least(replaced, least(before[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = least(now[j], earlier[j - 2] + 1);
        }
    }
    return rows[a_bytes % 3][b_bytes];
}

void sc_nearest_offer(struct sc_nearest *nearest, const char *typed, const char *known)
{
    size_t typed_bytes = strlen(typed), known_bytes = strlen(known);
    if (!typed_bytes || typed_bytes > WORD_MAX_BYTES || known_bytes > WORD_MAX_BYTES)
        return;
    size_t found = distance(typed, typed_bytes, known, known_bytes);
    size_t limit = known_bytes / 3 ? known_bytes / 3 : 1;
    if (typed_bytes >= BEGINNING_MIN_BYTES && strncmp(typed, known, typed_bytes) == 0)
        limit = found;
    if (found > limit || (nearest->word && found >= nearest->distance))
        return;
    nearest->word = known;
    nearest->distance = found;
}
