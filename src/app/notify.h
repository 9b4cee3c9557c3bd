/* SPDX-License-Identifier: MIT */
/* Tells the service manager how we are (systemd's sd_notify protocol), when there is one. */
#pragma once

#include <stdbool.h>

/** Whether a service manager has started us and wants to be told. Thread: any. */
bool sc_notify_is_wanted(void);

/**
 * state  "READY=1", "STOPPING=1".
 *
 * Returns: 0, also when nobody asked ($NOTIFY_SOCKET is not set); a negative errno.
 * Thread:  any.
 */
int sc_notify(const char *state);
