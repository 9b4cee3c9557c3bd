/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "base/url.h"
#include "http/status.h"
#include "web/web.h"

#define SENTENCE_BYTES 640
#define HEADER_BYTES   1024

/* release  NULL: the body is copied. */
static void answer(const struct sc_reply *reply, int status, const char *media_type,
                   const char *headers, const void *body, size_t body_bytes,
                   void (*release)(void *body))
{
    char all[HEADER_BYTES];
    (void)snprintf(all, sizeof all, "Cache-Control: no-store\r\n%s%s", reply->cors,
                   headers ? headers : "");
    struct sc_answer a = {
        .status = status,
        .media_type = media_type,
        .headers = all,
        .body = body,
        .body_bytes = body_bytes,
        .release = release,
        .owner = (void *)(uintptr_t)body,
        .must_close = status == 408,
    };
    sc_exchange_answer(reply->x, &a);
}

void sc_reply_text(const struct sc_reply *reply, int status, const char *media_type,
                   const void *body, size_t body_bytes)
{
    answer(reply, status, media_type, NULL, body, body_bytes, NULL);
}

void sc_reply_long_text(const struct sc_reply *reply, int status, const char *media_type,
                        char **body, size_t body_bytes)
{
    answer(reply, status, media_type, NULL, sc_steal(*body), body_bytes, free);
}

static void answer_json(const struct sc_reply *reply, int status, const char *headers, json_t *body)
{
    char *text = body ? json_dumps(body, JSON_COMPACT | JSON_REAL_PRECISION(9)) : NULL;
    json_decref(body);
    if (text)
        answer(reply, status, "application/json", headers, text, strlen(text), free);
    else
        answer(reply, 503, "text/plain; charset=utf-8", NULL, "out of memory\n", 14, NULL);
}

void sc_reply_json(const struct sc_reply *reply, int status, json_t *body)
{
    answer_json(reply, status, NULL, body);
}

void sc_reply_error(const struct sc_reply *reply, int status, const char *headers,
                    const char *format, ...)
{
    char sentence[SENTENCE_BYTES];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(sentence, sizeof sentence - 1, format, args);
    va_end(args);
    if (reply->wants_json) {
        answer_json(reply, status, headers,
                    json_pack("{s:{s:i,s:s}}", "error", "status", status, "text", sentence));
        return;
    }
    size_t len = n < 0 ? 0 : strlen(sentence);
    sentence[len++] = '\n';
    answer(reply, status, "text/plain; charset=utf-8", headers, sentence, len, NULL);
}

void sc_web_refuse(struct sc_exchange *x, int status, const char *reason, void *self)
{
    char sentence[SENTENCE_BYTES];
    int n = snprintf(sentence, sizeof sentence, "%s\n", reason ? reason : sc_status_reason(status));
    if (status == 414 || status == 431)
        sc_web_count(&((struct sc_lane *)self)->web->stats.n_head_too_large);
    struct sc_answer a = {
        .status = status,
        .media_type = "text/plain; charset=utf-8",
        .headers = "Cache-Control: no-store\r\n",
        .body = sentence,
        .body_bytes = (size_t)n,
        .must_close = true,
    };
    sc_exchange_answer(x, &a);
}

int sc_web_status(int code)
{
    switch (code) {
    case -EBADMSG:
    case -EINVAL:
    case -EPROTO:
        return 400;
    case -ENOENT:
        return 404;
    case -EBUSY:
    case -EEXIST:
    case -ECANCELED:
        return 409;
    case -EMSGSIZE:
        return 413;
    case -EPERM:
        return 415;
    case -ETIMEDOUT:
        return 408;
    case -ENOMEM:
    case -ENOSPC:
        return 503;
    default:
        return 500;
    }
}

struct sc_stream *sc_call_stream(const struct sc_call *call)
{
    struct sc_stream *stream = sc_registry_get(call->web->registry, call->star);
    if (!stream && call->web->config.is_read_only)
        sc_reply_error(&call->reply, 404, NULL, "there is no stream '%s'; / lists those there are",
                       call->star);
    else if (!stream)
        sc_reply_error(&call->reply, 404, NULL,
                       "there is no stream '%s'; publish a first picture to make it: "
                       "curl -T picture.jpg http://HOST/%s.jpg",
                       call->star, call->star);
    return stream;
}

int sc_call_number(const struct sc_call *call, const char *name, uint64_t most, uint64_t fallback,
                   uint64_t *out_number)
{
    const struct sc_text query = call->request->query;
    int rc = sc_url_query_number(query.data, query.len_bytes, name, most, out_number);
    if (rc == -ENOENT)
        *out_number = fallback;
    else if (rc < 0)
        sc_reply_error(&call->reply, 400, NULL,
                       "the parameter '%s' must be a whole number of at most %llu", name,
                       (unsigned long long)most);
    return rc == -ENOENT ? 0 : rc;
}

bool sc_call_flag(const struct sc_call *call, const char *name)
{
    char value[16];
    const struct sc_text query = call->request->query;
    int rc = sc_url_query(query.data, query.len_bytes, name, value, sizeof value);
    return rc == -EMSGSIZE || (rc > 0 && strcmp(value, "0") != 0);
}

void sc_web_count(_Atomic uint64_t *counter)
{
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}
