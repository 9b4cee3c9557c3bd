/* SPDX-License-Identifier: MIT */
/* A camera behind a descriptor (Linux media, V4L2 capture by memory mapping): opened, set up,
 * started; buffers are taken and given back. */
#pragma once

#include "source/v4l2/format.h"

#include <stddef.h>
#include <stdint.h>

#define SC_V4L2_BUFFERS 4

struct sc_v4l2_device {
    int fd; /* -1: not open */
    struct sc_v4l2_choice choice;
    struct {
        void *at;
        size_t bytes;
    } maps[SC_V4L2_BUFFERS];
    unsigned n_maps;
    bool is_on;
};

/* A picture in one of the camera's buffers. */
struct sc_v4l2_buffer {
    unsigned index;
    const uint8_t *data;
    size_t len_bytes;
    uint64_t captured_ns; /* CLOCK_MONOTONIC; 0: the driver does not tell */
    bool is_damaged;      /* the driver says that some of it is missing */
};

/** Goes on after EINTR. Returns: 0; a negative errno. */
int sc_v4l2_ioctl(int fd, unsigned long request, void *argument);

/** The sentence for what a camera's call said: who is busy, which group, gone. Returns: code. */
int sc_v4l2_err(struct sc_err *err, int code, const char *path, const char *what);

/** The sentence for a camera that others use. holders: who (holders.h), "" nobody knows. Returns:
 * -EBUSY. */
int sc_v4l2_err_busy(struct sc_err *err, const char *path, const char *holders);

/** Opens without setting anything. Returns: a descriptor; -ENOENT, -EACCES, -EBUSY, -ENOTTY it is
 * no camera, ... with a sentence. */
int sc_v4l2_open(const char *path, struct sc_err *err);

/** Opens, sets to the wish and starts. Returns: 0; as sc_v4l2_open and sc_v4l2_choose. */
int sc_v4l2_start(struct sc_v4l2_device *device, const char *path, const struct sc_v4l2_wish *wish,
                  struct sc_err *err);
void sc_v4l2_stop(struct sc_v4l2_device *device);

/** Returns: 0; -EAGAIN none is filled; -ENODEV the camera is gone; another negative errno. */
int sc_v4l2_take(struct sc_v4l2_device *device, struct sc_v4l2_buffer *out_buffer);

/** Returns: as sc_v4l2_take. */
int sc_v4l2_give(struct sc_v4l2_device *device, unsigned index);
