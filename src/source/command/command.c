/* SPDX-License-Identifier: MIT */
#include "source/command/command.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/own.h"
#include "source/command/argv.h"
#include "source/command/inside.h"
#include "stillcast/stream.h"

#define PIECE_BYTES 4096
#define PIECES      16                                     /* of standard error at one time */
#define PATIENCE_NS (SC_HELPER_GRACE_NS + 2 * SC_NS_PER_S) /* for a command that cannot die */

const char *sc_command_name(const struct sc_command *command)
{
    return sc_argv_short(command->what.argv[0]);
}

/* --- starting --- */

static void close_all(struct sc_command *command)
{
    sc_own_close(&command->out_fd);
    sc_own_close(&command->err_fd);
    sc_own_close(&command->leash_fd);
    sc_own_close(&command->poll_fd);
}

static int make_pipe(int *out_near, int *out_far)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    *out_near = ends[0];
    *out_far = ends[1];
    return fcntl(ends[0], F_SETFL, O_NONBLOCK) < 0 ? -errno : 0;
}

static int make_leash(int *out_near, int *out_far)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) < 0)
        return -errno;
    *out_near = ends[0];
    *out_far = ends[1];
    return 0;
}

static int watch(const struct sc_command *command, int fd)
{
    struct epoll_event event = {.events = EPOLLIN};
    return epoll_ctl(command->poll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ? -errno : 0;
}

static int open_all(struct sc_command *command, int *far)
{
    int rc = make_pipe(&command->out_fd, &far[SC_HELPER_OUT]);
    if (rc == 0)
        rc = make_pipe(&command->err_fd, &far[SC_HELPER_ERR]);
    if (rc == 0)
        rc = make_leash(&command->leash_fd, &far[SC_HELPER_LEASH]);
    command->poll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (rc == 0 && command->poll_fd < 0)
        rc = -errno;
    if (rc == 0)
        rc = watch(command, command->out_fd);
    if (rc == 0)
        rc = watch(command, command->err_fd);
    return rc < 0 ? rc : watch(command, command->leash_fd);
}

static int send_order(const struct sc_command *command, const int *far)
{
    struct sc_helper_order order = {command->number};
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(SC_HELPER_FDS * sizeof(int))];
    } control = {0};
    struct iovec data = {&order, sizeof order};
    struct msghdr message = {
        .msg_iov = &data,
        .msg_iovlen = 1,
        .msg_control = control.room,
        .msg_controllen = sizeof control.room,
    };
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    *head = (struct cmsghdr){
        .cmsg_len = CMSG_LEN(SC_HELPER_FDS * sizeof(int)),
        .cmsg_level = SOL_SOCKET,
        .cmsg_type = SCM_RIGHTS,
    };
    memcpy(CMSG_DATA(head), far, SC_HELPER_FDS * sizeof(int));
    ssize_t n;
    do
        n = sendmsg(command->all->orders_fd, &message, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    return n < 0 ? -errno : 0;
}

int sc_command_start(struct sc_command *command, struct sc_err *err)
{
    int far[SC_HELPER_FDS] = {-1, -1, -1};
    command->has_ended = false;
    command->report = (struct sc_helper_report){.code = -1};
    command->said.last[0] = '\0';
    int rc = open_all(command, far);
    if (rc == 0)
        rc = send_order(command, far);
    for (size_t i = 0; i < SC_HELPER_FDS; i++)
        sc_own_close(&far[i]);
    if (rc == 0)
        return 0;
    close_all(command);
    if (rc == -EPIPE || rc == -ECONNRESET)
        return sc_err_set(err, rc,
                          "'%s': the process that runs commands has been killed: start stillcast "
                          "again",
                          sc_command_name(command));
    return sc_err_set(err, rc, "'%s' cannot be run: %s", sc_command_name(command), strerror(-rc));
}

int sc_command_fd(const struct sc_command *command)
{
    return command->poll_fd;
}

