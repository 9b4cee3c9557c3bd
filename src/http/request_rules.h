/* SPDX-License-Identifier: MIT */
/* What makes a well-formed head unambiguous: its target, its Host, its framing, its connection. For
 * request.c alone. */
#pragma once

#include "http/request.h"

/**
 * Sets path and query.
 *
 * out_authority  of an absolute target; data NULL for the other forms.
 *
 * Returns: 0; -400, with a sentence.
 */
int sc_request_split_target(struct sc_request *request, struct sc_text target,
                            struct sc_text *out_authority, const char **out_reason);

/**
 * Judges the fields together and sets what they decide: host, length, coding, whether to continue
 * and to keep the connection.
 *
 * Returns: 0; -400, -417, -421, -501, with a sentence.
 */
int sc_request_check(struct sc_request *request, struct sc_text authority, const char **out_reason);
