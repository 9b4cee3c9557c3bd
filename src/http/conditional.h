/* SPDX-License-Identifier: MIT */
/* Whether a client already has what it asks for (RFC 9110 section 13). */
#pragma once

#include "http/request.h"

/**
 * Whether the entity tag is in the list of an If-None-Match, compared weakly: "W/" on either side
 * does not count. "*" has every tag; in a malformed list only what stands before the fault counts.
 *
 * etag  with its quotes, as sent: "\"a-1\"" or "W/\"a-1\"".
 */
bool sc_etag_is_listed(struct sc_text list, const char *etag);

/**
 * Whether the answer is 304: a GET or HEAD whose If-None-Match lists the tag, or that has no
 * If-None-Match and an If-Modified-Since not before modified_unix_s. A date that is none is
 * ignored.
 */
bool sc_request_is_fresh(const struct sc_request *request, const char *etag,
                         int64_t modified_unix_s);