/* --- reading --- */

/* At its end, which a closed one would tell for ever. */
static void forget(const struct sc_command *command, int *fd)
{
    (void)epoll_ctl(command->poll_fd, EPOLL_CTL_DEL, *fd, NULL);
    sc_own_close(fd);
}

static void take_errors(struct sc_command *command)
{
    char piece[PIECE_BYTES];
    for (int i = 0; i < PIECES && command->err_fd >= 0; i++) {
        ssize_t n = read(command->err_fd, piece, sizeof piece);
        if (n > 0)
            sc_said_add(&command->said, piece, (size_t)n);
        if (n == 0)
            forget(command, &command->err_fd);
        if (n < 0)
            return;
    }
}

static void take_report(struct sc_command *command)
{
    struct sc_helper_report report = {.error = -EPIPE, .code = -1}; /* the helper was killed */
    if (command->has_ended)
        return;
    ssize_t n = recv(command->leash_fd, &report, sizeof report, MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    command->report = report;
    command->has_ended = true;
    forget(command, &command->leash_fd);
    take_errors(command);
    sc_said_end(&command->said);
}

/* The report is looked for first: what it says ended cannot write any more. */
ssize_t sc_command_read(struct sc_command *command, void *room, size_t room_bytes)
{
    take_errors(command);
    take_report(command);
    ssize_t n = command->out_fd < 0 ? 0 : read(command->out_fd, room, room_bytes);
    if (n > 0)
        return n;
    if (n < 0 && errno != EAGAIN && errno != EINTR)
        return -errno;
    if (n == 0 && command->out_fd >= 0)
        forget(command, &command->out_fd);
    return command->has_ended ? -ENODATA : -EAGAIN;
}

/* --- ending --- */

/* Its output is read on and thrown away, so that it can end in good order. */
static void wait_until_gone(struct sc_command *command)
{
    char piece[PIECE_BYTES];
    uint64_t until_ns = sc_clock_ns() + PATIENCE_NS;
    for (uint64_t now; !command->has_ended && (now = sc_clock_ns()) < until_ns;) {
        struct pollfd wanted = {command->poll_fd, POLLIN, 0};
        (void)poll(&wanted, 1, (int)((until_ns - now) / SC_NS_PER_MS) + 1);
        (void)sc_command_read(command, piece, sizeof piece);
    }
}

void sc_command_stop(struct sc_command *command)
{
    if (command->poll_fd < 0)
        return;
    if (!command->has_ended) {
        (void)shutdown(command->leash_fd, SHUT_WR);
        wait_until_gone(command);
    }
    close_all(command);
}

bool sc_command_has_succeeded(const struct sc_command *command)
{
    return command->has_ended && command->report.error == 0 && command->report.code == 0;
}

uint32_t sc_command_end(const struct sc_command *command)
{
    const struct sc_helper_report *report = &command->report;
    if (!command->has_ended || report->error)
        return 0;
    return report->code >= 0 ? 1 + (uint32_t)report->code
                             : SC_ENDED_BY_SIGNAL + (uint32_t)report->signal;
}

const char *sc_command_last_words(const struct sc_command *command)
{
    return command->said.last;
}

int sc_command_tell_end(const struct sc_command *command, struct sc_err *err)
{
    const struct sc_helper_report *report = &command->report;
    const char *name = sc_command_name(command), *words = command->said.last;
    const char *colon = *words ? ": " : "";
    if (report->error)
        return sc_err_set(err, -EPIPE, "'%s' cannot be run: %s", name, strerror(-report->error));
    if (report->code >= 0)
        return sc_err_set(err, -EPIPE, "'%s' ended with exit status %d%s%s", name, report->code,
                          colon, words);
    return sc_err_set(err, -EPIPE, "'%s' was ended by SIG%s%s%s", name,
                      sigabbrev_np(report->signal), colon, words);
}
