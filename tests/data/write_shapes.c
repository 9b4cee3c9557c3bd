/* SPDX-License-Identifier: MIT */
/* Writes the shapes up to so many bytes as files into a folder: write_shapes FOLDER [MAX_BYTES]. */
#include "shapes.h"

#include <stdio.h>
#include <stdlib.h>

static int write_shape(const char *folder, const struct shape *shape)
{
    char path[4096];
    (void)snprintf(path, sizeof(path), "%s/%s.jpg", folder, shape->name);
    FILE *file = fopen(path, "wb");
    if (!file)
        return -1;
    size_t n = fwrite(shape->data, 1, shape->len_bytes, file);
    return fclose(file) == 0 && n == shape->len_bytes ? 0 : -1;
}

int main(int argc, char **argv)
{
    size_t n, max_bytes = argc > 2 ? strtoul(argv[2], NULL, 10) : SIZE_MAX;
    const struct shape *shapes = shapes_all(&n);
    if (argc < 2) {
        (void)fprintf(stderr, "usage: write_shapes FOLDER [MAX_BYTES]\n");
        return 2;
    }
    for (size_t i = 0; i < n; i++) {
        if (shapes[i].len_bytes <= max_bytes && write_shape(argv[1], &shapes[i]) < 0) {
            perror(argv[1]);
            return 1;
        }
    }
    return 0;
}
