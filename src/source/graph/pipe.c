/* SPDX-License-Identifier: MIT */
/* Numbers from standard input, a FIFO, or a file that grows. A FIFO is opened again for its next
 * writer; a file is read from its begin, where lines must tell their time, and then followed, also
 * when it is cut off or replaced. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/own.h"
#include "source/files/trail.h"
#include "source/graph/feed.h"
#include "source/spec.h"

#define PIECE_BYTES 65536
#define PIECES      4
#define RECHECK_NS  (2 * SC_NS_PER_S) /* where nobody tells of changes, as on a network share */

enum kind {
    INPUT, /* standard input, whatever it is */
    FIFO,
    GROWING,
};

struct pipe {
    struct sc_feed feed;
    const char *path;
    enum kind kind;
    bool is_kept; /* a FIFO's end is the end */

    int fd;
    char *room;
    struct sc_trail *trail; /* of a file that grows */
    struct stat read_from;  /* the file that fd is */
    off_t at;
};

static struct pipe *pipe_of(struct sc_feed *feed)
{
    return (struct pipe *)(void *)feed;
}

/* --- setup --- */

static int check_stdin(struct sc_err *err)
{
    if (isatty(STDIN_FILENO))
        return sc_err_set(err, -EINVAL,
                          "standard input is a terminal: pipe numbers into it, as in "
                          "'vmstat 1 | stillcast graph:-'");
    if (fcntl(STDIN_FILENO, F_GETFD) < 0)
        return sc_err_set(err, -EBADF, "standard input is closed");
    return 0;
}

static int pipe_setup(struct sc_feed *feed, const char *target, const struct sc_source_spec *spec,
                      struct sc_err *err)
{
    struct pipe *pipe = pipe_of(feed);
    const char *at_end = sc_spec_get(spec, "at_end");
    struct stat status;
    pipe->path = target;
    pipe->fd = -1;
    pipe->is_kept = at_end && strcmp(at_end, "reopen") != 0;
    if (strcmp(target, "-") == 0) {
        pipe->kind = INPUT;
        if (at_end && !pipe->is_kept)
            return sc_err_set(err, -EINVAL,
                              "'#at_end=reopen': standard input cannot be opened again");
        return check_stdin(err);
    }
    bool is_there = stat(target, &status) == 0;
    if (is_there && !S_ISFIFO(status.st_mode) && !S_ISREG(status.st_mode))
        return sc_err_set(err, -EINVAL, "'%s' is neither a pipe nor a file", target);
    pipe->kind = is_there && S_ISFIFO(status.st_mode) ? FIFO : GROWING;
    return 0;
}

/* --- opening --- */

static void pipe_close(struct sc_feed *feed)
{
    struct pipe *pipe = pipe_of(feed);
    sc_own_close(&pipe->fd);
    sc_own_free(&pipe->room);
    sc_trail_destroy(&pipe->trail);
}

static int open_path(struct pipe *pipe, struct sc_err *err)
{
    pipe->fd = pipe->kind == INPUT ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                                   : open(pipe->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (pipe->fd < 0)
        return sc_err_set(err, -errno, "'%s': %s", pipe->path, strerror(errno));
    if (fstat(pipe->fd, &pipe->read_from) < 0)
        return sc_err_set(err, -errno, "'%s': %s", pipe->path, strerror(errno));
    pipe->at = 0;
    return 0;
}

static int pipe_open(struct sc_feed *feed, struct sc_err *err)
{
    struct pipe *pipe = pipe_of(feed);
    pipe->room = malloc(PIECE_BYTES);
    int rc = pipe->room ? 0 : sc_err_set(err, -ENOMEM, "out of memory");
    if (rc == 0 && pipe->kind == GROWING)
        rc = sc_trail_create(pipe->path, &pipe->trail, err);
    if (rc == 0)
        rc = open_path(pipe, err);
    if (rc < 0) {
        pipe_close(feed);
        return rc;
    }
    sc_numbers_set_past(feed->text, pipe->kind == GROWING);
    feed->fd = pipe->kind == GROWING ? sc_trail_fd(pipe->trail) : pipe->fd;
    feed->due_ns = pipe->kind == GROWING ? 0 : UINT64_MAX;
    return 0;
}

/* --- taking --- */

/* Opened again before it is closed: a FIFO that had no reader for a moment would break the next
 * writer, who may be there already. */
static int open_again(struct pipe *pipe, struct sc_err *err)
{
    int old SC_AUTO(sc_own_close) = pipe->fd;
    pipe->fd = -1;
    sc_numbers_end(pipe->feed.text);
    int rc = open_path(pipe, err);
    pipe->feed.fd = pipe->kind == GROWING ? pipe->feed.fd : pipe->fd;
    return rc;
}

/* Returns: bytes taken; 0 at the end; -EAGAIN nothing there; another code with a sentence. */
static ssize_t take_piece(struct pipe *pipe, struct sc_err *err)
{
    ssize_t n = read(pipe->fd, pipe->room, PIECE_BYTES);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return -EAGAIN;
    if (n < 0)
        return sc_err_set(err, -errno, "'%s': %s", pipe->path, strerror(errno));
    pipe->at += n;
    if (n > 0 && sc_numbers_feed(pipe->feed.text, pipe->room, (size_t)n) < 0)
        return sc_err_set(err, -ENOMEM, "'%s': out of memory", pipe->path);
    return n;
}

static bool is_another_file(const struct pipe *pipe)
{
    struct stat status;
    return stat(pipe->path, &status) == 0 &&
           (status.st_ino != pipe->read_from.st_ino || status.st_dev != pipe->read_from.st_dev);
}

static bool is_cut_off(const struct pipe *pipe)
{
    struct stat status;
    return fstat(pipe->fd, &status) == 0 && status.st_size < pipe->at;
}

static int follow(struct pipe *pipe, struct sc_err *err)
{
    struct sc_trail_notice notice;
    sc_numbers_set_past(pipe->feed.text, false);
    pipe->feed.due_ns = sc_clock_ns() + RECHECK_NS;
    int rc = sc_trail_take(pipe->trail, &notice, err);
    if (rc < 0 || !(is_another_file(pipe) || is_cut_off(pipe)))
        return rc;
    pipe->feed.due_ns = 0;
    return open_again(pipe, err);
}

static int pipe_take(struct sc_feed *feed, struct sc_err *err)
{
    struct pipe *pipe = pipe_of(feed);
    if (pipe->kind == GROWING)
        feed->due_ns = 0; /* until its end is seen */
    for (int i = 0; i < PIECES; i++) {
        ssize_t n = take_piece(pipe, err);
        if (n < 0)
            return n == -EAGAIN ? 0 : (int)n;
        if (n > 0 && pipe->kind == GROWING)
            continue;
        if (n > 0)
            return 0;
        if (pipe->kind == GROWING)
            return follow(pipe, err);
        if (pipe->kind == INPUT || pipe->is_kept)
            return -ENODATA;
        return open_again(pipe, err);
    }
    return 0;
}

static bool pipe_claims(const char *target)
{
    return *target;
}

const struct sc_feed_ops sc_feed_pipe = {
    .claims = pipe_claims,
    .state_size = sizeof(struct pipe),
    .setup = pipe_setup,
    .open = pipe_open,
    .take = pipe_take,
    .close = pipe_close,
};
