/* SPDX-License-Identifier: MIT */
/* DELETE /NAME: ends a pushed stream; its viewers get their frame and then the end. */
#include <errno.h>

#include "web/endpoints.h"

static void end_stream(const struct sc_call *call)
{
    int rc = sc_registry_remove(call->web->registry, call->star);
    if (rc == -ENOENT)
        sc_reply_error(&call->reply, 404, NULL, "there is no stream '%s'", call->star);
    else if (rc == -EPERM)
        sc_reply_error(
            &call->reply, 409, NULL,
            "the stream '%s' is one that the server was started with: it ends when it is "
            "taken out of the server's command line",
            call->star);
    else
        sc_reply_json(&call->reply, 200, json_pack("{s:s,s:b}", "name", call->star, "deleted", 1));
}

const struct sc_endpoint sc_endpoint_delete[] = {
    {.methods = SC_METHOD_DELETE, .right = SC_RIGHT_PUBLISH, .path = "/*", .handle = end_stream},
    {0},
};
