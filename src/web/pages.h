/* SPDX-License-Identifier: MIT */
/* The files of src/web/pages/, embedded at build: gallery.html is served at "/", stream.html at
 * "/NAME", and all of them at "/.pages/FILE". */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct sc_page {
    const char *path;       /* name of the file: "gallery.html" */
    const char *media_type; /* for Content-Type */
    const uint8_t *data;
    size_t len_bytes;
    const char *etag; /* of the content, with its quotes */
};

/** Returns: the file of that name, static; NULL when there is none. Thread: any. */
const struct sc_page *sc_page_find(const char *name, size_t len_bytes);

/** Returns: the i-th file, static; NULL behind the last one. Thread: any. */
const struct sc_page *sc_page_at(size_t i);
