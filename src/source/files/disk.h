/* SPDX-License-Identifier: MIT */
/* A picture file, read straight into a draft: never a FIFO or a device, never more than the pool
 * takes, never one that changed meanwhile, never half a picture. */
#pragma once

#include "stillcast/err.h"
#include "stillcast/frame.h"

#include <stdbool.h>
#include <sys/stat.h>

/* What is the same as long as a file was not written, replaced or moved. */
struct sc_disk_id {
    dev_t dev;
    ino_t ino;
    off_t size_bytes;
    struct timespec written, changed;
};

struct sc_disk_file {
    const char *path;
    bool is_link_followed; /* yes for what a person named, no for what lies in a folder */
    bool is_svg_allowed;
};

/** Returns: 0; a negative errno of stat. */
int sc_disk_look(const struct sc_disk_file *file, struct sc_disk_id *out_id);

bool sc_disk_is_same(const struct sc_disk_id *a, const struct sc_disk_id *b);

/**
 * out_id  of the bytes read; may be NULL.
 *
 * Returns: 0; -EBADMSG no whole picture, no regular file, not readable; -EMSGSIZE above the pool's
 *          frame_max_bytes; -EAGAIN it changed while it was read; -ENOENT; -ENOMEM, -EMFILE and
 *          such: ours, not the file's. Each with a sentence that names the path.
 * Thread:  any. Never waits for a writer.
 */
int sc_disk_read(struct sc_pool *pool, const struct sc_disk_file *file, struct sc_draft **out_draft,
                 struct sc_disk_id *out_id, struct sc_err *err);
