/* SPDX-License-Identifier: MIT */
/* Tells the service manager how we are (systemd's sd_notify protocol), when there is one. */
#pragma once

/**
 * state  "READY=1", "STOPPING=1".
 *
 * Returns: 0, also when nobody asked ($NOTIFY_SOCKET is not set); a negative errno.
 * Thread:  any.
 */
int sc_notify(const char *state);
