/* SPDX-License-Identifier: MIT */
#include "source/files/listing.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/natural.h"
#include "base/own.h"

bool sc_listing_is_pattern(const char *target)
{
    struct stat st;
    return strpbrk(target, "*?[{") && lstat(target, &st) < 0;
}

bool sc_listing_is_picture(const char *name)
{
    static const char *const endings[] = {"jpg",  "jpeg", "jpe",  "jfif", "png",
                                          "webp", "gif",  "avif", "svg"};
    const char *dot = strrchr(name, '.');
    if (!dot || *name == '.')
        return false;
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        if (strcasecmp(dot + 1, endings[i]) == 0)
            return true;
    return false;
}

void sc_listing_fini(struct sc_listing *listing)
{
    for (size_t i = 0; i < listing->n; i++)
        free(listing->entries[i].path);
    free(listing->entries);
    *listing = (struct sc_listing){0};
}

static int make_room(struct sc_listing *listing, struct sc_err *err)
{
    if (listing->n < listing->n_room)
        return 0;
    if (listing->n >= SC_LISTING_MAX)
        return sc_err_set(err, -E2BIG, "these are more than %d pictures", SC_LISTING_MAX);
    size_t n_room = listing->n_room ? listing->n_room * 2 : 64;
    if (n_room > SC_LISTING_MAX)
        n_room = SC_LISTING_MAX;
    struct sc_listing_entry *grown =
        reallocarray(listing->entries, n_room, sizeof *listing->entries);
    if (!grown)
        return sc_err_set(err, -ENOMEM, "out of memory");
    listing->entries = grown;
    listing->n_room = n_room;
    return 0;
}

/* Takes the path, on failure too. */
static int add(struct sc_listing *listing, char *taken, bool is_named, struct sc_err *err)
{
    char *path SC_AUTO(sc_own_free) = taken;
    if (!path)
        return sc_err_set(err, -ENOMEM, "out of memory");
    int rc = make_room(listing, err);
    if (rc < 0)
        return rc;
    listing->entries[listing->n++] =
        (struct sc_listing_entry){.path = sc_steal(path), .is_named = is_named};
    return 0;
}

static char *join(const char *folder, const char *name)
{
    char *path = NULL;
    const char *slash = folder[strlen(folder) - 1] == '/' ? "" : "/";
    return asprintf(&path, "%s%s%s", folder, slash, name) < 0 ? NULL : path;
}

static void close_folder(DIR **folder)
{
    if (*folder)
        (void)closedir(*folder);
}

static int add_folder(struct sc_listing *listing, const char *path, struct sc_err *err)
{
    DIR *folder SC_AUTO(close_folder) = opendir(path);
    if (!folder && errno == ENOENT)
        return 0;
    if (!folder)
        return sc_err_set(err, -errno, "'%s': %s", path, strerror(errno));
    int rc = 0;
    for (struct dirent *entry; rc == 0 && (entry = readdir(folder));) {
        bool is_file = entry->d_type == DT_REG || entry->d_type == DT_UNKNOWN;
        if (is_file && sc_listing_is_picture(entry->d_name))
            rc = add(listing, join(path, entry->d_name), false, err);
    }
    return rc;
}

static int add_pattern(struct sc_listing *listing, const char *pattern, struct sc_err *err)
{
    glob_t found SC_AUTO(globfree) = {0};
    int rc = glob(pattern, GLOB_BRACE | GLOB_NOSORT | GLOB_MARK, NULL, &found);
    if (rc == GLOB_NOSPACE)
        return sc_err_set(err, -ENOMEM, "out of memory");
    rc = 0;
    for (size_t i = 0; rc == 0 && i < found.gl_pathc; i++) {
        const char *path = found.gl_pathv[i];
        if (path[strlen(path) - 1] != '/')
            rc = add(listing, strdup(path), true, err);
    }
    return rc;
}

static int add_target(struct sc_listing *listing, const char *target, struct sc_err *err)
{
    struct stat st;
    if (stat(target, &st) == 0 && S_ISDIR(st.st_mode))
        return add_folder(listing, target, err);
    if (sc_listing_is_pattern(target))
        return add_pattern(listing, target, err);
    return add(listing, strdup(target), true, err);
}

static void learn_times(struct sc_listing *listing)
{
    for (size_t i = 0; i < listing->n; i++) {
        struct stat st;
        if (stat(listing->entries[i].path, &st) == 0)
            listing->entries[i].written = st.st_mtim;
    }
}

static int compare_names(const void *a, const void *b)
{
    const struct sc_listing_entry *x = a, *y = b;
    return sc_natural_compare(x->path, y->path);
}

int sc_listing_compare_age(const struct sc_listing_entry *a, const struct sc_listing_entry *b)
{
    if (a->written.tv_sec != b->written.tv_sec)
        return a->written.tv_sec < b->written.tv_sec ? -1 : 1;
    if (a->written.tv_nsec != b->written.tv_nsec)
        return a->written.tv_nsec < b->written.tv_nsec ? -1 : 1;
    return sc_natural_compare(a->path, b->path);
}

static int compare_ages(const void *a, const void *b)
{
    return sc_listing_compare_age(a, b);
}

int sc_listing_fill(struct sc_listing *listing, char *const *targets, size_t n_targets,
                    enum sc_listing_sort sort, struct sc_err *err)
{
    int rc = 0;
    sc_listing_fini(listing);
    for (size_t i = 0; rc == 0 && i < n_targets; i++)
        rc = add_target(listing, targets[i], err);
    if (rc < 0) {
        sc_listing_fini(listing);
        return rc;
    }
    if (sort == SC_LISTING_BY_TIME)
        learn_times(listing);
    if (listing->n && sort != SC_LISTING_AS_FOUND)
        qsort(listing->entries, listing->n, sizeof *listing->entries,
              sort == SC_LISTING_BY_TIME ? compare_ages : compare_names);
    return 0;
}
