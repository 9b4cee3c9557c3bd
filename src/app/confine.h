/* SPDX-License-Identifier: MIT */
/* Which files the server needs once it runs, told from what the command line names, and entering
 * the sandbox with them. */
#pragma once

#include "stillcast/err.h"

struct sc_config;
struct sc_lineup;

/**
 * lineup   set up, not started.
 * scratch  a folder of our own, to be removed at the end; NULL: none.
 *
 * What is not to be had here is told in the log, unless it is required.
 *
 * Returns: 0; -ENOMEM; -ENOSYS … with --sandbox=require, with a sentence.
 * Thread:  control, before any other thread is made.
 */
int sc_confine(const struct sc_config *config, const struct sc_lineup *lineup, const char *scratch,
               struct sc_err *err);
