/* SPDX-License-Identifier: MIT */
/* A source on the test's own thread, a folder of its own, and pictures that tell their number:
 * picture n is a JPEG 16 + n pixels wide. Failures of the rig itself fail the test. */
#pragma once

#include "source/source.h"
#include "stillcast/stream.h"

#define RIG_FRAME_MAX_BYTES 100000
#define RIG_PATIENCE_MS     5000 /* for what comes */
#define RIG_GLANCE_MS       25   /* for what does not */

struct rig {
    char folder[64];
    struct sc_pool *pool;
    struct sc_stream_stats stats;
    struct sc_source_ctx ctx;
    struct sc_commands *commands;
    struct sc_source_spec *specs;
    size_t n_specs;
    void *state;
    bool is_set_up, is_open;
    struct sc_err err; /* of the last call */
};

/** Makes the folder and goes there. For cmocka's setup and teardown: *state is the rig. */
int rig_setup(void **state);
int rig_teardown(void **state);

/** Parses one argument and sets its source up. Returns: what they say. */
int rig_make(struct rig *rig, const char *argument);

/** Makes and opens it; both must succeed. */
void rig_start(struct rig *rig, const char *argument);

/** Closes it and tears it down. */
void rig_stop(struct rig *rig);

/** Returns: the number of the picture that it gives; what it says; -ECANCELED after patience_ms. */
int rig_read(struct rig *rig, int patience_ms);

/** Returns: picture n, to be freed. */
uint8_t *rig_picture(int n, size_t *out_len_bytes);

/** Writes picture n to the file and closes it. */
void rig_write(const char *path, int n);

/** Writes it to another name, then renames it into place. */
void rig_replace(const char *path, int n);

/** Writes len_bytes to an open file. */
void rig_pour(int fd, const void *data, size_t len_bytes);
