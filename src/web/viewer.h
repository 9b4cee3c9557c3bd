/* SPDX-License-Identifier: MIT */
/* A viewer: an HTTP client that is shown a stream, with at most one frame in flight. When that has
 * gone out it takes the newest: whoever is slow sees fewer frames, never old ones. */
#pragma once

#include "web/web.h"

/** What a viewer is sent for each frame. */
enum sc_viewer_form {
    SC_VIEWER_PARTS,     /* parts with Content-Length: programs */
    SC_VIEWER_CONTINUED, /* the next part's head in advance: browsers */
    SC_VIEWER_RAW,       /* the pictures alone */
};

/** Answers the call with the stream; form and client's quirks are told from the request. */
void sc_viewer_start(const struct sc_call *call, struct sc_stream *stream);

/** What the request's client is to be sent. */
enum sc_viewer_form sc_viewer_form_of(const struct sc_call *call);

/** Whether the client shows a frame only when the next one comes: WebKit. */
bool sc_viewer_is_webkit(const struct sc_request *request);
