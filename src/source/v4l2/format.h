/* SPDX-License-Identifier: MIT */
/* The pixel formats that we take from cameras, best first, and what a camera has of them. */
#pragma once

#include "picture/raw.h"
#include "stillcast/err.h"

#include <stdbool.h>
#include <stdint.h>

struct sc_v4l2_form {
    const char *name; /* "mjpeg": what a person writes behind #format= */
    uint32_t fourcc;
    bool is_jpeg;
    enum sc_raw_form raw; /* when it is no JPEG */
};

/** Returns: all that we take; the list ends with a NULL name. */
const struct sc_v4l2_form *sc_v4l2_forms(void);

/** Returns: NULL when we do not take it. */
const struct sc_v4l2_form *sc_v4l2_form_named(const char *name);

/* What a person asked for. Zero: whatever is sensible. */
struct sc_v4l2_wish {
    const struct sc_v4l2_form *form;
    uint32_t width_px, height_px;
    double fps;
};

/* What the camera is going to do. */
struct sc_v4l2_choice {
    const struct sc_v4l2_form *form;
    uint32_t width_px, height_px, stride_bytes;
    bool is_limited; /* raw.h */
    double fps;      /* 0: it does not say */
};

/**
 * Chooses format, size and rate, and sets the camera to them. Without a wish: a format that needs
 * no encoding, and the largest size that is no larger than 1280x720.
 *
 * Returns: 0; -EINVAL the camera cannot do that, with a sentence that tells what it can; -EBUSY and
 * other negative errnos of the camera.
 */
int sc_v4l2_choose(int fd, const char *path, const struct sc_v4l2_wish *wish,
                   struct sc_v4l2_choice *out_choice, struct sc_err *err);

/** Writes "mjpeg (640x480 1280x720) yuyv (640x480)" for the camera. */
void sc_v4l2_tell_formats(int fd, char *out_text, size_t text_bytes);
