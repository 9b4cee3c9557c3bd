/* SPDX-License-Identifier: MIT */
/* "stillcast devices": which cameras there are, what they can do, and who uses them. */
#pragma once

#include <stdbool.h>

/** Whether the command line is this one. */
bool sc_devices_command_is(int argc, char **argv);

/** Returns: the exit code. Thread: control. */
int sc_devices_command_run(int argc, char **argv);
