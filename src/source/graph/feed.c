/* SPDX-License-Identifier: MIT */
#include "source/graph/feed.h"

#include <assert.h>

#define FEED(name) extern const struct sc_feed_ops sc_feed_##name;
#include "source/graph/feed_list.h"
#undef FEED

static const struct sc_feed_ops *const feeds[] = {
#define FEED(name) &sc_feed_##name,
#include "source/graph/feed_list.h"
#undef FEED
};

bool sc_feed_refuse(const struct sc_feed *feed, uint64_t n, bool *is_told)
{
    bool is_news = !*is_told;
    *is_told = true;
    atomic_fetch_add_explicit(&feed->ctx->stats->n_rejected, n - is_news, memory_order_relaxed);
    return is_news;
}

const struct sc_feed_ops *sc_feed_find(const char *target)
{
    size_t i = 0;
    while (i < sizeof feeds / sizeof *feeds && !feeds[i]->claims(target))
        i++;
    assert(i < sizeof feeds / sizeof *feeds);
    return feeds[i];
}
