/* SPDX-License-Identifier: MIT */
#include "source/files/newest.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"

void sc_newest_fini(struct sc_newest *newest)
{
    free(newest->last.path);
    *newest = (struct sc_newest){0};
}

static bool is_later(const struct sc_newest *newest, const struct sc_listing_entry *entry)
{
    return !newest->last.path || sc_listing_compare_age(entry, &newest->last) > 0;
}

int sc_newest_find(struct sc_newest *newest, const char *folder, struct timespec written,
                   bool must_look, char *out_path, size_t path_bytes, struct sc_err *err)
{
    struct sc_listing listing SC_AUTO(sc_listing_fini) = {0};
    char *targets[] = {(char *)(uintptr_t)folder};
    if (!must_look && memcmp(&written, &newest->looked, sizeof written) == 0)
        return -ENOENT;
    int rc = sc_listing_fill(&listing, targets, 1, SC_LISTING_BY_TIME, err);
    if (rc < 0)
        return rc;
    newest->looked = written;
    if (listing.n == 0)
        return -ENOMSG;
    const struct sc_listing_entry *entry = &listing.entries[listing.n - 1];
    if (!is_later(newest, entry))
        return -ENOENT;
    (void)snprintf(out_path, path_bytes, "%s", entry->path);
    return 0;
}

int sc_newest_shown(struct sc_newest *newest, const char *path, struct timespec written)
{
    struct sc_listing_entry entry = {.path = strdup(path), .written = written};
    if (!entry.path)
        return -ENOMEM;
    if (is_later(newest, &entry)) {
        free(newest->last.path);
        newest->last = entry;
    } else {
        free(entry.path);
    }
    return 0;
}
