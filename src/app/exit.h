/* SPDX-License-Identifier: MIT */
/* How the program ends: exit codes that a shell can tell apart (sysexits.h). */
#pragma once

/* What was being done when it failed. */
enum sc_phase {
    SC_PHASE_COMMAND_LINE,
    SC_PHASE_LISTEN,
    SC_PHASE_USER,
    SC_PHASE_SOURCES,
    SC_PHASE_RUN,
};

struct sc_exit {
    int code;
    const char *help; /* one sentence */
};

/** Returns: all exit codes; the list ends with a NULL help. */
const struct sc_exit *sc_exit_table(void);

/** Returns: the exit code for an error (a negative errno) of that phase. */
int sc_exit_code(enum sc_phase phase, int error);
