/* SPDX-License-Identifier: MIT */
/*
 *          order            leash closed, or the program is gone         2 s
 *   idle ---------> running -----------------------------------> ending ------> killed
 *     ^                |                                            |             |
 *     +---- reported --+------------ the command has ended ---------+-------------+
 *
 * When a command ends, what is left of its process group is killed before its number is given back
 * to the system, so that no stranger is hit. */
#include "source/command/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/own.h"

#define FILES_SOFT   1024 /* what programs that use select() can bear */
#define EXIT_NOT_RUN 127

struct run {
    pid_t pid; /* 0: idle */
    int leash_fd;
    bool is_ending;
    uint64_t kill_ns;
};

struct helper {
    const struct sc_helper_command *commands;
    size_t n;
    int orders_fd, signal_fd;
    struct run *runs;
    struct pollfd *fds; /* orders, signals, and the leash of each run */
    uint64_t leave_ns;  /* when it goes whatever is left; UINT64_MAX: not yet */
};

/* --- one command --- */

static void restore_signals(void)
{
    sigset_t none;
    struct sigaction usual = {.sa_handler = SIG_DFL};
    for (int i = 1; i < NSIG; i++)
        (void)sigaction(i, &usual, NULL);
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* What is meant for us alone. */
static void restore_environment(const struct sc_helper_command *command)
{
    static const char *const ours[] = {"NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC",
                                       "LISTEN_FDS",    "LISTEN_PID",   "LISTEN_FDNAMES"};
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++)
        (void)unsetenv(ours[i]);
    for (char **added = command->environment; added && *added; added++)
        (void)putenv(*added);
}

static void restore_limits(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur > FILES_SOFT) {
        limit.rlim_cur = FILES_SOFT;
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static _Noreturn void become(const struct sc_helper_command *command, const int *fds, pid_t parent)
{
    (void)setpgid(0, 0);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(EXIT_NOT_RUN);
    (void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    restore_signals();
    restore_environment(command);
    restore_limits();
    if (dup2(fds[SC_HELPER_OUT], STDOUT_FILENO) < 0 || dup2(fds[SC_HELPER_ERR], STDERR_FILENO) < 0)
        _exit(EXIT_NOT_RUN);
    (void)close_range(STDERR_FILENO + 1, ~0U, 0);
    if (command->run)
        _exit(command->run(command->argv[0]));
    (void)execv(command->path, command->argv);
    (void)dprintf(STDERR_FILENO, "'%s' cannot be run: %s\n", command->path, strerror(errno));
    _exit(EXIT_NOT_RUN);
}

static void report(struct run *run, const struct sc_helper_report *what)
{
    (void)send(run->leash_fd, what, sizeof *what, MSG_NOSIGNAL | MSG_DONTWAIT);
    sc_own_close(&run->leash_fd);
    *run = (struct run){.leash_fd = -1};
}

static void start(struct helper *helper, uint32_t number, int *fds)
{
    struct run refused = {.leash_fd = -1};
    bool is_free = number < helper->n && helper->runs[number].pid == 0;
    struct run *run = is_free ? &helper->runs[number] : &refused;
    struct sc_helper_report failure = {.error = -EBUSY, .code = -1};
    pid_t parent = getpid(), pid = is_free ? fork() : -1;
    if (pid == 0)
        become(&helper->commands[number], fds, parent);
    if (is_free && pid < 0)
        failure.error = -errno;
    run->leash_fd = fds[SC_HELPER_LEASH];
    fds[SC_HELPER_LEASH] = -1;
    if (pid < 0) {
        report(run, &failure);
        return;
    }
    (void)setpgid(pid, pid); /* whichever of both is first */
    run->pid = pid;
}

/* A stopped process hears SIGTERM only when it goes on. */
static void end(struct run *run)
{
    if (run->pid == 0 || run->is_ending)
        return;
    run->is_ending = true;
    run->kill_ns = sc_clock_ns() + SC_HELPER_GRACE_NS;
    (void)kill(-run->pid, SIGTERM);
    (void)kill(-run->pid, SIGCONT);
}

static struct run *run_of(struct helper *helper, pid_t pid)
{
    for (size_t i = 0; i < helper->n; i++)
        if (helper->runs[i].pid == pid)
            return &helper->runs[i];
    return NULL;
}

/* Orphans of our commands become our children, and are reaped, too. */
static void reap(struct helper *helper)
{
    siginfo_t ended = {0};
    while (waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid) {
        struct run *run = run_of(helper, ended.si_pid);
        struct sc_helper_report what = {.code = -1};
        if (run)
            (void)kill(-run->pid, SIGKILL);
        (void)waitpid(ended.si_pid, NULL, 0);
        if (ended.si_code == CLD_EXITED)
            what.code = ended.si_status;
        else
            what.signal = ended.si_status;
        if (run)
            report(run, &what);
        ended.si_pid = 0;
    }
}

/* --- orders --- */

static void close_all(int *fds)
{
    for (size_t i = 0; i < SC_HELPER_FDS; i++)
        sc_own_close(&fds[i]);
}

/* Returns: bytes of the order; 0 when the program is gone; a negative errno. */
static ssize_t take_order(int fd, struct sc_helper_order *order, int *out_fds)
{
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(SC_HELPER_FDS * sizeof(int))];
    } control;
    struct iovec data = {order, sizeof *order};
    struct msghdr message = {
        .msg_iov = &data,
        .msg_iovlen = 1,
        .msg_control = control.room,
        .msg_controllen = sizeof control.room,
    };
    ssize_t n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    struct cmsghdr *head = n > 0 ? CMSG_FIRSTHDR(&message) : NULL;
    if (head && head->cmsg_type == SCM_RIGHTS)
        memcpy(out_fds, CMSG_DATA(head), head->cmsg_len - CMSG_LEN(0));
    return n < 0 ? -errno : n;
}

