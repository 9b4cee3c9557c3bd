/* SPDX-License-Identifier: MIT */
/* What both ways of publishing share: from bytes to a frame in a stream that may not exist yet. */
#pragma once

#include "web/web.h"

/**
 * Seals the draft and publishes it under the name, making the stream when there is none.
 *
 * draft       taken, on failure too.
 * out_stream  NULL, or gets a new reference.
 *
 * Returns: 0, 1 when the stream was made; -EBADMSG, -EMSGSIZE, -EPERM, -ENOSPC, -ENOMEM, with a
 * sentence for the publisher and counted. Thread:  loop.
 */
int sc_publish_draft(struct sc_lane *lane, const char *name, struct sc_draft **draft,
                     struct sc_stream **out_stream, uint64_t *out_seq, struct sc_err *err);

/** Counts a refused picture. stream may be NULL. */
void sc_publish_rejected(struct sc_web *web, struct sc_stream *stream, int code);

/** Answers with what sc_publish_draft said of a picture that was refused. */
void sc_publish_reply_error(const struct sc_reply *reply, const struct sc_err *err);

/** Whether the request says how long its body is; answers 411 or 400 when not, or when it is empty.
 */
bool sc_publish_has_body(const struct sc_call *call);
