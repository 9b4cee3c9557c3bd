/* SPDX-License-Identifier: MIT */
#include "sink/saver.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/own.h"
#include "media/stream.h"

#define SC_LOG_TOPIC "sink.save"
#include "stillcast/log.h"

#define LOOK_NS  SC_NS_PER_S /* for streams that are not there yet */
#define RETRY_NS SC_NS_PER_S

struct item {
    char *name;
    struct sc_save_file file;
    uint64_t interval_ns;

    /* The thread's own. */
    struct sc_tap tap; /* open while stream is not NULL */
    struct sc_stream *stream;
    uint64_t seq;    /* of the picture in the file */
    uint64_t due_ns; /* not written before */
    bool is_pending; /* there may be a newer one */
    int problem;     /* that was told; 0: none */
};

struct sc_saver {
    struct sc_registry *registry;
    struct item **items;
    size_t n;
    struct sc_inbox *inbox;
    int stop_fd;
    pthread_t thread;
    bool is_started;
};

/* --- control --- */

static void destroy_item(struct item **item)
{
    struct item *old = sc_steal(*item);
    if (!old)
        return;
    sc_save_file_fini(&old->file);
    free(old->name);
    free(old);
}

int sc_saver_create(struct sc_registry *registry, struct sc_saver **out_saver)
{
    struct sc_saver *saver SC_AUTO(sc_saver_destroy) = calloc(1, sizeof *saver);
    if (!saver)
        return -ENOMEM;
    saver->registry = registry;
    saver->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (saver->stop_fd < 0)
        return -errno;
    int rc = sc_inbox_create(&saver->inbox);
    if (rc == 0)
        *out_saver = sc_steal(saver);
    return rc;
}

static int check_others(const struct sc_saver *saver, const char *stream,
                        const struct sc_save_file *file, struct sc_err *err)
{
    for (size_t i = 0; i < saver->n; i++)
        if (strcmp(saver->items[i]->file.path, file->path) == 0)
            return sc_err_set(err, -EEXIST, "'%s' cannot hold both '%s' and '%s'", file->path,
                              saver->items[i]->name, stream);
    return 0;
}

int sc_saver_add(struct sc_saver *saver, const char *stream, struct sc_save_file *file, double fps,
                 struct sc_err *err)
{
    struct sc_save_file taken SC_AUTO(sc_save_file_fini) = *file;
    *file = (struct sc_save_file){0};
    int rc = check_others(saver, stream, &taken, err);
    if (rc < 0)
        return rc;
    struct item *item SC_AUTO(destroy_item) = calloc(1, sizeof *item);
    struct item **grown = reallocarray(saver->items, saver->n + 1, sizeof(struct item *));
    if (grown)
        saver->items = grown;
    if (!item || !grown || !(item->name = strdup(stream)))
        return sc_err_set(err, -ENOMEM, "out of memory");
    item->interval_ns = fps > 0 ? (uint64_t)((double)SC_NS_PER_S / fps) : 0;
    item->file = taken;
    taken = (struct sc_save_file){0};
    grown[saver->n++] = sc_steal(item);
    return 0;
}

/* --- streams --- */

static void detach(struct item *item)
{
    if (!item->stream)
        return;
    sc_tap_close(&item->tap);
    sc_stream_leave(item->stream, false);
    sc_stream_unref(&item->stream);
}

static void attach(struct sc_saver *saver, struct item *item)
{
    if (item->stream && sc_stream_is_closed(item->stream))
        detach(item);
    if (item->stream)
        return;
    item->stream = sc_registry_get(saver->registry, item->name);
    if (!item->stream)
        return;
    sc_tap_open(&item->tap, item->stream, saver->inbox);
    sc_stream_join(item->stream, false);
    item->seq = 0;
    item->is_pending = true;
}

/* --- writing --- */

