/* SPDX-License-Identifier: MIT */
#include "stillcast/registry.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "media/registry.h"
#include "media/stream.h"

#define LEVELS_MAX 4

struct sc_registry {
    unsigned max_streams;
    pthread_mutex_t lock;       /* guards what follows */
    struct sc_stream **streams; /* sorted by compare_names */
    size_t n;
};

int sc_registry_create(unsigned max_streams, struct sc_registry **out_registry)
{
    struct sc_registry *registry SC_AUTO(sc_own_free) = calloc(1, sizeof *registry);
    if (!registry)
        return -ENOMEM;
    registry->streams = calloc(max_streams ? max_streams : 1, sizeof(struct sc_stream *));
    if (!registry->streams)
        return -ENOMEM;
    registry->max_streams = max_streams;
    (void)pthread_mutex_init(&registry->lock, NULL);
    *out_registry = sc_steal(registry);
    return 0;
}

void sc_registry_destroy(struct sc_registry **registry)
{
    struct sc_registry *old = sc_steal(*registry);
    if (!old)
        return;
    for (size_t i = 0; i < old->n; i++) {
        sc_stream_close(old->streams[i]);
        sc_stream_unref(&old->streams[i]);
    }
    free(old->streams);
    (void)pthread_mutex_destroy(&old->lock);
    free(old);
}

static bool is_kept(const char *name)
{
    static const char *const words[] = {"api",      "metrics",    "healthz",
                                        "snapshot", "video_feed", "stream"};
    size_t first = strcspn(name, "/");
    if (first == 3 && strncmp(name, "api", 3) == 0)
        return true;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(name, words[i]) == 0)
            return true;
    return false;
}

static bool is_well_formed(const char *name)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789._-";
    unsigned levels = 0;
    for (const char *level = name;; level++) {
        size_t n = strspn(level, allowed);
        if (n == 0 || *level == '.' || ++levels > LEVELS_MAX)
            return false;
        level += n;
        if (*level != '/')
            return *level == '\0';
    }
}

int sc_registry_check_name(const char *name, struct sc_err *err)
{
    if (strlen(name) >= SC_STREAM_NAME_BYTES)
        return sc_err_set(err, -EINVAL, "the stream name '%.20s...' is longer than %d characters",
                          name, SC_STREAM_NAME_BYTES - 1);
    if (!is_well_formed(name))
        return sc_err_set(err, -EINVAL,
                          "'%s' cannot name a stream: use letters, digits, '.', '_' and '-', with "
                          "'/' between at most %d levels, none beginning with a dot",
                          name, LEVELS_MAX);
    if (is_kept(name))
        return sc_err_set(err, -EINVAL,
                          "the name '%s' is taken by an address of the server itself: choose "
                          "another, such as 'my-%s'",
                          name, name);
    return 0;
}

/* Lock held. Returns the stream's place, or where it would go. */
static size_t place_of(const struct sc_registry *registry, const char *name, bool *out_is_there)
{
    size_t low = 0, high = registry->n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        int order = strverscmp(name, sc_stream_name(registry->streams[mid]));
        if (order == 0) {
            *out_is_there = true;
            return mid;
        }
        if (order < 0)
            high = mid;
        else
            low = mid + 1;
    }
    *out_is_there = false;
    return low;
}

/* Lock held. */
static int insert(struct sc_registry *registry, struct sc_stream **fresh, struct sc_err *err)
{
    bool is_there;
    size_t at = place_of(registry, sc_stream_name(*fresh), &is_there);
    if (is_there)
        return sc_err_set(err, -EEXIST, "there is a stream named '%s' already",
                          sc_stream_name(*fresh));
    if (registry->n >= registry->max_streams)
        return sc_err_set(err, -ENOSPC,
                          "the server has all of its %u streams: delete one, or start it with a "
                          "larger --max-streams",
                          registry->max_streams);
    memmove(registry->streams + at + 1, registry->streams + at,
            (registry->n - at) * sizeof *registry->streams);
    registry->streams[at] = sc_stream_ref(*fresh);
    registry->n++;
    return 0;
}

