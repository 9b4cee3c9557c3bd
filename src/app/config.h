/* SPDX-License-Identifier: MIT */
/* What the command line asked for. Its texts are borrowed from argv. */
#pragma once

#include "stillcast/err.h"
#include "stillcast/log.h"
#include "stillcast/server.h"

#include <stddef.h>
#include <stdint.h>

/* Where we listen when no --listen is given. */
#define SC_CONFIG_LISTEN      "127.0.0.1:8080"
#define SC_CONFIG_LISTEN_IPV6 "[::1]:8080"

enum sc_command {
    SC_COMMAND_SERVE,
    SC_COMMAND_DEMO,
    SC_COMMAND_HELP,
    SC_COMMAND_MAN, /* --help=man: the man page, in roff */
    SC_COMMAND_VERSION,
};

struct sc_config {
    enum sc_command command;
    struct sc_server_config server;
    uint64_t linger_ns; /* for runners: rest so long after the last viewer */
    enum sc_log_level log_level;
    bool is_self_signed; /* with a certificate that we make */
    enum sc_sandbox { SC_SANDBOX_OFF, SC_SANDBOX_TRY, SC_SANDBOX_REQUIRE } sandbox;
    uint64_t watchdog_ns; /* a network loop that is silent for so long is the end; 0: it is not */
    const char *user;     /* whom to become; NULL: nobody else */
    sc_texts saves;       /* "NAME=PATH", ends with NULL; may be NULL */
    char **sources;       /* "[NAME=]SOURCE[#option=value...]" */
    size_t n_sources;
};

/** Fills in the defaults. */
void sc_config_init(struct sc_config *config);
void sc_config_fini(struct sc_config *config);

/**
 * Reads a command line. Options (options.h) and sources may be mixed; what follows "--" is sources.
 * The command "demo" stands where the first source would.
 *
 * Returns: 0; -EINVAL with a sentence that quotes the argument and tells the way out; -ENOMEM.
 * Thread:  control.
 */
int sc_config_parse(struct sc_config *config, int argc, char **argv, struct sc_err *err);
