/* SPDX-License-Identifier: MIT */
/* What the files of this folder know of a command and of all commands. */
#pragma once

#include "source/command/command.h"
#include "source/command/helper.h"
#include "source/command/said.h"

struct sc_command {
    const struct sc_commands *all;
    uint32_t number;
    struct sc_helper_command what;
    char *stream;

    /* While it runs. -1: not, or over. */
    int out_fd, err_fd, leash_fd;
    int poll_fd; /* of the three */

    struct sc_said said;
    bool has_ended; /* by itself, or as it was told to: report holds */
    struct sc_helper_report report;
};

struct sc_commands {
    struct sc_command **items;
    size_t n;
    int orders_fd; /* to the helper; -1: not begun */
    pid_t helper;  /* 0: none */
};
