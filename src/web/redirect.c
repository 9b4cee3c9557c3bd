/* SPDX-License-Identifier: MIT */
#include "web/redirect.h"

#include <stdio.h>
#include <string.h>

#include "http/authority.h"

#define HTTPS_PORT     443
#define LOCATION_BYTES (SC_REQUEST_TARGET_MAX_BYTES + 512)

void sc_redirect(const struct sc_call *call)
{
    const struct sc_request *request = call->request;
    unsigned port = sc_exchange_door(call->reply.x)->redirect_port;
    struct sc_authority authority;
    char headers[LOCATION_BYTES], behind[8] = "";
    if (!request->host.data || sc_authority_parse(request->host, &authority) < 0 ||
        request->path.data[0] != '/') {
        sc_reply_error(&call->reply, 400, NULL, "this port only sends people to https");
        return;
    }
    if (port != HTTPS_PORT)
        (void)snprintf(behind, sizeof behind, ":%u", port);
    bool is_v6 = memchr(authority.host.data, ':', authority.host.len_bytes);
    (void)snprintf(headers, sizeof headers, "Location: https://%s%.*s%s%s%.*s%s%.*s\r\n",
                   is_v6 ? "[" : "", (int)authority.host.len_bytes, authority.host.data,
                   is_v6 ? "]" : "", behind, (int)request->path.len_bytes, request->path.data,
                   request->query.data ? "?" : "", (int)request->query.len_bytes,
                   request->query.data ? request->query.data : "");
    struct sc_answer answer = {.status = 308, .headers = headers};
    sc_exchange_answer(call->reply.x, &answer);
}
