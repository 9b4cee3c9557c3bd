/* SPDX-License-Identifier: MIT */
/* The rows of one picture's addresses: whatever suffix a person writes, the picture tells its own
 * kind. */
#pragma once

#define SC_PICTURE_ROWS(methods_, right_, handle_)                                                 \
    {.methods = (methods_), .right = (right_), .path = "/*.jpg", .handle = (handle_)},             \
        {.methods = (methods_), .right = (right_), .path = "/*.jpeg", .handle = (handle_)},        \
        {.methods = (methods_), .right = (right_), .path = "/*.png", .handle = (handle_)},         \
        {.methods = (methods_), .right = (right_), .path = "/*.webp", .handle = (handle_)},        \
        {.methods = (methods_), .right = (right_), .path = "/*.gif", .handle = (handle_)},         \
        {.methods = (methods_), .right = (right_), .path = "/*.avif", .handle = (handle_)},        \
    {                                                                                              \
        .methods = (methods_), .right = (right_), .path = "/*.svg", .handle = (handle_)            \
    }
