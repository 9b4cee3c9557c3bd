/* SPDX-License-Identifier: MIT */
/* The two halves of sc_jail_enter. */
#pragma once

#include "jail/jail.h"

/** Landlock. Returns: 0; a negative errno, with a sentence. */
int sc_jail_confine_files(const struct sc_jail_paths *paths, struct sc_err *err);

/** seccomp. Returns: 0; a negative errno, with a sentence. */
int sc_jail_confine_calls(struct sc_err *err);
