/* SPDX-License-Identifier: MIT */
/* GET /api/streams and /api/streams/NAME: what the pages and programs know of streams, as JSON. */
#include <string.h>

#include "base/clock.h"
#include "base/own.h"
#include "media/stream.h"
#include "web/endpoints.h"

#define VIEWERS_MAX 200

static json_t *count_of(const _Atomic uint64_t *counter)
{
    return json_integer((json_int_t)atomic_load_explicit(counter, memory_order_relaxed));
}

/* What is unknown before the first picture is null. */
static void describe_picture(json_t *o, const struct sc_stream_view *view)
{
    bool has = view->kind != SC_KIND_NONE;
    bool has_real = view->age_ms != UINT64_MAX;
    json_object_set_new(o, "age_ms",
                        has_real ? json_integer((json_int_t)view->age_ms) : json_null());
    json_object_set_new(o, "type", has ? json_string(sc_kind_media_type(view->kind)) : json_null());
    json_object_set_new(o, "kind", has ? json_string(sc_kind_name(view->kind)) : json_null());
    json_object_set_new(o, "width", has ? json_integer(view->width_px) : json_null());
    json_object_set_new(o, "height", has ? json_integer(view->height_px) : json_null());
    json_object_set_new(o, "bytes", json_integer((json_int_t)view->size_bytes));
}

/* A note quotes names of files, which may be in any encoding, and may be cut in a character. */
static json_t *describe_note(struct sc_stream_view *view)
{
    json_t *note = json_string(view->note);
    if (note)
        return note;
    for (char *at = view->note; *at; at++)
        if ((unsigned char)*at > 0x7e)
            *at = '?';
    return json_string(view->note);
}

/* For those with a key: what lets an <img>, which sends none, see the stream. */
static void describe_link(const struct sc_call *call, json_t *o, const char *name)
{
    char query[SC_LINK_BYTES];
    if (sc_call_link(call, name, query))
        json_object_set_new(o, "link", json_string(query));
}

/* How a command ended: {"status": 1} or {"signal": "SEGV"}. */
static json_t *describe_end(uint32_t end)
{
    if (end == 0)
        return json_null();
    if (end < SC_ENDED_BY_SIGNAL)
        return json_pack("{s:i}", "status", (int)end - 1);
    const char *name = sigabbrev_np((int)end - SC_ENDED_BY_SIGNAL);
    return json_pack("{s:s}", "signal", name ? name : "unknown");
}

static json_t *describe(const struct sc_call *call, struct sc_stream *stream)
{
    struct sc_stream_view view;
    const struct sc_stream_stats *stats = sc_stream_stats(stream);
    sc_stream_look(stream, &view);
    json_t *o = json_object();
    json_object_set_new(o, "name", json_string(sc_stream_name(stream)));
    json_object_set_new(o, "state", json_string(sc_stream_state_name(view.state)));
    json_object_set_new(o, "note", describe_note(&view));
    json_object_set_new(
        o, "origin",
        json_string(sc_stream_origin(stream) == SC_STREAM_PUSHED ? "pushed" : "source"));
    const char *listens = sc_stream_listens(stream);
    json_object_set_new(o, "listens", *listens ? json_string(listens) : json_null());
    json_object_set_new(o, "seq", json_integer((json_int_t)view.seq));
    json_object_set_new(o, "fps", json_real(view.rate_hz));
    json_object_set_new(o, "viewers", json_integer(view.n_viewers));
    describe_picture(o, &view);
    json_object_set_new(o, "frames_in", count_of(&stats->n_frames_in));
    json_object_set_new(o, "frames_out", count_of(&stats->n_frames_out));
    json_object_set_new(o, "resent", count_of(&stats->n_resent));
    json_object_set_new(o, "skipped", count_of(&stats->n_skipped));
    json_object_set_new(o, "rejected", count_of(&stats->n_rejected));
    json_object_set_new(o, "bytes_in", count_of(&stats->bytes_in));
    json_object_set_new(o, "bytes_out", count_of(&stats->bytes_out));
    json_object_set_new(o, "retries", count_of(&stats->n_retries));
    json_object_set_new(o, "exit", describe_end(atomic_load(&stats->command_end)));
    json_object_set_new(o, "saved", count_of(&stats->n_saved));
    json_object_set_new(o, "save_failures", count_of(&stats->n_save_failures));
    describe_link(call, o, sc_stream_name(stream));
    return o;
}

/* Each viewer of one stream, so many at the most; "viewers" tells how many there are. */
static json_t *describe_viewers(struct sc_stream *stream)
{
    struct sc_seat_view seats[VIEWERS_MAX];
    size_t n = sc_seats_look(sc_stream_seats(stream), seats, VIEWERS_MAX);
    uint64_t now = sc_clock_ns();
    json_t *all = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(all, json_pack("{s:I,s:s,s:f,s:I,s:I,s:f}", "id",
                                             (json_int_t)seats[i].id, "form", seats[i].form,
                                             "since_s", (double)(now - seats[i].since_ns) / 1e9,
                                             "frames", (json_int_t)seats[i].n_frames, "skipped",
                                             (json_int_t)seats[i].n_skipped, "age_ms",
                                             (double)seats[i].age_us / 1000));
    return all;
}

static json_t *describe_server(const struct sc_call *call)
{
    const struct sc_web *web = call->web;
    double uptime_s = (double)(sc_clock_ns() - web->started_ns) / 1e9;
    json_t *o = json_pack("{s:s,s:s,s:f}", "version", web->version, "boot", web->boot, "uptime_s",
                          uptime_s);
    if (web->keyring && !call->caller.key) /* there may be more to see */
        json_object_set_new(o, "login", json_true());
    return o;
}

static void list(const struct sc_call *call)
{
    struct sc_stream **streams = NULL;
    size_t n = 0;
    if (sc_registry_list(call->web->registry, &streams, &n) < 0) {
        sc_reply_error(&call->reply, 503, "Retry-After: 5\r\n", "the server is out of memory");
        return;
    }
    json_t *all = json_array();
    for (size_t i = 0; i < n; i++)
        if (sc_call_may(call, SC_RIGHT_VIEW, sc_stream_name(streams[i])))
            json_array_append_new(all, describe(call, streams[i]));
    sc_registry_free_list(&streams, n);
    sc_reply_json(&call->reply, 200,
                  json_pack("{s:o,s:o}", "server", describe_server(call), "streams", all));
}

static void one(const struct sc_call *call)
{
    struct sc_reply reply = call->reply;
    reply.wants_json = true;
    struct sc_stream *stream SC_AUTO(sc_stream_unref) =
        sc_registry_get(call->web->registry, call->star);
    if (!stream) {
        sc_reply_error(&reply, 404, NULL, "there is no stream '%s'", call->star);
        return;
    }
    json_t *o = describe(call, stream);
    json_object_set_new(o, "viewer_list", describe_viewers(stream));
    json_object_set_new(o, "server", describe_server(call));
    sc_reply_json(&reply, 200, o);
}

const struct sc_endpoint sc_endpoint_api[] = {
    {.methods = SC_METHOD_GET,
     .right = SC_RIGHT_VIEW,
     .path = "/api/streams",
     .is_filtered = true,
     .handle = list},
    {.methods = SC_METHOD_GET, .right = SC_RIGHT_VIEW, .path = "/api/streams/*", .handle = one},
    {0},
};
