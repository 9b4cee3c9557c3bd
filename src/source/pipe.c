/* SPDX-License-Identifier: MIT */
/* Pictures one behind the other, or multipart, from standard input, a FIFO or a file. A FIFO whose
 * writer has left is opened again for the next one. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/own.h"
#include "source/cutting.h"
#include "source/spec.h"

struct pipe {
    const char *target;
    bool is_stdin, is_reopened;

    int fd;
    struct sc_cut *cut;
};

static bool is_dash(const char *target)
{
    return strcmp(target, "-") == 0;
}

static bool pipe_claims(const char *target)
{
    struct stat status;
    return is_dash(target) || (stat(target, &status) == 0 && S_ISFIFO(status.st_mode));
}

static void pipe_suggest_name(const struct sc_source_spec *spec, char *out_name, size_t name_bytes)
{
    (void)spec;
    (void)snprintf(out_name, name_bytes, "live");
}

static int check_stdin(struct sc_err *err)
{
    if (isatty(STDIN_FILENO))
        return sc_err_set(err, -EINVAL,
                          "standard input is a terminal: pipe pictures into it, as in "
                          "'plotter | stillcast -'");
    if (fcntl(STDIN_FILENO, F_GETFD) < 0)
        return sc_err_set(err, -EBADF, "standard input is closed");
    return 0;
}

static int check_path(struct pipe *pipe, struct sc_err *err)
{
    struct stat status;
    if (stat(pipe->target, &status) < 0)
        return sc_err_set(err, -errno, "'%s': %s; 'mkfifo %s' makes a pipe", pipe->target,
                          strerror(errno), pipe->target);
    if (!S_ISFIFO(status.st_mode) && !S_ISREG(status.st_mode))
        return sc_err_set(err, -EINVAL, "'%s' is neither a pipe nor a file", pipe->target);
    pipe->is_reopened = S_ISFIFO(status.st_mode);
    return 0;
}

static int pipe_setup(void *state, const struct sc_source_spec *spec, struct sc_err *err)
{
    struct pipe *pipe = state;
    const char *at_end = sc_spec_get(spec, "at_end");
    pipe->target = spec->targets[0];
    pipe->is_stdin = is_dash(pipe->target);
    pipe->fd = -1;
    int rc = pipe->is_stdin ? check_stdin(err) : check_path(pipe, err);
    if (rc < 0 || !at_end)
        return rc;
    if (pipe->is_stdin && strcmp(at_end, "reopen") == 0)
        return sc_err_set(err, -EINVAL, "'#at_end=reopen': standard input cannot be opened again");
    pipe->is_reopened = pipe->is_reopened && strcmp(at_end, "reopen") == 0;
    return 0;
}

/* A descriptor of our own, so that close() leaves standard input to the program. */
static int open_target(struct pipe *pipe, struct sc_err *err)
{
    pipe->fd = pipe->is_stdin ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)
                              : open(pipe->target, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (pipe->fd < 0)
        return sc_err_set(err, -errno, "'%s': %s", pipe->target, strerror(errno));
    return 0;
}

static void pipe_close(void *state)
{
    struct pipe *pipe = state;
    sc_cut_destroy(&pipe->cut);
    sc_own_close(&pipe->fd);
}

static int pipe_open(void *state, const struct sc_source_ctx *ctx, struct sc_err *err)
{
    struct pipe *pipe = state;
    int rc = open_target(pipe, err);
    if (rc < 0)
        return rc;
    rc = sc_cut_create(SC_CUT_AUTO, NULL, sc_pool_frame_max_bytes(ctx->pool), &pipe->cut);
    if (rc < 0) {
        pipe_close(pipe);
        return sc_err_set(err, rc, "'%s': %s", pipe->target, strerror(-rc));
    }
    return 0;
}

/* Opened again before it is closed: a FIFO that had no reader for a moment would break the next
 * writer, who may be there already. */
static int open_again(struct pipe *pipe, const struct sc_source_ctx *ctx, struct sc_err *err)
{
    int old SC_AUTO(sc_own_close) = pipe->fd;
    pipe->fd = -1;
    sc_cut_destroy(&pipe->cut);
    return pipe_open(pipe, ctx, err);
}

/* Standard input may be blocking: it is read only when there is something. */
static int fill(struct pipe *pipe, const struct sc_source_ctx *ctx, struct sc_err *err)
{
    uint8_t *room = NULL;
    size_t room_bytes = 0;
    int rc = sc_source_wait(ctx, pipe->fd, POLLIN, UINT64_MAX);
    if (rc == 0)
        rc = sc_cut_room(pipe->cut, &room, &room_bytes);
    if (rc < 0)
        return rc == -ENOMEM ? sc_err_set(err, rc, "'%s': out of memory", pipe->target) : rc;
    ssize_t n = read(pipe->fd, room, room_bytes);
    if (n < 0 && errno != EINTR && errno != EAGAIN)
        return sc_err_set(err, -errno, "'%s': %s", pipe->target, strerror(errno));
    if (n > 0)
        sc_cut_commit(pipe->cut, (size_t)n);
    if (n == 0)
        sc_cut_end(pipe->cut);
    return 0;
}

static int pipe_read(void *state, const struct sc_source_ctx *ctx, struct sc_draft **out_draft,
                     struct sc_err *err)
{
    struct pipe *pipe = state;
    for (;;) {
        int rc = sc_cutting_next(pipe->cut, ctx, pipe->target, out_draft, err);
        if (rc == 0)
            return 0;
        if (rc == -ENODATA && pipe->is_reopened) {
            rc = open_again(pipe, ctx, err);
        } else if (rc == -EAGAIN) {
            rc = fill(pipe, ctx, err);
        }
        if (rc < 0)
            return rc;
    }
}

const struct sc_source_ops sc_source_pipe = {
    .name = "pipe",
    .usage = "pipe:PATH",
    .help = "JPEG or PNG pictures one behind the other, or multipart, from a FIFO, a file or, "
            "written '-', standard input; a FIFO is opened again for the next writer "
            "(#at_end=keep: not), and \"pipe:\" may be left out in front of it",
    .state_size = sizeof(struct pipe),
    .claims = pipe_claims,
    .suggest_name = pipe_suggest_name,
    .setup = pipe_setup,
    .open = pipe_open,
    .read = pipe_read,
    .close = pipe_close,
};
