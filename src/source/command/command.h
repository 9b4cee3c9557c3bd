/* SPDX-License-Identifier: MIT */
/* Commands whose output is read: ffmpeg, a script, a sensor's tool. All that may ever be run are
 * named before the program reads from the network; a helper that is forked then runs them, since
 * the program itself cannot. It may be one of our own functions, too, for what can only be seen
 * from outside of the sandbox. A command has a process group of its own, standard input from
 * /dev/null, and dies with the program. What it writes to standard error goes to our log, no more
 * than a person can read.
 *
 * Life: sc_commands_create -> sc_command_add for each (in a source's setup) -> sc_commands_begin ->
 * start, read until it ends, stop; again and again -> sc_commands_destroy. */
#pragma once

#include "stillcast/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct sc_commands;
struct sc_command;

/** Returns: 0; -ENOMEM. */
int sc_commands_create(struct sc_commands **out_commands);

/**
 * Forks the helper, if there is any command. No more can be added.
 *
 * Returns: 0; a negative errno with a sentence.
 * Thread:  control, before any other thread is made.
 */
int sc_commands_begin(struct sc_commands *commands, struct sc_err *err);

/** Ends what still runs and waits for it, about three seconds at most. Thread: control. */
void sc_commands_destroy(struct sc_commands **commands);

struct sc_command_config {
    const char *text;               /* see command/argv.h. Copied */
    const char *stream;             /* for the log and $STILLCAST_STREAM. Copied */
    const char *const *environment; /* more "NAME=value"; ends with NULL; may be NULL. Copied */
    /* NULL; or what is run in place of a program, with text as it stands. Writes to standard
     * output. Returns: the exit status. */
    int (*run)(const char *text);
};

/**
 * commands     NULL: no command can be run here.
 * out_command  lives as long as commands.
 *
 * Returns: 0; -EINVAL, -ENOENT, -EACCES for a command that can never be run, with a sentence;
 *          -ENOMEM.
 * Thread:  control, before sc_commands_begin.
 */
int sc_command_add(struct sc_commands *commands, const struct sc_command_config *config,
                   struct sc_command **out_command, struct sc_err *err);

/** Returns: what people call it: "ffmpeg". */
const char *sc_command_name(const struct sc_command *command);

/* Thread of all that follows: the command's owner. Different commands may have different ones. */

/**
 * Runs it. It must not be running: one that has ended still wants its sc_command_stop.
 *
 * Returns: 0, also when it turns out later that it could not be run; a negative errno with a
 *          sentence.
 */
int sc_command_start(struct sc_command *command, struct sc_err *err);

/** Returns: a descriptor that is readable when sc_command_read has something to do; only to wait
 * on. -1 when it is not running. */
int sc_command_fd(const struct sc_command *command);

/**
 * Reads from its standard output, without waiting, and looks after its standard error.
 *
 * Returns: bytes read; -EAGAIN nothing now; -ENODATA it has ended and all of its output was read;
 *          a negative errno.
 */
ssize_t sc_command_read(struct sc_command *command, void *room, size_t room_bytes);

/**
 * Ends it and its process group, if that is not done yet: SIGTERM, two seconds later SIGKILL.
 * Returns when it is gone, so that what it held (a camera, a port) is free again.
 */
void sc_command_stop(struct sc_command *command);

/** Returns: whether it ended by itself, last time, with exit status 0. */
bool sc_command_has_succeeded(const struct sc_command *command);

/** Returns: how it ended by itself, last time, as in sc_stream_stats.command_end. */
uint32_t sc_command_end(const struct sc_command *command);

/** Returns: the last line that it wrote to standard error, "" when there is none. */
const char *sc_command_last_words(const struct sc_command *command);

/** The sentence for how it ended by itself: "'ffmpeg' ended with exit status 1: <last words>".
 * Returns: -EPIPE. */
int sc_command_tell_end(const struct sc_command *command, struct sc_err *err);
