/* SPDX-License-Identifier: MIT */
/* A camera's controls, read from its driver and set there. */
#pragma once

#include "media/controls.h"

/** Lists all whole numbers, switches and menus that the driver tells of, with their values. */
void sc_v4l2_list_controls(int fd, struct sc_control_list *out_list);

/**
 * Sets what is due, or, after opening, all that is wanted, and shows what the camera then has.
 *
 * Returns: 0; -EINVAL the camera cannot do what the command line asks for, with a sentence;
 * -ENOMEM.
 */
int sc_v4l2_set_controls(int fd, struct sc_controls *controls, bool is_fresh, struct sc_err *err);