static void leave(struct helper *helper)
{
    sc_own_close(&helper->orders_fd);
    helper->leave_ns = sc_clock_ns() + SC_HELPER_GRACE_NS + SC_NS_PER_S;
    for (size_t i = 0; i < helper->n; i++)
        end(&helper->runs[i]);
}

static void obey(struct helper *helper)
{
    struct sc_helper_order order = {0};
    int fds[SC_HELPER_FDS] = {-1, -1, -1};
    ssize_t n = take_order(helper->orders_fd, &order, fds);
    if (n == (ssize_t)sizeof order && fds[SC_HELPER_FDS - 1] >= 0)
        start(helper, order.number, fds);
    else if (n == 0)
        leave(helper);
    close_all(fds);
}

/* --- the loop --- */

static bool has_run(const struct helper *helper)
{
    for (size_t i = 0; i < helper->n; i++)
        if (helper->runs[i].pid)
            return true;
    return false;
}

static uint64_t first_due_ns(const struct helper *helper)
{
    uint64_t due_ns = helper->leave_ns;
    for (size_t i = 0; i < helper->n; i++)
        if (helper->runs[i].is_ending && helper->runs[i].kill_ns < due_ns)
            due_ns = helper->runs[i].kill_ns;
    return due_ns;
}

static void wait_for_something(struct helper *helper)
{
    helper->fds[0] = (struct pollfd){.fd = helper->orders_fd, .events = POLLIN};
    helper->fds[1] = (struct pollfd){.fd = helper->signal_fd, .events = POLLIN};
    for (size_t i = 0; i < helper->n; i++) {
        const struct run *run = &helper->runs[i];
        int fd = run->pid && !run->is_ending ? run->leash_fd : -1;
        helper->fds[2 + i] = (struct pollfd){.fd = fd, .events = POLLIN};
    }
    if (sc_clock_poll(helper->fds, 2 + helper->n, first_due_ns(helper)) < 0)
        memset(helper->fds, 0, (2 + helper->n) * sizeof *helper->fds);
}

static void hear_signals(const struct helper *helper)
{
    struct signalfd_siginfo info;
    while (read(helper->signal_fd, &info, sizeof info) > 0)
        continue;
}

static void kill_the_stubborn(struct helper *helper)
{
    uint64_t now = sc_clock_ns();
    for (size_t i = 0; i < helper->n; i++) {
        struct run *run = &helper->runs[i];
        if (!run->is_ending || now < run->kill_ns)
            continue;
        (void)kill(-run->pid, SIGKILL);
        run->kill_ns = UINT64_MAX;
    }
}

static void turn(struct helper *helper)
{
    wait_for_something(helper);
    for (size_t i = 0; i < helper->n; i++)
        if (helper->fds[2 + i].revents)
            end(&helper->runs[i]);
    if (helper->fds[1].revents)
        hear_signals(helper);
    reap(helper);
    if (helper->fds[0].revents && helper->orders_fd >= 0)
        obey(helper);
    kill_the_stubborn(helper);
}

/* The terminal's and the service manager's signals go to the whole group: the program that we work
 * for decides what they mean. */
static int open_signals(void)
{
    sigset_t all, children;
    (void)sigfillset(&all);
    (void)sigemptyset(&children);
    (void)sigaddset(&children, SIGCHLD);
    (void)sigprocmask(SIG_SETMASK, &all, NULL);
    (void)sigaction(SIGCHLD, &(struct sigaction){.sa_handler = SIG_DFL}, NULL);
    return signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK);
}

/* Nothing that the program has open is kept open by us. */
static int close_others(int kept_fd)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; null >= 0 && fd <= STDERR_FILENO; fd++)
        (void)dup2(null, fd);
    int fd = fcntl(kept_fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    if (fd > STDERR_FILENO + 1)
        (void)close_range(STDERR_FILENO + 1, (unsigned)fd - 1, 0);
    if (fd >= 0)
        (void)close_range((unsigned)fd + 1, ~0U, 0);
    return fd;
}

_Noreturn void sc_helper_run(const struct sc_helper_command *commands, size_t n_commands,
                             int orders_fd)
{
    struct helper helper = {.commands = commands, .n = n_commands, .leave_ns = UINT64_MAX};
    helper.orders_fd = close_others(orders_fd);
    helper.signal_fd = open_signals();
    helper.runs = calloc(n_commands, sizeof *helper.runs);
    helper.fds = calloc(2 + n_commands, sizeof *helper.fds);
    if (helper.orders_fd < 0 || helper.signal_fd < 0 || !helper.runs || !helper.fds)
        _exit(EXIT_FAILURE);
    (void)prctl(PR_SET_NAME, "sc-commands");
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1);
    while (helper.orders_fd >= 0 || (has_run(&helper) && sc_clock_ns() < helper.leave_ns))
        turn(&helper);
    _exit(EXIT_SUCCESS);
}
