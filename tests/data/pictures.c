/* SPDX-License-Identifier: MIT */
#include "pictures.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct picture pictures[] = {
    {"rgb.png", SC_KIND_PNG},         {"rgba.png", SC_KIND_PNG},
    {"palette.png", SC_KIND_PNG},     {"grey-1-bit.png", SC_KIND_PNG},
    {"grey-16-bit.png", SC_KIND_PNG}, {"animated.png", SC_KIND_PNG},
    {"lossy.webp", SC_KIND_WEBP},     {"lossless.webp", SC_KIND_WEBP},
    {"alpha.webp", SC_KIND_WEBP},     {"animated.webp", SC_KIND_WEBP},
    {"still.gif", SC_KIND_GIF},       {"animated.gif", SC_KIND_GIF},
    {"still.avif", SC_KIND_AVIF},     {"animated.avif", SC_KIND_AVIF},
    {"namespaces.svg", SC_KIND_SVG},  {"points.svg", SC_KIND_SVG},
    {"view-box.svg", SC_KIND_SVG},
};

#define N         (sizeof(pictures) / sizeof(pictures[0]))
#define MAX_BYTES 10000

static void read_picture(struct picture *picture)
{
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/pictures/%s", DATA_DIR, picture->name);
    FILE *file = fopen(path, "rb");
    assert(file);
    uint8_t *data = malloc(MAX_BYTES);
    assert(data);
    picture->len_bytes = fread(data, 1, MAX_BYTES, file);
    assert(picture->len_bytes > 0 && picture->len_bytes < MAX_BYTES);
    picture->data = data;
    (void)fclose(file); /* read-only */
}

const struct picture *pictures_all(size_t *out_n)
{
    for (size_t i = 0; i < N && !pictures[N - 1].data; i++)
        read_picture(&pictures[i]);
    *out_n = N;
    return pictures;
}

const struct picture *pictures_find(const char *name)
{
    size_t n;
    const struct picture *all = pictures_all(&n);
    for (size_t i = 0; i < n; i++)
        if (strcmp(all[i].name, name) == 0)
            return &all[i];
    assert(!"a picture of that name");
    return NULL;
}
