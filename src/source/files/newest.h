/* SPDX-License-Identifier: MIT */
/* The newest picture in a folder: later than every one that was shown from it before, so that
 * removing a picture does not bring back an older one. */
#pragma once

#include "source/files/listing.h"

/* Zero it to begin. */
struct sc_newest {
    struct timespec looked;       /* the folder's own time when we looked into it */
    struct sc_listing_entry last; /* the latest one shown; no path: none */
};

void sc_newest_fini(struct sc_newest *newest);

/**
 * Looks into the folder, unless its own time says that nothing came or went since.
 *
 * written   the folder's own time. must_look: look in any case. out_path: NUL-terminated.
 *
 * Returns: 0; -ENOENT nothing newer; -ENOMSG no picture at all; -E2BIG, -EACCES, -ENOMEM with a
 *          sentence.
 */
int sc_newest_find(struct sc_newest *newest, const char *folder, struct timespec written,
                   bool must_look, char *out_path, size_t path_bytes, struct sc_err *err);

/** A picture of that folder was shown. Returns: 0; -ENOMEM. */
int sc_newest_shown(struct sc_newest *newest, const char *path, struct timespec written);
