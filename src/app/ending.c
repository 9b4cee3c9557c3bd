/* SPDX-License-Identifier: MIT */
#include "app/ending.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/own.h"

static void ending_signals(sigset_t *out_set)
{
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    (void)sigemptyset(out_set);
    for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
        struct sigaction now;
        if (sigaction(signals[i], NULL, &now) == 0 && now.sa_handler != SIG_IGN)
            (void)sigaddset(out_set, signals[i]);
    }
}

int sc_ending_open(struct sc_ending *ending)
{
    sigset_t set;
    ending_signals(&set);
    *ending = (struct sc_ending){-1, -1};
    ending->ask_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (ending->ask_fd < 0)
        return -errno;
    ending->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (ending->signal_fd < 0) {
        int error = -errno;
        sc_ending_close(ending);
        return error;
    }
    return -pthread_sigmask(SIG_BLOCK, &set, NULL);
}

void sc_ending_close(struct sc_ending *ending)
{
    sc_own_close(&ending->signal_fd);
    sc_own_close(&ending->ask_fd);
}

void sc_ending_ask(void *self)
{
    const struct sc_ending *ending = self;
    uint64_t one = 1;
    (void)!write(ending->ask_fd, &one, sizeof one); /* full means: asked already */
}

/* Returns as sc_ending_wait, and SIGHUP whatever it means. */
static int wait_once(const struct sc_ending *ending, const struct sc_waiting *waiting)
{
    struct pollfd fds[] = {{ending->signal_fd, POLLIN, 0}, {ending->ask_fd, POLLIN, 0}};
    struct signalfd_siginfo info = {0};
    int n;
    while ((n = poll(fds, sizeof fds / sizeof fds[0], waiting->tick_ms)) <= 0)
        if (n == 0)
            waiting->tick(waiting->self);
    if (read(ending->signal_fd, &info, sizeof info) != (ssize_t)sizeof info)
        return 0;
    return (int)info.ssi_signo;
}

int sc_ending_wait(struct sc_ending *ending, const struct sc_waiting *waiting)
{
    sigset_t set;
    int number;
    while ((number = wait_once(ending, waiting)) == SIGHUP && waiting->hang_up)
        waiting->hang_up(waiting->self);
    ending_signals(&set);
    (void)pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    return number;
}
