/* SPDX-License-Identifier: MIT */
/* A file that is written again and again, or the newest picture in a folder.
 *
 * A notice of something finished (closed, renamed into place) is looked at once. What is only being
 * written, or turns out to be half a picture, is looked at again when it has not changed for a
 * while: a writer may hold it open for ever, and says nothing at all when it maps the file or sits
 * on another machine. What is still broken then is told, once.
 *
 * A link that a person names is followed, wherever it leads. One that lies in a folder is not:
 * whoever may write there must not choose what else is shown. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/hash.h"
#include "base/own.h"
#include "source/files/disk.h"
#include "source/files/newest.h"
#include "source/files/trail.h"
#include "source/source.h"
#include "source/spec.h"
#include "source/spec/name.h"

#define RECHECK_S     2
#define RECHECK_MIN_S 0.02
#define RECHECK_MAX_S 3600
#define NOTHING       1 /* to show */

struct watch {
    const char *target;
    uint64_t recheck_ns, settle_ns;
    bool is_svg_allowed;

    struct sc_trail *trail;
    uint64_t look_ns;             /* when to look next */
    bool is_finished;             /* somebody said so: no need to wait until it is quiet */
    bool is_touched;              /* written to since we began to look */
    bool must_list;               /* of a folder we do not know what happened in it */
    bool is_told;                 /* that there is nothing to show */
    char path[PATH_MAX];          /* of the picture in question; "" none */
    struct sc_disk_id seen, done; /* at the last look; when it was shown or told to be broken */
    struct sc_newest newest;
    bool has_shown;
    uint64_t shown_hash;
};

static int watch_setup(void *state, const struct sc_source_spec *spec, struct sc_err *err)
{
    struct watch *watch = state;
    double recheck_s = RECHECK_S;
    watch->target = spec->targets[0];
    if (!*watch->target || strlen(watch->target) >= PATH_MAX - NAME_MAX - 1)
        return sc_err_set(err, -EINVAL, "'watch:' needs the path of a picture or a folder");
    int rc = sc_spec_get_number(spec, "recheck", RECHECK_MIN_S, RECHECK_MAX_S, &recheck_s, err);
    if (rc == 0)
        rc = sc_spec_get_bool(spec, "svg", &watch->is_svg_allowed, err);
    watch->recheck_ns = (uint64_t)(recheck_s * (double)SC_NS_PER_S);
    watch->settle_ns = watch->recheck_ns / 2;
    return rc;
}

static int watch_open(void *state, const struct sc_source_ctx *ctx, struct sc_err *err)
{
    struct watch *watch = state;
    (void)ctx;
    watch->look_ns = 0;
    watch->is_finished = watch->must_list = true;
    watch->is_told = watch->has_shown = false;
    watch->seen = watch->done = (struct sc_disk_id){0};
    watch->path[0] = '\0';
    return sc_trail_create(watch->target, &watch->trail, err);
}

static void watch_close(void *state)
{
    struct watch *watch = state;
    sc_trail_destroy(&watch->trail);
    sc_newest_fini(&watch->newest);
}

static int take_notice(struct watch *watch, struct sc_err *err)
{
    struct sc_trail_notice notice;
    int rc = sc_trail_take(watch->trail, &notice, err);
    if (rc < 0)
        return rc;
    bool is_finished = notice.is_written || notice.is_way_changed;
    uint64_t look_ns = is_finished         ? 0
                       : notice.is_touched ? sc_clock_ns() + watch->settle_ns
                                           : UINT64_MAX;
    if (look_ns < watch->look_ns)
        watch->look_ns = look_ns;
    if (sc_listing_is_picture(notice.name))
        (void)snprintf(watch->path, sizeof watch->path, "%s/%s", watch->target, notice.name);
    watch->is_finished |= is_finished;
    watch->is_touched |= notice.is_touched;
    watch->must_list |= notice.is_way_changed;
    return 0;
}

static int tell_once(struct watch *watch, const char *what, struct sc_err *err)
{
    if (watch->is_told)
        return NOTHING;
    watch->is_told = true;
    return sc_err_set(err, -EAGAIN, "waiting for '%s', which %s", watch->target, what);
}

static int choose_in_folder(struct watch *watch, struct timespec written, struct sc_err *err)
{
    bool is_known = watch->path[0] && strcmp(watch->path, watch->target) != 0;
    if (is_known && !watch->must_list) {
        watch->newest.looked = written; /* the notice told what happened */
        return 0;
    }
    int rc = sc_newest_find(&watch->newest, watch->target, written, watch->must_list, watch->path,
                            sizeof watch->path, err);
    watch->must_list = false;
    if (rc == -ENOMSG)
        return tell_once(watch, "has no picture yet", err);
    return rc == -ENOENT ? NOTHING : rc;
}

static const char *why_absent(const struct watch *watch, int code)
{
    if (code != ENOENT && code != ENOTDIR)
        return "cannot be reached";
    return watch->has_shown ? "is gone" : "does not exist yet";
}

