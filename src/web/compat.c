/* SPDX-License-Identifier: MIT */
/* The addresses of mjpg-streamer (/?action=stream_0), uStreamer (/stream, /snapshot) and the Flask
 * tutorial (/video_feed), so that their clients work unchanged. They show the first stream in the
 * gallery's order, or the one whose number is asked for. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "base/url.h"
#include "web/endpoints.h"
#include "web/snapshot.h"
#include "web/viewer.h"

/* The i-th of those that the caller may see. */
static struct sc_stream *nth_stream(const struct sc_call *call, size_t i)
{
    struct sc_stream **list = NULL, *stream = NULL;
    size_t n = 0, n_seen = 0;
    if (sc_registry_list(call->web->registry, &list, &n) < 0)
        n = 0;
    for (size_t k = 0; k < n && !stream; k++)
        if (sc_call_may(call, SC_RIGHT_VIEW, sc_stream_name(list[k])) && n_seen++ == i)
            stream = sc_stream_ref(list[k]);
    sc_registry_free_list(&list, n);
    if (!stream)
        sc_reply_error(&call->reply, 404, NULL, "there is no stream number %zu", i);
    return stream;
}

static void show_stream(const struct sc_call *call)
{
    struct sc_stream *stream SC_AUTO(sc_stream_unref) = nth_stream(call, 0);
    if (stream)
        sc_viewer_start(call, stream);
}

static void show_snapshot(const struct sc_call *call)
{
    struct sc_stream *stream SC_AUTO(sc_stream_unref) = nth_stream(call, 0);
    if (stream)
        sc_snapshot_show(call, stream);
}

/* "stream", "stream_2": number 0 to 99. Returns -1 when the action is none of ours. */
static int numbered(const char *action, const char *word)
{
    size_t len = strlen(word);
    if (strncmp(action, word, len) != 0)
        return -1;
    const char *digits = action + len + 1;
    if (action[len] == '\0')
        return 0;
    size_t n = strspn(digits, "0123456789");
    return action[len] == '_' && n > 0 && n < 3 && digits[n] == '\0' ? (int)strtol(digits, NULL, 10)
                                                                     : -1;
}

static void act(const struct sc_call *call)
{
    char action[24] = "";
    (void)sc_url_query(call->request->query.data, call->request->query.len_bytes, "action", action,
                       sizeof action);
    int stream_i = numbered(action, "stream"), snapshot_i = numbered(action, "snapshot");
    if (stream_i < 0 && snapshot_i < 0) {
        sc_reply_error(&call->reply, 400, NULL,
                       "there is no such action: stream, stream_N, snapshot and snapshot_N are "
                       "known");
        return;
    }
    struct sc_stream *stream SC_AUTO(sc_stream_unref) =
        nth_stream(call, (size_t)(stream_i >= 0 ? stream_i : snapshot_i));
    if (stream && stream_i >= 0)
        sc_viewer_start(call, stream);
    else if (stream)
        sc_snapshot_show(call, stream);
}

const struct sc_endpoint sc_endpoint_compat[] = {
    {.methods = SC_METHOD_GET,
     .right = SC_RIGHT_VIEW,
     .path = "/",
     .query = "action",
     .is_filtered = true,
     .handle = act},
    {.methods = SC_METHOD_GET,
     .right = SC_RIGHT_VIEW,
     .path = "/stream",
     .is_filtered = true,
     .handle = show_stream},
    {.methods = SC_METHOD_GET,
     .right = SC_RIGHT_VIEW,
     .path = "/video_feed",
     .is_filtered = true,
     .handle = show_stream},
    {.methods = SC_METHOD_GET,
     .right = SC_RIGHT_VIEW,
     .path = "/snapshot",
     .is_filtered = true,
     .handle = show_snapshot},
    {0},
};
