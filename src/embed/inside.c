/* SPDX-License-Identifier: MIT */
#include "embed/inside.h"

#include <errno.h>
#include <string.h>

#include "base/own.h"
#include "stillcast/server.h"

#define TRIES 3 /* a stream may be deleted between finding it and publishing to it */

static int seal(struct sc_pool *pool, const void *data, size_t len_bytes,
                const struct sc_frame **out_frame, struct sc_err *err)
{
    SC_AUTO(sc_draft_destroy) struct sc_draft *draft = NULL;
    int rc = sc_draft_create(pool, len_bytes, &draft);
    if (rc == 0)
        rc = sc_draft_append(draft, data, len_bytes);
    if (rc == -EMSGSIZE)
        return sc_err_set(err, rc, "the picture is larger than this server takes: see --max-frame");
    if (rc < 0)
        return sc_err_set(err, rc, "there is no memory left for pictures: see --max-store");
    return sc_draft_seal(&draft, &(struct sc_seal){.is_svg_allowed = true}, out_frame, err);
}

static int find_or_make(struct sc_registry *registry, const char *name,
                        struct sc_stream **out_stream, struct sc_err *err)
{
    *out_stream = sc_registry_get(registry, name);
    if (*out_stream)
        return 0;
    return sc_registry_add(registry, name, SC_STREAM_PUSHED, out_stream, err);
}

static int publish_once(struct sc_registry *registry, const char *name,
                        const struct sc_frame *frame, struct sc_err *err)
{
    SC_AUTO(sc_stream_unref) struct sc_stream *stream = NULL;
    int rc = find_or_make(registry, name, &stream, err);
    if (rc < 0)
        return rc;
    const struct sc_frame *mine = sc_frame_ref(frame);
    rc = sc_stream_publish(stream, &mine, NULL);
    if (rc == -EPERM)
        return sc_err_set(err, rc, "an SVG and other pictures cannot follow each other in '%s'",
                          name);
    if (rc < 0)
        return sc_err_set(err, rc, "the stream '%s' is being deleted at this moment", name);
    return (int)sc_stream_n_viewers(stream);
}

int sc_inside_publish(struct sc_server *server, const char *name, const void *data,
                      size_t len_bytes, struct sc_err *err)
{
    SC_AUTO(sc_frame_unref) const struct sc_frame *frame = NULL;
    int rc = seal(sc_server_pool(server), data, len_bytes, &frame, err);
    if (rc < 0)
        return rc;
    rc = -EEXIST;
    for (int i = 0; i < TRIES && (rc == -EEXIST || rc == -ECANCELED); i++)
        rc = publish_once(sc_server_registry(server), name, frame, err);
    return rc;
}

int sc_inside_n_viewers(struct sc_server *server, const char *name)
{
    SC_AUTO(sc_stream_unref)
    struct sc_stream *stream = sc_registry_get(sc_server_registry(server), name);
    return stream ? (int)sc_stream_n_viewers(stream) : -ENOENT;
}
