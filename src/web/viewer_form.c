/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "web/viewer.h"

static bool contains(struct sc_text text, const char *word)
{
    return text.data && memmem(text.data, text.len_bytes, word, strlen(word));
}

/* A browser's <img> and address bar both accept "image/..." by name; programs accept anything. */
enum sc_viewer_form sc_viewer_form_of(const struct sc_call *call)
{
    if (sc_call_flag(call, "raw"))
        return SC_VIEWER_RAW;
    if (sc_call_flag(call, "advance_headers") ||
        contains(sc_request_field(call->request, "accept"), "image/"))
        return SC_VIEWER_CONTINUED;
    return SC_VIEWER_PARTS;
}

/* Chromium and its kin say AppleWebKit, too; on iOS all browsers are WebKit. */
bool sc_viewer_is_webkit(const struct sc_request *request)
{
    struct sc_text agent = sc_request_field(request, "user-agent");
    return contains(agent, "AppleWebKit/") && !contains(agent, "Chrome/") &&
           !contains(agent, "Chromium/");
}