int sc_registry_add(struct sc_registry *registry, const char *name, enum sc_stream_origin origin,
                    struct sc_stream **out_stream, struct sc_err *err)
{
    int rc = sc_registry_check_name(name, err);
    if (rc < 0)
        return rc;
    struct sc_stream *fresh SC_AUTO(sc_stream_unref) = NULL;
    if (sc_stream_create(name, origin, &fresh) < 0)
        return sc_err_set(err, -ENOMEM, "out of memory");
    (void)pthread_mutex_lock(&registry->lock);
    rc = insert(registry, &fresh, err);
    (void)pthread_mutex_unlock(&registry->lock);
    if (rc == 0)
        *out_stream = sc_steal(fresh);
    return rc;
}

struct sc_stream *sc_registry_get(struct sc_registry *registry, const char *name)
{
    bool is_there;
    (void)pthread_mutex_lock(&registry->lock);
    size_t at = place_of(registry, name, &is_there);
    struct sc_stream *stream = is_there ? sc_stream_ref(registry->streams[at]) : NULL;
    (void)pthread_mutex_unlock(&registry->lock);
    return stream;
}

/* Lock held. Returns the registry's reference. */
static struct sc_stream *take_out(struct sc_registry *registry, size_t at)
{
    struct sc_stream *stream = registry->streams[at];
    registry->n--;
    memmove(registry->streams + at, registry->streams + at + 1,
            (registry->n - at) * sizeof *registry->streams);
    return stream;
}

int sc_registry_remove(struct sc_registry *registry, const char *name)
{
    struct sc_stream *stream SC_AUTO(sc_stream_unref) = NULL;
    bool is_there;
    int rc = 0;
    (void)pthread_mutex_lock(&registry->lock);
    size_t at = place_of(registry, name, &is_there);
    if (!is_there)
        rc = -ENOENT;
    else if (sc_stream_origin(registry->streams[at]) != SC_STREAM_PUSHED)
        rc = -EPERM;
    else
        stream = take_out(registry, at);
    (void)pthread_mutex_unlock(&registry->lock);
    if (stream)
        sc_stream_close(stream);
    return rc;
}

int sc_registry_list(struct sc_registry *registry, struct sc_stream ***out_streams, size_t *out_n)
{
    struct sc_stream **list = calloc(registry->max_streams + 1, sizeof *list);
    if (!list)
        return -ENOMEM;
    (void)pthread_mutex_lock(&registry->lock);
    for (size_t i = 0; i < registry->n; i++)
        list[i] = sc_stream_ref(registry->streams[i]);
    *out_n = registry->n;
    (void)pthread_mutex_unlock(&registry->lock);
    *out_streams = list;
    return 0;
}

void sc_registry_free_list(struct sc_stream ***streams, size_t n)
{
    for (size_t i = 0; *streams && i < n; i++)
        sc_stream_unref(&(*streams)[i]);
    free(*streams);
    *streams = NULL;
}

/* Takes out the next one, from *at on, that is to be forgotten. Returns the registry's reference.
 */
static struct sc_stream *take_abandoned(struct sc_registry *registry, size_t *at, uint64_t since_ns)
{
    struct sc_stream *stream = NULL;
    (void)pthread_mutex_lock(&registry->lock);
    for (; !stream && *at < registry->n; ++*at)
        if (sc_stream_origin(registry->streams[*at]) == SC_STREAM_PUSHED &&
            sc_stream_close_abandoned(registry->streams[*at], since_ns))
            stream = take_out(registry, (*at)--);
    (void)pthread_mutex_unlock(&registry->lock);
    return stream;
}

size_t sc_registry_forget(struct sc_registry *registry, uint64_t since_ns)
{
    struct sc_stream *stream;
    size_t at = 0, n_gone = 0;
    for (; (stream = take_abandoned(registry, &at, since_ns)); n_gone++) {
        sc_stream_close(stream);
        sc_stream_unref(&stream);
    }
    return n_gone;
}
