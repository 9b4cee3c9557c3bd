/* SPDX-License-Identifier: MIT */
/* What ends the program: SIGINT, SIGTERM and SIGHUP (unless it was started with them ignored, as
 * nohup does), or somebody inside who asks for it. One per process. */
#pragma once

struct sc_ending {
    int signal_fd, ask_fd;
};

/**
 * Signals wait for sc_ending_wait from now on, in this thread and those that it starts.
 *
 * Returns: 0; a negative errno.
 * Thread:  control, before any other thread.
 */
int sc_ending_open(struct sc_ending *ending);
void sc_ending_close(struct sc_ending *ending);

/** Ends the wait. self is a struct sc_ending. Thread: any. */
void sc_ending_ask(void *self);

/* What is done while the end is waited for. */
struct sc_waiting {
    void (*hang_up)(void *self); /* for a SIGHUP, which then ends nothing; NULL: SIGHUP ends, too */
    void (*tick)(void *self);    /* when nothing has come for tick_ms */
    int tick_ms;                 /* -1: never */
    void *self;
};

/**
 * Waits; from then on another signal ends the process at once.
 *
 * Returns: the signal; 0 when somebody asked.
 * Thread:  control.
 */
int sc_ending_wait(struct sc_ending *ending, const struct sc_waiting *waiting);
