/* SPDX-License-Identifier: MIT */
/* A file that always holds a whole picture: it is written under another name beside it and then
 * renamed, so that whoever reads it gets the old one or the new one, never half of one. */
#pragma once

#include "stillcast/err.h"
#include "stillcast/frame.h"

#include <sys/types.h>

struct sc_save_file {
    char *path, *fresh_path; /* ours; fresh_path: the other name */
    mode_t mode;
    uid_t uid; /* (uid_t)-1: whoever we are; and so for gid */
    gid_t gid;
};

/**
 * path  copied; of a symbolic link it is the file that it leads to that is written.
 *
 * Returns: 0; -EISDIR, -EINVAL for what is no file and must not be replaced by one, with a
 *          sentence; -ENOMEM. A folder that is not there may come later.
 */
int sc_save_file_init(struct sc_save_file *file, const char *path, struct sc_err *err);
void sc_save_file_fini(struct sc_save_file *file);

/** Returns: 0; -ENOSPC, -ENOENT, -EACCES …: what was there stays, nothing is left behind. */
int sc_save_file_write(const struct sc_save_file *file, struct sc_slice picture);
