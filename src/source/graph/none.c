/* SPDX-License-Identifier: MIT */
/* No feed: a graph of what is sent to it, by POST /NAME/points. */
#include "source/graph/feed.h"

static bool none_claims(const char *target)
{
    return !*target;
}

static int none_setup(struct sc_feed *feed, const char *target, const struct sc_source_spec *spec,
                      struct sc_err *err)
{
    (void)feed;
    (void)target;
    (void)spec;
    (void)err;
    return 0;
}

static int none_open(struct sc_feed *feed, struct sc_err *err)
{
    (void)err;
    feed->fd = -1;
    feed->due_ns = UINT64_MAX;
    return 0;
}

static int none_take(struct sc_feed *feed, struct sc_err *err)
{
    (void)feed;
    (void)err;
    return 0;
}

static void none_close(struct sc_feed *feed)
{
    (void)feed;
}

const struct sc_feed_ops sc_feed_none = {
    .claims = none_claims,
    .state_size = sizeof(struct sc_feed),
    .setup = none_setup,
    .open = none_open,
    .take = none_take,
    .close = none_close,
};
