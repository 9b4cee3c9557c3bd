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

const struct sc_feed_ops *sc_feed_find(const char *target)
{
    size_t i = 0;
    while (i < sizeof feeds / sizeof *feeds && !feeds[i]->claims(target))
        i++;
    assert(i < sizeof feeds / sizeof *feeds);
    return feeds[i];
}
