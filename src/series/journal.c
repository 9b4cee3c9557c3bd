/* SPDX-License-Identifier: MIT */
/* The lock is held over a write, and while the file is written anew: a number is in the series
 * before its line is in the file, so that what is written anew has all lines that it replaces. */
#include "series/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/own.h"
#include "series/journal_read.h"

#define SYNC_EVERY_NS (5 * SC_NS_PER_S)
#define GROWN_BYTES   (4 << 20) /* not written anew below */
#define GROWTH        2         /* times its size when it was written anew last */
#define LINES_MAX     (1 << 20) /* written in one go */

struct sc_journal {
    const char *path;
    _Atomic uint64_t written_ns; /* the first write that is not on the disk; 0: all is */

    pthread_mutex_t lock; /* guards what follows, and appending to the file */
    int fd;
    off_t size_bytes, fresh_bytes; /* now, and when it was written anew */
    bool is_torn;                  /* it may end within a line */
};

static int fail(const struct sc_journal *journal, const char *what, int code, struct sc_err *err)
{
    return sc_err_set(err, code, "%s '%s': %s", what, journal->path, strerror(-code));
}

/* --- opening --- */

static int open_file(struct sc_journal *journal, struct sc_err *err)
{
    struct stat status;
    journal->fd = open(journal->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0644);
    if (journal->fd < 0 || fstat(journal->fd, &status) < 0)
        return fail(journal, "the history", -errno, err);
    if (!S_ISREG(status.st_mode))
        return sc_err_set(err, -EINVAL, "the history '%s' is no file", journal->path);
    if (flock(journal->fd, LOCK_EX | LOCK_NB) < 0)
        return sc_err_set(err, -EBUSY, "the history '%s' is in use by another graph",
                          journal->path);
    journal->size_bytes = status.st_size;
    return 0;
}

/* Begins an empty file; ends another one with its last whole line. */
static int make_whole(struct sc_journal *journal, const struct sc_journal_found *found,
                      struct sc_err *err)
{
    static const char head[] = SC_JOURNAL_HEAD;
    if (found->torn_bytes > 0) {
        journal->size_bytes -= (off_t)found->torn_bytes;
        if (ftruncate(journal->fd, journal->size_bytes) < 0)
            return fail(journal, "the history", -errno, err);
    }
    if (journal->size_bytes == 0) {
        if (write(journal->fd, head, sizeof head - 1) != (ssize_t)(sizeof head - 1))
            return fail(journal, "the history", -EIO, err);
        journal->size_bytes = sizeof head - 1;
    }
    journal->fresh_bytes = journal->size_bytes;
    return 0;
}

int sc_journal_open(const char *path, struct sc_series *series, struct sc_journal **out_journal,
                    struct sc_journal_found *out_found, struct sc_err *err)
{
    struct sc_journal *journal SC_AUTO(sc_journal_close) = calloc(1, sizeof *journal);
    if (!journal)
        return sc_err_set(err, -ENOMEM, "out of memory");
    journal->path = path;
    journal->fd = -1;
    (void)pthread_mutex_init(&journal->lock, NULL);
    int rc = open_file(journal, err);
    if (rc == 0)
        rc = sc_journal_read(journal->fd, path, series, out_found, err);
    if (rc == 0)
        rc = make_whole(journal, out_found, err);
    if (rc == 0)
        *out_journal = sc_steal(journal);
    return rc;
}

void sc_journal_close(struct sc_journal **journal)
{
    struct sc_journal *old = sc_steal(*journal);
    if (!old)
        return;
    if (atomic_load(&old->written_ns))
        (void)fdatasync(old->fd); /* nobody is left to be told */
    sc_own_close(&old->fd);
    (void)pthread_mutex_destroy(&old->lock);
    free(old);
}

/* --- appending --- */

int sc_journal_note(struct sc_buf *lines, const struct sc_series_sample *sample)
{
    return sc_buf_printf(lines, "p %" PRId64 " %.17g %.*s\n", sample->unix_us, sample->value,
                         (int)sample->name.len_bytes, sample->name.data);
}

/* Lock held. Returns: 0; a negative errno, the file is as long as it was. */
static int append(struct sc_journal *journal, const char *data, size_t len_bytes)
{
    for (size_t at = 0; at < len_bytes;) {
        ssize_t n = write(journal->fd, data + at, len_bytes - at);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            int rc = n < 0 ? -errno : -EIO;
            journal->is_torn = ftruncate(journal->fd, journal->size_bytes) < 0;
            return rc;
        }
        at += (size_t)n;
    }
    journal->size_bytes += (off_t)len_bytes;
    journal->is_torn = false;
    return 0;
}

int sc_journal_write(struct sc_journal *journal, struct sc_buf *lines, struct sc_err *err)
{
    uint64_t none = 0;
    if (lines->len_bytes == 0)
        return 0;
    (void)pthread_mutex_lock(&journal->lock);
    int rc = journal->is_torn ? append(journal, "\n", 1) : 0;
    if (rc == 0)
        rc = append(journal, lines->data, lines->len_bytes);
    (void)pthread_mutex_unlock(&journal->lock);
    sc_buf_consume(lines, lines->len_bytes);
    if (rc < 0)
        return fail(journal, "the numbers cannot be kept in", rc, err);
    (void)atomic_compare_exchange_strong(&journal->written_ns, &none, sc_clock_ns());
    return 0;
}

