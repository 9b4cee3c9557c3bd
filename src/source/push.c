/* SPDX-License-Identifier: MIT */
/* Pictures that are published to the stream's name, worked on here before they are shown: the loop
 * that receives them leaves them at the stream's detour, and while one is worked on the newest of
 * the next ones waits. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>

#include "base/own.h"
#include "media/frame.h"
#include "media/stream.h"
#include "source/source.h"

struct push {
    struct sc_stream *stream; /* borrowed */
    int bell_fd;
};

static int push_setup(void *state, const struct sc_source_spec *spec, struct sc_err *err)
{
    struct push *push = state;
    if (*spec->targets[0])
        return sc_err_set(err, -EINVAL,
                          "'push:%s': nothing stands behind 'push:'; pictures are published to the "
                          "stream's name, here /%s.jpg",
                          spec->targets[0], spec->name);
    push->bell_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return push->bell_fd < 0 ? sc_err_set(err, -errno, "'push:': %s", strerror(errno)) : 0;
}

static void push_teardown(void *state)
{
    struct push *push = state;
    sc_own_close(&push->bell_fd);
}

static void push_meet(void *state, struct sc_stream *stream)
{
    struct push *push = state;
    push->stream = stream;
    sc_stream_divert(stream, push->bell_fd);
}

static int push_open(void *state, const struct sc_source_ctx *ctx, struct sc_err *err)
{
    (void)state;
    (void)ctx;
    (void)err;
    return 0;
}

static int push_read(void *state, const struct sc_source_ctx *ctx, struct sc_draft **out_draft,
                     struct sc_err *err)
{
    struct push *push = state;
    const struct sc_frame *frame SC_AUTO(sc_frame_unref) = NULL;
    uint64_t n;
    while (!(frame = sc_stream_take_diverted(push->stream))) {
        int rc = sc_source_wait(ctx, push->bell_fd, POLLIN, UINT64_MAX);
        if (rc < 0)
            return rc;
        (void)!read(push->bell_fd, &n, sizeof n); /* nobody rang */
    }
    if (sc_draft_create_like(frame, ctx->pool, out_draft) < 0)
        return sc_err_set(err, -EBADMSG, "there is no memory left for pictures: see --max-store");
    return 0;
}

static void push_close(void *state)
{
    (void)state;
}

static void push_suggest_name(const struct sc_source_spec *spec, char *out_name, size_t name_bytes)
{
    (void)spec;
    (void)snprintf(out_name, name_bytes, "push");
}

const struct sc_source_ops sc_source_push = {
    .name = "push",
    .usage = "push:",
    .help =
        "what is published to the stream's name, which is there from the start; for what #overlay, #logo, #save and #fps do to it",
    .state_size = sizeof(struct push),
    .suggest_name = push_suggest_name,
    .setup = push_setup,
    .meet = push_meet,
    .open = push_open,
    .read = push_read,
    .close = push_close,
    .teardown = push_teardown,
};
