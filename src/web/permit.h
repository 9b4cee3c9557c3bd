/* SPDX-License-Identifier: MIT */
/* The one place that decides whether a request may reach its endpoint. Who asks is told by
 * Authorization or by a signed link; whoever says nothing is the key "anybody", if there is one.
 *
 * A stream's name is looked at before it is known whether there is such a stream, so nobody learns
 * from a refusal which streams there are. */
#pragma once

#include "web/web.h"

/**
 * Whether the caller has the right that the row needs, for the stream in call->star; else it is
 * answered, perhaps later: 401 who are you, 403 you may not, 429 too many wrong guesses.
 *
 * In any case sc_permit_end must follow.
 */
bool sc_permit(struct sc_call *call, const struct sc_endpoint *row);
void sc_permit_end(struct sc_call *call);
