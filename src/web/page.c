/* SPDX-License-Identifier: MIT */
/* GET / the gallery, GET /NAME one stream's page, GET /.pages/FILE what they are made of. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "http/conditional.h"
#include "web/endpoints.h"
#include "web/pages.h"

#define PAGE_HEADERS                                                                               \
    "Content-Security-Policy: default-src 'self'; img-src 'self' data: blob:; object-src 'none'; " \
    "base-uri 'none'; form-action 'self'; frame-ancestors 'self'\r\n"

/* A page's own addresses begin with "./"; levels below the gallery that is too deep. */
static char *raise_addresses(const struct sc_page *page, size_t levels, size_t *out_bytes)
{
    static const char here[] = "\"./", up[] = "../";
    size_t n_marks = 0, used = 0;
    const char *at = (const char *)page->data, *end = at + page->len_bytes, *mark;
    for (const char *m = at; (m = memmem(m, (size_t)(end - m), here, 3)); m += 3)
        n_marks++;
    char *out = malloc(page->len_bytes + n_marks * levels * 3);
    for (; out && at < end; at = mark + 3) {
        mark = memmem(at, (size_t)(end - at), here, 3);
        size_t plain = (size_t)((mark ? mark + 1 : end) - at);
        memcpy(out + used, at, plain);
        used += plain;
        if (!mark)
            break;
        for (size_t i = 0; i < levels; i++, used += 3)
            memcpy(out + used, up, 3);
    }
    *out_bytes = used;
    return out;
}

/* levels  that the page's address has below the gallery's */
static void send_page_at(const struct sc_call *call, const struct sc_page *page, int status,
                         size_t levels)
{
    size_t bytes;
    char *body = raise_addresses(page, levels, &bytes);
    struct sc_answer answer = {
        .status = body ? status : 503,
        .media_type = page->media_type,
        .headers = PAGE_HEADERS "Cache-Control: no-cache\r\n",
        .body = body,
        .body_bytes = body ? bytes : 0,
        .release = free,
        .owner = body,
    };
    sc_exchange_answer(call->reply.x, &answer);
}

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
    const struct sc_page *page = sc_page_find("stream.html", 11);
    size_t levels = 0;
    for (const char *at = call->star; (at = strchr(at, '/')); at++)
        levels++;
    if (levels > 0)
        send_page_at(call, page, stream ? 200 : 404, levels);
    else
        send_page(call, page, stream ? 200 : 404);
}

static void file(const struct sc_call *call)
{
    send_page(call, sc_page_find(call->star, strlen(call->star)), 200);
}

static void icon(const struct sc_call *call)
{
    send_page(call, sc_page_find("icon.svg", 8), 200);
}

/* Asks for a key where everybody may see something, and nobody is asked otherwise. It is at the
 * root because browsers send a key unasked only to what is below the path that asked for it. */
static void login(const struct sc_call *call)
{
    if (!sc_call_has_key(call))
        return;
    struct sc_answer answer = {.status = 303,
                               .headers = "Location: ./\r\nCache-Control: no-store\r\n"};
    sc_exchange_answer(call->reply.x, &answer);
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
    {.methods = SC_METHOD_GET,
     .right = SC_RIGHT_PUBLIC,
     .path = "/",
     .query = "login",
     .handle = login},
    {.methods = SC_METHOD_GET, .right = SC_RIGHT_PUBLIC, .path = "/favicon.ico", .handle = icon},
    {0},
};
