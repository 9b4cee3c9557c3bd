/* SPDX-License-Identifier: MIT */
/* GET /NAME.mjpg: the live stream. */
#include "base/own.h"
#include "web/endpoints.h"
#include "web/viewer.h"

static void show(const struct sc_call *call)
{
    struct sc_stream *stream SC_AUTO(sc_stream_unref) = sc_call_stream(call);
    if (stream)
        sc_viewer_start(call, stream);
}

const struct sc_endpoint sc_endpoint_stream[] = {
    {.methods = SC_METHOD_GET, .right = SC_RIGHT_VIEW, .path = "/*.mjpg", .handle = show},
    {.methods = SC_METHOD_GET, .right = SC_RIGHT_VIEW, .path = "/*.mjpeg", .handle = show},
    {0},
};