static int choose(struct watch *watch, struct sc_err *err)
{
    struct stat status;
    if (stat(watch->target, &status) < 0)
        return tell_once(watch, why_absent(watch, errno), err);
    if (S_ISDIR(status.st_mode))
        return choose_in_folder(watch, status.st_mtim, err);
    (void)snprintf(watch->path, sizeof watch->path, "%s", watch->target);
    return 0;
}

/* Done with the picture in question, whatever became of it. */
static int settle(struct watch *watch, const struct sc_disk_id *id, int rc)
{
    watch->done = *id;
    watch->path[0] = '\0';
    return rc;
}

static int wait_until_quiet(struct watch *watch)
{
    watch->look_ns = sc_clock_ns() + watch->settle_ns;
    return NOTHING;
}

static int accept(struct watch *watch, const struct sc_disk_id *id, const struct sc_draft *draft)
{
    struct sc_slice bytes = sc_draft_written(draft);
    uint64_t hash = sc_hash(bytes.data, bytes.len_bytes);
    bool is_news = !watch->has_shown || hash != watch->shown_hash;
    int rc = sc_newest_shown(&watch->newest, watch->path, id->written);
    watch->has_shown = true;
    watch->is_told = false;
    watch->shown_hash = hash;
    return settle(watch, id, rc < 0 ? rc : is_news ? 0 : NOTHING);
}

/* Old and new bytes may look like one picture where a writer does not cut the old one off first. */
static int check_untouched(struct watch *watch, struct sc_err *err)
{
    if (strcmp(watch->path, watch->target) != 0)
        return 0; /* in a folder, each name is written once */
    int rc = take_notice(watch, err);
    return rc == 0 && watch->is_touched ? NOTHING : rc;
}

static int examine(struct watch *watch, const struct sc_source_ctx *ctx, bool is_finished,
                   struct sc_draft **out_draft, struct sc_err *err)
{
    struct sc_draft *draft SC_AUTO(sc_draft_destroy) = NULL;
    struct sc_disk_file file = {.path = watch->path,
                                .is_link_followed = strcmp(watch->path, watch->target) == 0,
                                .is_svg_allowed = watch->is_svg_allowed};
    struct sc_disk_id id;
    if (sc_disk_look(&file, &id) < 0)
        return settle(watch, &watch->done, NOTHING);
    if (!is_finished && sc_disk_is_same(&id, &watch->done))
        return settle(watch, &id, NOTHING);
    bool is_quiet = sc_disk_is_same(&id, &watch->seen);
    watch->seen = id;
    if (!is_finished && !is_quiet)
        return wait_until_quiet(watch);
    int rc = sc_disk_read(ctx->pool, &file, &draft, &id, err);
    if (rc == 0) {
        rc = check_untouched(watch, err);
        if (rc == 0)
            rc = accept(watch, &id, draft);
        if (rc == 0)
            *out_draft = sc_steal(draft);
        return rc;
    }
    if (rc == -ENOENT || rc == -EAGAIN || (rc == -EBADMSG && !is_quiet))
        return wait_until_quiet(watch);
    bool is_told = sc_disk_is_same(&id, &watch->done);
    return rc == -EBADMSG || rc == -EMSGSIZE ? settle(watch, &id, is_told ? NOTHING : rc) : rc;
}

static int look(struct watch *watch, const struct sc_source_ctx *ctx, struct sc_draft **out_draft,
                struct sc_err *err)
{
    bool is_finished = watch->is_finished;
    watch->is_finished = watch->is_touched = false;
    watch->look_ns = sc_clock_ns() + watch->recheck_ns;
    int rc = choose(watch, err);
    return rc == 0 ? examine(watch, ctx, is_finished, out_draft, err) : rc;
}

static int watch_read(void *state, const struct sc_source_ctx *ctx, struct sc_draft **out_draft,
                      struct sc_err *err)
{
    struct watch *watch = state;
    for (;;) {
        int rc = sc_clock_ns() < watch->look_ns ? NOTHING : look(watch, ctx, out_draft, err);
        if (rc != NOTHING)
            return rc;
        rc = sc_source_wait(ctx, sc_trail_fd(watch->trail), POLLIN, watch->look_ns);
        if (rc == 0)
            rc = take_notice(watch, err);
        if (rc < 0 && rc != -ETIMEDOUT)
            return rc;
    }
}

static void watch_suggest_name(const struct sc_source_spec *spec, char *out_name, size_t name_bytes)
{
    sc_name_of_path(spec->targets[0], out_name, name_bytes);
}

static const struct sc_source_option watch_options[] = {
    {"recheck", "SECONDS",
     "how often to look where nobody tells of changes, as on a network share (default 2)"},
    {NULL, NULL, NULL},
};

const struct sc_source_ops sc_source_watch = {
    .name = "watch",
    .usage = "watch:PATH",
    .help = "a picture file, again whenever it is rewritten, or the newest picture in a folder; "
            "it may come later",
    .options = watch_options,
    .state_size = sizeof(struct watch),
    .suggest_name = watch_suggest_name,
    .setup = watch_setup,
    .open = watch_open,
    .read = watch_read,
    .close = watch_close,
};
