/* SPDX-License-Identifier: MIT */
/* One picture of a stream, now or when there is one that is new enough. */
#pragma once

#include "web/web.h"

/** Answers the call with a snapshot; what is asked for is told from its query. */
void sc_snapshot_show(const struct sc_call *call, struct sc_stream *stream);
