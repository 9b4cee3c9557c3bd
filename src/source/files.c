/* SPDX-License-Identifier: MIT */
/* A slideshow of files. Each round lists its targets anew, so that pictures come and go; a single
 * picture is read again only when it was changed. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "source/files/disk.h"
#include "source/files/listing.h"
#include "source/source.h"
#include "source/spec.h"
#include "source/spec/name.h"

#define RELIST_NS  (SC_NS_PER_S / 2) /* how often we look for pictures where there are none */
#define ROUNDS_MAX 1000000
#define SKIPPED    1

struct files {
    const struct sc_source_spec *spec;
    enum sc_listing_sort sort;
    unsigned n_rounds_wanted; /* 0: for ever */
    bool is_svg_allowed;

    struct sc_listing listing;
    size_t next;
    unsigned n_rounds; /* rounds that showed something */
    size_t n_good;     /* in this round */
    bool has_listed, is_emptiness_told;
    struct sc_err broken;       /* of this round; code 0: none */
    struct sc_disk_id shown_id; /* the last picture */
};

static int files_loops(struct files *files, const struct sc_source_spec *spec, struct sc_err *err)
{
    const char *value = sc_spec_get(spec, "loop");
    if (!value || strcmp(value, "yes") == 0)
        return 0;
    char *end;
    unsigned long n = strcmp(value, "no") == 0 ? 1 : 0;
    if (n == 0 && *value >= '1' && *value <= '9') {
        n = strtoul(value, &end, 10);
        n = *end || n > ROUNDS_MAX ? 0 : n;
    }
    if (n == 0)
        return sc_err_set(err, -EINVAL, "'#loop=%s': loop must be yes, no or a number from 1 to %d",
                          value, ROUNDS_MAX);
    files->n_rounds_wanted = (unsigned)n;
    return 0;
}

static int files_check_target(const char *target, struct sc_err *err)
{
    if (!*target)
        return sc_err_set(err, -EINVAL, "'files:' needs a path: a picture, a folder or a pattern");
    if (!sc_listing_is_pattern(target)) {
        bool is_readable = access(target, R_OK) == 0;
        return is_readable ? 0 : sc_err_set(err, -errno, "'%s': %s", target, strerror(errno));
    }
    struct sc_listing matches = {0};
    char *targets[] = {(char *)(uintptr_t)target};
    int rc = sc_listing_fill(&matches, targets, 1, SC_LISTING_AS_FOUND, err);
    if (rc == 0 && matches.n == 0)
        rc = sc_err_set(err, -ENOENT, "no file matches '%s'", target);
    sc_listing_fini(&matches);
    return rc;
}

static int files_setup(void *state, const struct sc_source_spec *spec, struct sc_err *err)
{
    static const char *const sorts[] = {[SC_LISTING_BY_NAME] = "name",
                                        [SC_LISTING_BY_TIME] = "time",
                                        [SC_LISTING_AS_FOUND] = "none",
                                        NULL};
    struct files *files = state;
    int sort = SC_LISTING_BY_NAME, rc = 0;
    files->spec = spec;
    for (size_t i = 0; rc == 0 && i < spec->n_targets; i++)
        rc = files_check_target(spec->targets[i], err);
    if (rc == 0)
        rc = files_loops(files, spec, err);
    if (rc == 0)
        rc = sc_spec_get_choice(spec, "sort", sorts, &sort, err);
    if (rc == 0)
        rc = sc_spec_get_bool(spec, "svg", &files->is_svg_allowed, err);
    files->sort = (enum sc_listing_sort)sort;
    return rc;
}

static int files_open(void *state, const struct sc_source_ctx *ctx, struct sc_err *err)
{
    struct files *files = state;
    (void)ctx;
    (void)err;
    files->n_rounds = 0;
    files->n_good = 0;
    files->has_listed = files->is_emptiness_told = false;
    files->broken.code = 0;
    files->shown_id = (struct sc_disk_id){0};
    return 0;
}

static int wait_for_pictures(struct files *files, const struct sc_source_ctx *ctx,
                             struct sc_err *err)
{
    if (!files->is_emptiness_told) {
        files->is_emptiness_told = true;
        return sc_err_set(err, -EAGAIN, "there is no picture in '%s' yet", files->spec->targets[0]);
    }
    int rc = sc_source_wait(ctx, -1, 0, sc_clock_ns() + RELIST_NS);
    return rc == -ETIMEDOUT ? 0 : rc;
}

