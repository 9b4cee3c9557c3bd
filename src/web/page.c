/* SPDX-License-Identifier: MIT */
/* GET / the gallery, GET /NAME one stream's page, GET /.pages/FILE what they are made of. */
#include <stdio.h>
#include <string.h>

#include "base/own.h"
#include "http/conditional.h"
#include "web/endpoints.h"
#include "web/pages.h"

#define PAGE_HEADERS                                                                               \
    "Content-Security-Policy: default-src 'self'; img-src 'self' data: blob:; object-src 'none'; " \
    "base-uri 'none'; form-action 'self'; frame-ancestors 'self'\r\n"

static void send_page(const struct sc_call *call, const struct sc_page *page, int status)
{
    char headers[512];
    if (!page) {
        sc_reply_error(&call->reply, 404, NULL, "there is no such file");
        return;
    }
    (void)snprintf(headers, sizeof headers, PAGE_HEADERS "Cache-Control: no-cache\r\nETag: %s\r\n",
                   page->etag);
    struct sc_text known = sc_request_field(call->request, "if-none-match");
    bool is_known = status == 200 && known.data && sc_etag_is_listed(known, page->etag);
    struct sc_answer answer = {
        .status = is_known ? 304 : status,
        .media_type = is_known ? NULL : page->media_type,
        .headers = headers,
        .body = page->data,
        .body_bytes = page->len_bytes,
    };
    sc_exchange_answer(call->reply.x, &answer);
}

static void gallery(const struct sc_call *call)
{
    send_page(call, sc_page_find("gallery.html", 12), 200);
}

/* The page of a stream that is not there yet says so and waits for it. */
static void stream_page(const struct sc_call *call)
{
    struct sc_stream *stream SC_AUTO(sc_stream_unref) =
        sc_registry_get(call->web->registry, call->star);
    send_page(call, sc_page_find("stream.html", 11), stream ? 200 : 404);
}

static void file(const struct sc_call *call)
{
    send_page(call, sc_page_find(call->star, strlen(call->star)), 200);
}

static void icon(const struct sc_call *call)
{
    send_page(call, sc_page_find("icon.svg", 8), 200);
}

const struct sc_endpoint sc_endpoint_page[] = {
    {.methods = SC_METHOD_GET,
     .right = SC_RIGHT_VIEW,
     .path = "/",
     .is_filtered = true,
     .handle = gallery},
    {.methods = SC_METHOD_GET, .right = SC_RIGHT_VIEW, .path = "/*", .handle = stream_page},
    {.methods = SC_METHOD_GET,
     .right = SC_RIGHT_PUBLIC,
     .path = "/.pages/*",
     .is_any_star = true,
     .handle = file},
    {.methods = SC_METHOD_GET, .right = SC_RIGHT_PUBLIC, .path = "/favicon.ico", .handle = icon},
    {0},
};
