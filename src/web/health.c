/* SPDX-License-Identifier: MIT */
/* GET /healthz: whether the server answers. */
#include "web/endpoints.h"

static void healthz(const struct sc_call *call)
{
    sc_reply_text(&call->reply, 200, "text/plain; charset=utf-8", "ok\n", 3);
}

const struct sc_endpoint sc_endpoint_health[] = {
    {.methods = SC_METHOD_GET, .right = SC_RIGHT_PUBLIC, .path = "/healthz", .handle = healthz},
    {0},
};
