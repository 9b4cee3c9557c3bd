/* SPDX-License-Identifier: MIT */
/* Sets up what one loop has of a server. */
#pragma once

#include "web/web.h"

/**
 * Makes the lane and its loop; nothing runs yet.
 *
 * Returns: 0; -ENOMEM; a negative errno.
 * Thread:  control.
 */
int sc_lane_create(struct sc_web *web, struct sc_lane **out_lane);

/** After its loop has stopped: ends what is left. Thread: control. */
void sc_lane_destroy(struct sc_lane **lane);
