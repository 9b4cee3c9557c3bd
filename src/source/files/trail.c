/* SPDX-License-Identifier: MIT */
/* One level for each folder on the way and one for the path itself:
 *
 *   "out/plot.png":   "." for "out"   "out" for "plot.png"   "out/plot.png" for anything
 *
 * An event about the next level, or about a level itself, arms all of them again: add first, then
 * let go of what the path no longer leads to, so that nothing happens unseen between. */
#include "source/files/trail.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/own.h"

#define QUEUE_BYTES 16384
#define BURST       16 /* reads in one go */

#define ON_WAY  (IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO)
#define ON_SELF (IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT | IN_IGNORED)
#define ON_DONE (IN_CLOSE_WRITE | ON_WAY)

struct level {
    char *path;
    char *child; /* the next level's name; NULL: this is the last one */
    int watch;   /* -1: none */
};

struct sc_trail {
    int fd;
    struct level *levels;
    size_t n;
};

static int add_level(struct sc_trail *trail, const char *path, size_t path_bytes, const char *child,
                     size_t child_bytes)
{
    struct level *level = &trail->levels[trail->n];
    *level = (struct level){.path = strndup(path, path_bytes), .watch = -1};
    level->child = child ? strndup(child, child_bytes) : NULL;
    if (!level->path || (child && !level->child)) {
        free(level->path);
        free(level->child);
        return -ENOMEM;
    }
    trail->n++;
    return 0;
}

static int make_levels(struct sc_trail *trail, const char *path)
{
    trail->levels = calloc(strlen(path) + 2, sizeof *trail->levels);
    if (!trail->levels)
        return -ENOMEM;
    const char *above = *path == '/' ? "/" : ".";
    size_t above_bytes = 1;
    int rc = 0;
    for (const char *at = path + strspn(path, "/"); rc == 0 && *at; at += strspn(at, "/")) {
        size_t n = strcspn(at, "/");
        rc = add_level(trail, above, above_bytes, at, n);
        at += n;
        above = path;
        above_bytes = (size_t)(at - path);
    }
    return rc < 0 ? rc : add_level(trail, above, above_bytes, NULL, 0);
}

static uint32_t mask_of(const struct sc_trail *trail, size_t at)
{
    uint32_t mask = IN_MASK_ADD | ON_WAY | IN_DELETE_SELF | IN_MOVE_SELF;
    return at + 1 == trail->n ? mask | IN_CLOSE_WRITE | IN_MODIFY : mask;
}

static int refuse(int code, const char *path, struct sc_err *err)
{
    if (code == EMFILE)
        return sc_err_set(err, -code,
                          "watch '%s': too many programs watch files: raise the system's "
                          "fs.inotify.max_user_instances",
                          path);
    if (code == ENOSPC)
        return sc_err_set(err, -code,
                          "watch '%s': too many files are watched: raise the system's "
                          "fs.inotify.max_user_watches",
                          path);
    return sc_err_set(err, -code, "watch '%s': %s", path, strerror(code));
}

static bool is_watched(const struct sc_trail *trail, int watch)
{
    for (size_t i = 0; i < trail->n; i++)
        if (trail->levels[i].watch == watch)
            return true;
    return false;
}

/* A level that is missing or not readable has no watch: the one above it tells when it comes. */
static int arm(struct sc_trail *trail, struct sc_err *err)
{
    int *before SC_AUTO(sc_own_free) = calloc(trail->n, sizeof *before);
    if (!before)
        return sc_err_set(err, -ENOMEM, "out of memory");
    for (size_t i = 0; i < trail->n; i++) {
        struct level *level = &trail->levels[i];
        before[i] = level->watch;
        level->watch = inotify_add_watch(trail->fd, level->path, mask_of(trail, i));
        if (level->watch < 0 && (errno == ENOSPC || errno == ENOMEM))
            return refuse(errno, level->path, err);
    }
    for (size_t i = 0; i < trail->n; i++)
        if (before[i] >= 0 && !is_watched(trail, before[i]))
            (void)inotify_rm_watch(trail->fd, before[i]); /* may be gone by itself */
    return 0;
}

int sc_trail_create(const char *path, struct sc_trail **out_trail, struct sc_err *err)
{
    struct sc_trail *trail SC_AUTO(sc_trail_destroy) = calloc(1, sizeof *trail);
    if (!trail)
        return sc_err_set(err, -ENOMEM, "out of memory");
    trail->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (trail->fd < 0)
        return refuse(errno, path, err);
    if (make_levels(trail, path) < 0)
        return sc_err_set(err, -ENOMEM, "out of memory");
    int rc = arm(trail, err);
    if (rc == 0)
        *out_trail = sc_steal(trail);
    return rc;
}

void sc_trail_destroy(struct sc_trail **trail)
{
    struct sc_trail *old = sc_steal(*trail);
    if (!old)
        return;
    for (size_t i = 0; i < old->n; i++) {
        free(old->levels[i].path);
        free(old->levels[i].child);
    }
    free(old->levels);
    sc_own_close(&old->fd);
    free(old);
}

int sc_trail_fd(const struct sc_trail *trail)
{
    return trail->fd;
}

static void note_name(struct sc_trail_notice *notice, const struct inotify_event *event)
{
    bool is_done = event->mask & (IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE);
    bool is_better = is_done || !notice->is_written || !*notice->name;
    bool is_there = !(event->mask & (IN_DELETE | IN_MOVED_FROM | IN_ISDIR));
    if (event->len && is_there && is_better)
        (void)snprintf(notice->name, sizeof notice->name, "%s", event->name);
}

static void note(const struct sc_trail *trail, size_t at, const struct inotify_event *event,
                 struct sc_trail_notice *notice)
{
    const struct level *level = &trail->levels[at];
    bool is_last = !level->child;
    if (event->mask & ON_SELF) {
        notice->is_way_changed = true;
        return;
    }
    if (!is_last && (!event->len || strcmp(event->name, level->child) != 0))
        return;
    if (!is_last && event->mask & ON_WAY)
        notice->is_way_changed = true;
    if (is_last)
        note_name(notice, event);
    bool is_of_file = is_last && event->len == 0;
    notice->is_written |= (event->mask & ON_DONE) != 0;
    notice->is_touched |= (event->mask & IN_MODIFY) != 0;
    if (is_of_file && event->mask & IN_MODIFY)
        notice->is_written = false; /* what was finished is being written anew */
}

static void note_event(const struct sc_trail *trail, const struct inotify_event *event,
                       struct sc_trail_notice *notice)
{
    if (event->mask & IN_Q_OVERFLOW)
        notice->is_way_changed = true;
    for (size_t i = 0; i < trail->n; i++)
        if (trail->levels[i].watch == event->wd && event->wd >= 0)
            note(trail, i, event, notice);
}

int sc_trail_take(struct sc_trail *trail, struct sc_trail_notice *out_notice, struct sc_err *err)
{
    _Alignas(struct inotify_event) char queue[QUEUE_BYTES];
    struct sc_trail_notice notice = {0};
    ssize_t n = 1;
    for (int i = 0; n > 0 && i < BURST; i++) {
        n = read(trail->fd, queue, sizeof queue);
        for (ssize_t at = 0; at < n;) {
            const struct inotify_event *event = (const struct inotify_event *)(queue + at);
            note_event(trail, event, &notice);
            at += (ssize_t)(sizeof *event + event->len);
        }
    }
    *out_notice = notice;
    return notice.is_way_changed ? arm(trail, err) : 0;
}
