/* SPDX-License-Identifier: MIT */
/* What the registry and the taps may do to a stream; the rest is stillcast/stream.h. */
#pragma once

#include "media/controls.h"
#include "media/intake.h"
#include "media/seat.h"
#include "media/tap.h"
#include "stillcast/registry.h"

/** Returns: who is seated. */
struct sc_seats *sc_stream_seats(struct sc_stream *stream);

/** Returns: 0; -ENOMEM. */
int sc_stream_create(const char *name, enum sc_stream_origin origin, struct sc_stream **out_stream);

/** From now on numbers may be sent to the stream. Thread: any. */
void sc_stream_set_intake(struct sc_stream *stream, struct sc_intake *intake);

/** Returns: a new reference; NULL when the stream takes no numbers or is closed. Thread: any. */
struct sc_intake *sc_stream_intake(struct sc_stream *stream);

/** From now on a camera's controls can be reached by the stream. Thread: any. */
void sc_stream_set_controls(struct sc_stream *stream, struct sc_controls *controls);

/** Returns: a new reference; NULL when it has none. Thread: any. */
struct sc_controls *sc_stream_controls(struct sc_stream *stream);

/**
 * From now on pictures that are published are numbered, but shown only when whoever takes them has
 * worked on them and publishes them again, as a draft made like them. bell_fd, an eventfd, is
 * written when one waits. SVGs and placeholders are shown at once.
 *
 * Thread: control, before the stream is served.
 */
void sc_stream_divert(struct sc_stream *stream, int bell_fd);

/** The picture taken before is done with. Returns: the newest that waits, given; NULL: none.
 * Thread: any, one at a time. */
const struct sc_frame *sc_stream_take_diverted(struct sc_stream *stream);

/** Returns: the number of a picture that was published and will be shown in a moment; 0: none.
 * Thread: any. */
uint64_t sc_stream_seq_expected(struct sc_stream *stream);

/**
 * Numbers are taken at this address, too: "tcp://127.0.0.1:2003". Copied.
 *
 * Thread: control, before the stream is served.
 */
void sc_stream_set_listens(struct sc_stream *stream, const char *url);

/** Returns: "" when there is none. Thread: any. */
const char *sc_stream_listens(const struct sc_stream *stream);

/** Somebody sends to the stream: it is not to be forgotten. Thread: any. */
void sc_stream_touch(struct sc_stream *stream);

/** Where (a loop) it is published, for whoever can choose where to watch it. NULL: nowhere in
 * particular. Thread: any. */
void sc_stream_set_home(struct sc_stream *stream, void *home);
void *sc_stream_home(const struct sc_stream *stream);

void sc_stream_attach(struct sc_stream *stream, struct sc_tap *tap);
void sc_stream_detach(struct sc_stream *stream, struct sc_tap *tap);

/**
 * Makes id (not 0) the stream's one long-running publisher.
 *
 * Returns: 0; -EBUSY there is another one and it is not to be replaced.
 * Thread:  any.
 */
int sc_stream_claim(struct sc_stream *stream, uint64_t id, bool is_takeover);

/** Returns: whether id still is the publisher. */
bool sc_stream_is_claimed_by(const struct sc_stream *stream, uint64_t id);

/** Gives the claim up, unless somebody has taken it over. */
void sc_stream_release(struct sc_stream *stream, uint64_t id);

/**
 * Closes the stream for publishers when nobody publishes, watches or waits, and nothing has
 * happened since then: a frame that comes at this moment is either kept or refused, never lost.
 * sc_stream_close must follow.
 *
 * Returns: whether it is closed now. Thread: any.
 */
bool sc_stream_close_abandoned(struct sc_stream *stream, uint64_t since_ns);