static void note(struct item *item, int rc)
{
    struct sc_stream_stats *stats = sc_stream_stats(item->stream);
    atomic_fetch_add_explicit(rc < 0 ? &stats->n_save_failures : &stats->n_saved, 1,
                              memory_order_relaxed);
    if (rc < 0 && rc != item->problem)
        sc_log(SC_WARN, "stream=%s cannot be saved as '%s': %s; trying again every second",
               item->name, item->file.path, strerror(-rc));
    if (rc == 0 && item->problem)
        sc_log(SC_INFO, "stream=%s is saved as '%s' again", item->name, item->file.path);
    item->problem = rc;
}

static void save(struct item *item)
{
    const struct sc_frame *frame SC_AUTO(sc_frame_unref) = sc_stream_newest(item->stream);
    uint64_t now = sc_clock_ns();
    item->is_pending = false;
    if (!frame || sc_frame_is_placeholder(frame) || sc_frame_seq(frame) == item->seq)
        return;
    int rc = sc_save_file_write(&item->file, sc_frame_picture(frame));
    note(item, rc);
    item->is_pending = rc < 0;
    item->due_ns = now + (rc < 0 ? RETRY_NS : item->interval_ns);
    if (rc == 0)
        item->seq = sc_frame_seq(frame);
}

/* --- the thread --- */

/* Returns: when there is something to do at the latest. */
static uint64_t save_what_is_due(struct sc_saver *saver, bool is_last)
{
    uint64_t next_ns = UINT64_MAX;
    for (size_t i = 0; i < saver->n; i++) {
        struct item *item = saver->items[i];
        uint64_t now = sc_clock_ns(), due_ns = now + LOOK_NS;
        attach(saver, item);
        if (item->stream && item->is_pending && (is_last || now >= item->due_ns))
            save(item);
        if (item->stream)
            due_ns = item->is_pending ? item->due_ns : UINT64_MAX;
        next_ns = due_ns < next_ns ? due_ns : next_ns;
    }
    return next_ns;
}

static void take_marks(struct sc_saver *saver)
{
    uint64_t n;
    struct sc_tap *tap;
    (void)!read(sc_inbox_fd(saver->inbox), &n, sizeof n); /* nothing there: it was something else */
    while ((tap = sc_inbox_take(saver->inbox)))
        for (size_t i = 0; i < saver->n; i++)
            if (&saver->items[i]->tap == tap)
                saver->items[i]->is_pending = true;
}

static bool wait_until(const struct sc_saver *saver, uint64_t until_ns)
{
    struct pollfd fds[] = {{sc_inbox_fd(saver->inbox), POLLIN, 0}, {saver->stop_fd, POLLIN, 0}};
    (void)sc_clock_poll(fds, 2, until_ns);
    return fds[1].revents == 0;
}

static void *thread_main(void *arg)
{
    struct sc_saver *saver = arg;
    (void)pthread_setname_np(pthread_self(), "sc-save");
    while (wait_until(saver, save_what_is_due(saver, false)))
        take_marks(saver);
    take_marks(saver);
    (void)save_what_is_due(saver, true);
    for (size_t i = 0; i < saver->n; i++)
        detach(saver->items[i]);
    return NULL;
}

int sc_saver_start(struct sc_saver *saver)
{
    sigset_t all, before;
    if (saver->n == 0)
        return 0;
    (void)sigfillset(&all);
    (void)pthread_sigmask(SIG_SETMASK, &all, &before);
    int rc = pthread_create(&saver->thread, NULL, thread_main, saver);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    saver->is_started = rc == 0;
    return -rc;
}

void sc_saver_destroy(struct sc_saver **saver)
{
    struct sc_saver *old = sc_steal(*saver);
    uint64_t one = 1;
    if (!old)
        return;
    if (old->is_started) {
        (void)!write(old->stop_fd, &one, sizeof one); /* full: it is told already */
        (void)pthread_join(old->thread, NULL);
    }
    for (size_t i = 0; i < old->n; i++)
        destroy_item(&old->items[i]);
    free(old->items);
    sc_inbox_destroy(&old->inbox);
    sc_own_close(&old->stop_fd);
    free(old);
}