static int begin_round(struct files *files, const struct sc_source_ctx *ctx, struct sc_err *err)
{
    if (files->n_good == 0 && files->broken.code)
        return sc_err_set(err, -EIO, "none of %zu files is a picture that can be shown: %s",
                          files->listing.n, files->broken.text);
    if (files->n_good > 0 && ++files->n_rounds == files->n_rounds_wanted)
        return -ENODATA;
    if (files->n_good == 0 && files->has_listed) {
        int rc = wait_for_pictures(files, ctx, err);
        if (rc < 0)
            return rc;
    }
    files->has_listed = true;
    files->next = 0;
    files->n_good = 0;
    files->broken.code = 0;
    return sc_listing_fill(&files->listing, files->spec->targets, files->spec->n_targets,
                           files->sort, err);
}

static bool is_still_the_same(const struct files *files, const struct sc_disk_file *file)
{
    struct sc_disk_id id;
    return files->listing.n == 1 && files->n_rounds_wanted == 0 && sc_disk_look(file, &id) == 0 &&
           sc_disk_is_same(&id, &files->shown_id);
}

/* Returns: SKIPPED when there is nothing to show; else as files_read. */
static int read_next(struct files *files, const struct sc_source_ctx *ctx,
                     struct sc_draft **out_draft, struct sc_err *err)
{
    const struct sc_listing_entry *entry = &files->listing.entries[files->next];
    struct sc_disk_file file = {.path = entry->path,
                                .is_link_followed = entry->is_named,
                                .is_svg_allowed = files->is_svg_allowed};
    bool is_same = is_still_the_same(files, &file);
    int rc = is_same ? sc_source_wait(ctx, -1, 0, sc_clock_ns() + RELIST_NS) : 0;
    if (rc < 0 && rc != -ETIMEDOUT)
        return rc;
    files->next++;
    if (!is_same)
        rc = sc_disk_read(ctx->pool, &file, out_draft, &files->shown_id, err);
    if (rc == -EAGAIN)
        rc = -EBADMSG;
    if (rc == -EBADMSG || rc == -EMSGSIZE)
        files->broken = *err;
    if (rc == 0 || is_same)
        files->n_good++;
    return is_same || rc == -ENOENT ? SKIPPED : rc;
}

static int files_read(void *state, const struct sc_source_ctx *ctx, struct sc_draft **out_draft,
                      struct sc_err *err)
{
    struct files *files = state;
    for (;;) {
        while (files->has_listed && files->next < files->listing.n) {
            int rc = read_next(files, ctx, out_draft, err);
            if (rc != SKIPPED)
                return rc;
        }
        int rc = begin_round(files, ctx, err);
        if (rc < 0)
            return rc;
    }
}

static void files_close(void *state)
{
    struct files *files = state;
    sc_listing_fini(&files->listing);
}

static bool files_claims(const char *target)
{
    struct stat st;
    if (stat(target, &st) == 0)
        return S_ISREG(st.st_mode) || S_ISDIR(st.st_mode);
    return sc_listing_is_pattern(target);
}

static bool is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The folder that all of them are in, "slides" where that has no name. */
static void files_suggest_name(const struct sc_source_spec *spec, char *out_name, size_t name_bytes)
{
    char inside[PATH_MAX], name[NAME_MAX + 1] = "", other[NAME_MAX + 1];
    for (size_t i = 0; i < spec->n_targets; i++) {
        const char *target = spec->targets[i];
        (void)snprintf(inside, sizeof inside, "%s%s", target, is_folder(target) ? "/x" : "");
        sc_name_of_parent(inside, other, sizeof other);
        if (i > 0 && strcmp(name, other) != 0)
            *other = '\0';
        memcpy(name, other, sizeof name);
    }
    bool is_named = *name && *name != '.';
    (void)snprintf(out_name, name_bytes, "%s", is_named ? name : "slides");
}

static const struct sc_source_option files_options[] = {
    {"loop", "yes|no|N", "for ever (default), once, or so many rounds"},
    {"sort", "name|time|none",
     "by name, 2 before 10 (default), by time of writing, or as they were found"},
    {NULL, NULL, NULL},
};

const struct sc_source_ops sc_source_files = {
    .name = "files",
    .usage = "files:PATH",
    .help = "a slideshow of a picture, a folder or a pattern such as '*.jpg'; \"files:\" may be "
            "left out, and several names in a row are one show",
    .options = files_options,
    .state_size = sizeof(struct files),
    .default_fps = 1,
    .claims = files_claims,
    .suggest_name = files_suggest_name,
    .setup = files_setup,
    .open = files_open,
    .read = files_read,
    .close = files_close,
};
