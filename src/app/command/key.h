/* SPDX-License-Identifier: MIT */
/* "stillcast key" and "stillcast sign": what is done with keys while no server runs here. */
#pragma once

#include <stdbool.h>

/** Whether the command line is one of these. */
bool sc_key_command_is(int argc, char **argv);

/** Returns: the exit code. Thread: control. */
int sc_key_command_run(int argc, char **argv);
