/* SPDX-License-Identifier: MIT */
/* The pictures that paths, patterns and folders stand for at this moment, in order. */
#pragma once

#include "stillcast/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <time.h>

#define SC_LISTING_MAX 100000

enum sc_listing_sort {
    SC_LISTING_BY_NAME, /* natural: 2 before 10 */
    SC_LISTING_BY_TIME, /* of writing, oldest first; then by name */
    SC_LISTING_AS_FOUND,
};

struct sc_listing_entry {
    char *path;
    bool is_named;           /* by a person or a pattern: not found in a folder */
    struct timespec written; /* with SC_LISTING_BY_TIME */
};

struct sc_listing {
    struct sc_listing_entry *entries;
    size_t n, n_room;
};

/**
 * Lists anew. A folder gives its files (not its folders, hidden files and links) whose names end
 * like a picture's; a pattern (glob, braces) what it matches; any other path itself, whatever it is
 * and whether it exists.
 *
 * Returns: 0; -E2BIG above SC_LISTING_MAX; -EACCES and such: a folder is not readable; -ENOMEM.
 * The listing is empty on failure.
 */
int sc_listing_fill(struct sc_listing *listing, char *const *targets, size_t n_targets,
                    enum sc_listing_sort sort, struct sc_err *err);
void sc_listing_fini(struct sc_listing *listing);

/** Whether target is a pattern: has one of "*?[{" and does not exist as it stands. */
bool sc_listing_is_pattern(const char *target);

/** Whether a name found in a folder is meant as a picture: ".jpg" and so on, not hidden. */
bool sc_listing_is_picture(const char *name);

/** Compares by time of writing, then by path. */
int sc_listing_compare_age(const struct sc_listing_entry *a, const struct sc_listing_entry *b);
