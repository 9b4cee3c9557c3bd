/* SPDX-License-Identifier: MIT */
/* What has become of a client's last 256 streams, for frames on those that are over: nghttp2 would
 * keep 280 bytes for each. Embedded, zeroed to begin. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define SC_H2_PAST_STREAMS 256

struct sc_h2_past {
    int32_t newest; /* 0: none has begun */
    uint64_t begun[SC_H2_PAST_STREAMS / 64], ended[SC_H2_PAST_STREAMS / 64];
};

/** id  odd, higher than all before: those between were left out. */
void sc_h2_past_begin(struct sc_h2_past *past, int32_t id);

/** The client has said its last on a stream, by END_STREAM or RST_STREAM. */
void sc_h2_past_end(struct sc_h2_past *past, int32_t id);

/** Whether the client left this stream out, and so may not begin it any more. */
bool sc_h2_past_is_skipped(const struct sc_h2_past *past, int32_t id);

/** Whether the client may say no more on a stream that is over (RFC 9113 section 5.1). What we have
 * ended may still be spoken of: the client did not know. */
bool sc_h2_past_is_ended(const struct sc_h2_past *past, int32_t id);
