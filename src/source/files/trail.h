/* SPDX-License-Identifier: MIT */
/* Tells when a file, or what lies in a folder, may have changed, by inotify. It watches the path
 * and every folder on the way to it, so that any of them may be missing, removed, made again or be
 * a link that is set elsewhere. */
#pragma once

#include "stillcast/err.h"

#include <limits.h>
#include <stdbool.h>

struct sc_trail;

/* What happened since the last time. */
struct sc_trail_notice {
    bool is_way_changed;     /* it leads elsewhere, or notices were lost: look at everything */
    bool is_written;         /* closed after writing, renamed into place, linked, removed; when the
                                path is a file: and not written to since */
    bool is_touched;         /* being written */
    char name[NAME_MAX + 1]; /* in a folder: of the last one written, else touched; or "" */
};

/**
 * path  borrowed for its life; need not exist.
 *
 * Returns: 0; -EMFILE, -ENOSPC with a sentence that names the system's limit; -ENOMEM.
 * Thread:  owner, this and all.
 */
int sc_trail_create(const char *path, struct sc_trail **out_trail, struct sc_err *err);
void sc_trail_destroy(struct sc_trail **trail);

/** Returns: a descriptor that is readable when there is something to take. */
int sc_trail_fd(const struct sc_trail *trail);

/**
 * Takes what happened; never waits. After a burst the descriptor may be readable still.
 *
 * Returns: 0; as sc_trail_create.
 */
int sc_trail_take(struct sc_trail *trail, struct sc_trail_notice *out_notice, struct sc_err *err);
