/* SPDX-License-Identifier: MIT */
/* The process that runs commands for us, so that the one that reads from the network need not be
 * able to. It is forked before that, knows all commands by number, and can run no others. Each
 * order comes with its pipes and a leash: when the other end of the leash is closed, or the whole
 * program is gone, the command and all of its process group are ended. */
#pragma once

#include "base/clock.h"

#include <stddef.h>
#include <stdint.h>

/* SIGTERM, then so long after it SIGKILL. */
#define SC_HELPER_GRACE_NS (2 * SC_NS_PER_S)

struct sc_helper_command {
    char *path;
    char **argv;
    int (*run)(const char *text); /* in place of path, with argv's first word; NULL: none */
    char **environment;           /* "NAME=value", added to ours; ends with NULL */
};

struct sc_helper_order {
    uint32_t number;
};

/* The descriptors that come with an order. */
enum sc_helper_fd { SC_HELPER_OUT, SC_HELPER_ERR, SC_HELPER_LEASH, SC_HELPER_FDS };

/* What comes back on the leash, once. */
struct sc_helper_report {
    int error;  /* it was not run: a negative errno */
    int code;   /* its exit status; -1: a signal ended it */
    int signal; /* which one */
};

/** The body of the forked process. orders_fd is a SOCK_SEQPACKET socket. */
_Noreturn void sc_helper_run(const struct sc_helper_command *commands, size_t n_commands,
                             int orders_fd);
