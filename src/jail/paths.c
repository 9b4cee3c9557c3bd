/* SPDX-License-Identifier: MIT */
#include "jail/jail.h"

#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/own.h"

#define LEVELS_UP 2

static int keep(struct sc_jail_paths *paths, char **path, bool is_written)
{
    struct sc_jail_path *items = realloc(paths->items, (paths->n + 1) * sizeof *items);
    if (!items)
        return -ENOMEM;
    paths->items = items;
    paths->items[paths->n++] = (struct sc_jail_path){sc_steal(*path), is_written};
    return 0;
}

/* The folder of what is there or will be: the nearest one that exists. */
static char *folder_of(const char *path, bool *out_is_own)
{
    char above[PATH_MAX];
    struct stat status;
    char *file SC_AUTO(sc_own_free) = realpath(path, NULL); /* where a link leads */
    (void)snprintf(above, sizeof above, "%s", file ? file : path);
    if (file && stat(file, &status) == 0 && S_ISDIR(status.st_mode))
        return sc_steal(file);
    char *folder = realpath(dirname(above), NULL);
    *out_is_own = folder != NULL;
    while (!folder && errno == ENOENT)
        folder = realpath(dirname(above), NULL);
    return folder;
}

/* A folder that is removed and made again is another one to the kernel: those above must be within
 * reach. But not the root, nor all of somebody's home for the sake of a folder in it. */
static void go_up(char *folder)
{
    const char *home = getenv("HOME");
    char *slash = strrchr(folder, '/');
    size_t bytes = slash ? (size_t)(slash - folder) : 0;
    if (bytes == 0 || (home && strlen(home) == bytes && memcmp(home, folder, bytes) == 0))
        return;
    *slash = '\0';
}

int sc_jail_paths_add(struct sc_jail_paths *paths, const char *path, bool is_written)
{
    bool is_own = true;
    char *folder SC_AUTO(sc_own_free) = folder_of(path, &is_own);
    if (!folder)
        return errno == ENOMEM ? -ENOMEM : 0;
    for (int i = 0; is_own && i < LEVELS_UP; i++)
        go_up(folder);
    return keep(paths, &folder, is_written);
}

void sc_jail_paths_fini(struct sc_jail_paths *paths)
{
    for (size_t i = 0; i < paths->n; i++)
        free(paths->items[i].path);
    free(paths->items);
    *paths = (struct sc_jail_paths){0};
}
