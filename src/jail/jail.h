/* SPDX-License-Identifier: MIT */
/* What the process gives up before it reads from the network: making programs run, all files but
 * those of its sources and of the system's libraries, and the system calls that it has no use for.
 * A server that is taken over can then do little more than show wrong pictures. */
#pragma once

#include "stillcast/err.h"

#include <stdbool.h>
#include <stddef.h>

/* Files that stay within reach. Zero it to begin. Thread: its owner. */
struct sc_jail_paths {
    struct sc_jail_path {
        char *path;
        bool is_written; /* made, changed and removed, not only read */
    } * items;
    size_t n;
};

/**
 * Keeps path within reach with all that is in its folder, and in the two folders above, so that
 * one that is removed and made again is found again; but not for that the root or the whole of
 * $HOME. Where there is no such folder yet, it is the nearest one above.
 *
 * path  copied; relative to the working directory of now; symbolic links are followed.
 *
 * Returns: 0; -ENOMEM.
 */
int sc_jail_paths_add(struct sc_jail_paths *paths, const char *path, bool is_written);
void sc_jail_paths_fini(struct sc_jail_paths *paths);

/**
 * Gives up what can be given up, for this thread and all that it makes from now on. There is no way
 * back. Programs cannot be run any more; files are confined by Landlock to paths and the system's
 * own folders; system calls by seccomp.
 *
 * Returns: 0; -EOPNOTSUPP not built; -ENOSYS … when one of both is not to be had here, with a
 *          sentence; the other one holds all the same.
 * Thread:  control, before any other thread is made.
 */
int sc_jail_enter(const struct sc_jail_paths *paths, struct sc_err *err);

/**
 * Becomes another user, for good, with that user's groups.
 *
 * name  of a user, or a number.
 *
 * Returns: 0; -ENOENT there is no such user; -EPERM we are not root; with a sentence.
 * Thread:  control, before any other thread is made.
 */
int sc_jail_become(const char *name, struct sc_err *err);
