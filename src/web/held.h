/* SPDX-License-Identifier: MIT */
/* Requests that wait until a password has been checked: one whose password is right goes its way
 * from the beginning again, which then knows it; others are refused. */
#pragma once

#include "rights/checker.h"
#include "web/web.h"

/**
 * Holds the request, or answers it when there is no memory.
 *
 * check     taken
 * is_noted  whether it was counted as a guess; it is forgiven when the password is right
 */
void sc_held_keep(const struct sc_call *call, struct sc_check **check, bool is_noted);

/** Looks which of a lane's have been decided. Thread: loop. */
void sc_held_look(struct sc_lane *lane);
