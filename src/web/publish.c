/* SPDX-License-Identifier: MIT */
#include "web/publish.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#include "base/own.h"
#include "media/stream.h"

#define TRIES 3 /* a stream may be deleted between finding it and publishing to it */

static bool may_be_svg(const struct sc_web *web, const char *name)
{
    for (sc_texts pattern = web->config.svg; pattern && *pattern; pattern++)
        if (fnmatch(*pattern, name, 0) == 0)
            return true;
    return false;
}

void sc_publish_rejected(struct sc_web *web, struct sc_stream *stream, int code)
{
    if (code == -EMSGSIZE)
        sc_web_count(&web->stats.n_frame_too_large);
    if (code == -ENOMEM)
        sc_web_count(&web->stats.n_store_full);
    if (code == -ENOSPC)
        sc_web_count(&web->stats.n_streams_full);
    sc_web_count(&web->stats.n_rejected);
    if (stream)
        sc_web_count(&sc_stream_stats(stream)->n_rejected);
}

static int find_or_make(struct sc_web *web, const char *name, struct sc_stream **out_stream,
                        struct sc_err *err)
{
    *out_stream = sc_registry_get(web->registry, name);
    if (*out_stream)
        return 0;
    int rc = sc_registry_add(web->registry, name, SC_STREAM_PUSHED, out_stream, err);
    return rc == 0 ? 1 : rc;
}

/* Returns as sc_publish_draft, and -EEXIST or -ECANCELED when somebody was quicker: try again. */
static int publish_once(struct sc_lane *lane, const char *name, const struct sc_frame *frame,
                        struct sc_stream **out_stream, uint64_t *out_seq, struct sc_err *err)
{
    struct sc_stream *stream SC_AUTO(sc_stream_unref) = NULL;
    int made = find_or_make(lane->web, name, &stream, err);
    if (made < 0)
        return made;
    const struct sc_frame *mine = sc_frame_ref(frame);
    int rc = sc_stream_publish(stream, &mine, out_seq);
    if (rc == -EPERM)
        sc_err_set(err, rc,
                   "an SVG and other pictures cannot follow each other in one stream: no browser "
                   "shows both; publish them under two names");
    if (rc == -ECANCELED)
        sc_err_set(err, rc, "the stream '%s' is being deleted at this moment: publish again", name);
    if (rc < 0)
        return rc;
    sc_stream_set_home(stream, lane);
    if (out_stream)
        *out_stream = sc_steal(stream);
    return made;
}

int sc_publish_draft(struct sc_lane *lane, const char *name, struct sc_draft **draft,
                     struct sc_stream **out_stream, uint64_t *out_seq, struct sc_err *err)
{
    struct sc_web *web = lane->web;
    const struct sc_frame *frame SC_AUTO(sc_frame_unref) = NULL;
    const struct sc_seal how = {.is_svg_allowed = may_be_svg(web, name)};
    int rc = sc_draft_seal(draft, &how, &frame, err);
    bool is_sealed = rc == 0;
    if (is_sealed)
        rc = -EEXIST;
    for (int i = 0; i < TRIES && (rc == -EEXIST || rc == -ECANCELED); i++)
        rc = publish_once(lane, name, frame, out_stream, out_seq, err);
    if (rc >= 0)
        return rc;
    struct sc_stream *stream SC_AUTO(sc_stream_unref) = sc_registry_get(web->registry, name);
    bool is_counted = is_sealed && rc == -EPERM; /* by the stream */
    sc_publish_rejected(web, is_counted ? NULL : stream, rc);
    return rc;
}

void sc_publish_reply_error(const struct sc_reply *reply, const struct sc_err *err)
{
    int status = sc_web_status(err->code);
    sc_reply_error(reply, status, status == 503 ? "Retry-After: 5\r\n" : NULL, "%s", err->text);
}

bool sc_publish_has_body(const struct sc_call *call)
{
    const struct sc_request *request = call->request;
    if (!request->is_chunked && !request->has_length) {
        sc_reply_error(&call->reply, 411, NULL,
                       "send the picture as the body, with a Content-Length or chunked");
        return false;
    }
    if (request->has_length && request->length_bytes == 0) {
        struct sc_stream *stream SC_AUTO(sc_stream_unref) =
            sc_registry_get(call->web->registry, call->star);
        sc_publish_rejected(call->web, stream, -EBADMSG);
        sc_reply_error(&call->reply, 400, NULL, "there is no picture: the body is empty");
        return false;
    }
    return true;
}
