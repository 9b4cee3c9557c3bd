/* SPDX-License-Identifier: MIT */
/* A camera that is none: a thread that fills buffers with one picture, stamped anew each time, at a
 * steady rate. A buffer is a number; empty ones wait in one pipe and filled ones in another, so
 * that whoever polls for a filled one polls a real descriptor. When no empty one waits, a picture
 * is lost, as it is with a real camera. One per process, as its user takes it for a device.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define CAMERA_MAX_BUFFERS 32

struct camera_buffer {
    uint64_t number;      /* of its picture, counting the lost ones */
    uint64_t captured_ns; /* CLOCK_MONOTONIC */
};

struct camera {
    unsigned width_px, height_px, fps;
    size_t picture_bytes;
    size_t buffer_bytes; /* whole pages */
    int memory_fd;       /* CAMERA_MAX_BUFFERS buffers, one after the other */
    int filled_fd;       /* to poll; each byte is the number of a buffer */
    struct camera_buffer buffers[CAMERA_MAX_BUFFERS];
};

/**
 * The camera of this process, set up at the first call as the environment says:
 * V4L2_STANDIN_PICTURE is a JPEG file; _WIDTH and _HEIGHT, in pixels, and _FPS are numbers.
 *
 * Returns: it, for good; NULL when that failed.
 */
struct camera *camera_get(void);

/** Hands an empty buffer over. Returns: 0; a negative errno. */
int camera_queue(unsigned index);

void camera_start(void);

/** All buffers are empty and nobody's then. */
void camera_stop(void);