/* --- writing anew --- */

static int note_column(struct sc_buf *lines, const char *name, int64_t unix_us,
                       const struct sc_series_column *c)
{
    return sc_buf_printf(lines, "c %" PRId64 " %" PRIu32 " %.17g %.9g %.9g %.9g %.9g %s\n", unix_us,
                         c->n, c->sum, (double)c->least, (double)c->most, (double)c->first,
                         (double)c->last, name);
}

static int note_view(struct sc_buf *lines, const struct sc_series_config *config, int64_t from_us,
                     const struct sc_series_view *view)
{
    int rc = 0;
    for (size_t i = 0; rc == 0 && i < view->n_points; i++) {
        struct sc_series_sample sample = {
            {view->name, strlen(view->name)}, view->points[i].value, view->points[i].unix_us};
        rc = sc_journal_note(lines, &sample);
    }
    for (size_t i = 0; rc == 0 && view->n_points == 0 && i < config->n_columns; i++)
        if (view->columns[i].n > 0)
            rc = note_column(lines, view->name, from_us + (int64_t)i * config->column_us,
                             &view->columns[i]);
    return rc;
}

static int write_out(int fd, struct sc_buf *lines)
{
    for (size_t at = 0; at < lines->len_bytes;) {
        ssize_t n = write(fd, lines->data + at, lines->len_bytes - at);
        if (n <= 0)
            return n < 0 ? -errno : -EIO;
        at += (size_t)n;
    }
    sc_buf_consume(lines, lines->len_bytes);
    return 0;
}

/* The window up to now, and what has come before its time. */
static int write_series(int fd, struct sc_series *series)
{
    const struct sc_series_config *config = sc_series_config(series);
    int64_t now = (int64_t)sc_clock_unix_us() / config->column_us * config->column_us;
    int64_t from_us = now - (int64_t)(config->n_columns - 1) * config->column_us;
    struct sc_series_column *columns SC_AUTO(sc_own_free) =
        calloc(config->n_columns, sizeof *columns);
    struct sc_series_point *points SC_AUTO(sc_own_free) = calloc(config->n_columns, sizeof *points);
    struct sc_series_view view = {.columns = columns, .points = points};
    struct sc_buf lines;
    int rc = columns && points ? 0 : -ENOMEM;
    sc_buf_init(&lines, LINES_MAX);
    if (rc == 0)
        rc = sc_buf_append(&lines, SC_JOURNAL_HEAD, sizeof SC_JOURNAL_HEAD - 1);
    for (size_t i = 0, n = sc_series_count(series); rc == 0 && i < n; i++) {
        if (sc_series_look(series, i, from_us, &view))
            rc = note_view(&lines, config, from_us, &view);
        if (rc == 0 && sc_series_look(series, i, now + config->column_us, &view)) {
            view.n_points = 0; /* what came before its time: the last point was there already */
            rc = note_view(&lines, config, now + config->column_us, &view);
        }
        if (rc == 0)
            rc = write_out(fd, &lines);
    }
    if (rc == 0)
        rc = write_out(fd, &lines);
    sc_buf_fini(&lines);
    return rc;
}

/* Lock held. */
static int replace(struct sc_journal *journal, struct sc_series *series)
{
    char fresh[PATH_MAX];
    struct stat status;
    if (snprintf(fresh, sizeof fresh, "%s.new", journal->path) >= (int)sizeof fresh)
        return -ENAMETOOLONG;
    int fd SC_AUTO(sc_own_close) =
        open(fresh, O_RDWR | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0644);
    int rc = fd < 0 || flock(fd, LOCK_EX | LOCK_NB) < 0 ? -errno : write_series(fd, series);
    if (rc == 0 &&
        (fdatasync(fd) < 0 || fstat(fd, &status) < 0 || rename(fresh, journal->path) < 0))
        rc = -errno;
    if (rc < 0) {
        (void)unlink(fresh);
        return rc;
    }
    sc_own_close(&journal->fd);
    journal->fd = fd;
    fd = -1;
    journal->size_bytes = journal->fresh_bytes = status.st_size;
    journal->is_torn = false;
    return 0;
}

uint64_t sc_journal_due_ns(const struct sc_journal *journal)
{
    uint64_t written_ns = atomic_load(&journal->written_ns);
    return written_ns ? written_ns + SYNC_EVERY_NS : UINT64_MAX;
}

int sc_journal_tidy(struct sc_journal *journal, struct sc_series *series, struct sc_err *err)
{
    int rc = 0;
    atomic_store(&journal->written_ns, 0);
    (void)pthread_mutex_lock(&journal->lock);
    bool has_grown =
        journal->size_bytes > GROWN_BYTES && journal->size_bytes > GROWTH * journal->fresh_bytes;
    if (has_grown) {
        rc = replace(journal, series);
        journal->fresh_bytes = journal->size_bytes; /* else it would be tried again at once */
    }
    (void)pthread_mutex_unlock(&journal->lock);
    if (rc < 0)
        return fail(journal, "the history cannot be shortened:", rc, err);
    return fdatasync(journal->fd) < 0 ? fail(journal, "the history", -errno, err) : 0;
}
