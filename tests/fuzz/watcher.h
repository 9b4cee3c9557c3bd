/* SPDX-License-Identifier: MIT */
/* Numbered pictures, and one who watches them come, for fuzz_server.c. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "stillcast/frame.h"

#define WATCHER_ROOM (32 * 1024)

struct watcher {
    bool is_raw;             /* pictures, and nothing between them */
    bool is_ended;           /* no more will come */
    bool is_begun, is_other; /* the answer's head was there; it is no stream */
    bool has_head;           /* of the part at hand */
    unsigned number;         /* of the last picture that was whole; 0: none yet */
    size_t n_bytes;          /* of what was not understood yet */
    uint8_t bytes[WATCHER_ROOM];
};

/** Forgets all pictures that were made. */
void watcher_reset(void);

/** Returns: the next picture, some bytes larger than filler_bytes; NULL: there were enough. */
const struct sc_frame *watcher_make_frame(struct sc_pool *pool, size_t filler_bytes);
unsigned watcher_number(const struct sc_frame *frame);

/** Asserts that each picture is one of those that were made, and newer than the last. */
void watcher_hear(struct watcher *watcher, const uint8_t *data, size_t len_bytes);

/** Whether it is a stream that goes on. */
bool watcher_is_live(const struct watcher *watcher);
