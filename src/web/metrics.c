/* SPDX-License-Identifier: MIT */
/* GET /metrics: the Prometheus text format, version 0.0.4. Labels are stream names, which are
 * checked and limited in number, and nothing else. */
#include <inttypes.h>

#include "base/buf.h"
#include "base/clock.h"
#include "media/pool.h"
#include "media/stream.h"
#include "net/tls.h"
#include "web/endpoints.h"

#define SERVER_MAX_BYTES 65536 /* what is told of the server ... */
#define STREAM_MAX_BYTES 8192  /* ... and of each stream */

static uint64_t get(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

static void describe(struct sc_buf *out, const char *name, const char *type, const char *help)
{
    (void)sc_buf_printf(out, "# HELP stillcast_%s %s\n# TYPE stillcast_%s %s\n", name, help, name,
                        type);
}

static void plain(struct sc_buf *out, const char *name, const char *type, const char *help,
                  double value)
{
    describe(out, name, type, help);
    (void)sc_buf_printf(out, "stillcast_%s %.17g\n", name, value);
}

/* One row per figure that a stream has. */
struct figure {
    const char *name, *type, *help;
    size_t counter_at; /* in sc_stream_stats; NO_COUNTER: by look */
    double (*look)(const struct sc_stream_view *view);
};

#define NO_COUNTER ((size_t)-1)

static double look_viewers(const struct sc_stream_view *view)
{
    return view->n_viewers;
}

static double look_age_s(const struct sc_stream_view *view)
{
    return view->age_ms == UINT64_MAX ? -1 : (double)view->age_ms / 1000;
}

static double look_live(const struct sc_stream_view *view)
{
    return view->state == SC_STREAM_LIVE;
}

static double look_lost(const struct sc_stream_view *view)
{
    return view->state == SC_STREAM_LOST;
}

#define COUNTER(field) offsetof(struct sc_stream_stats, field), NULL
static const struct figure figures[] = {
    {"frames_in_total", "counter", "Frames published.", COUNTER(n_frames_in)},
    {"frames_out_total", "counter", "Frames sent to viewers, whole.", COUNTER(n_frames_out)},
    {"frames_resent_total", "counter", "Still frames sent again.", COUNTER(n_resent)},
    {"frames_skipped_total", "counter", "Frames that viewers were too slow for.",
     COUNTER(n_skipped)},
    {"frames_rejected_total", "counter", "Pictures refused: damaged, too large, wrong kind.",
     COUNTER(n_rejected)},
    {"bytes_in_total", "counter", "Bytes of frames published.", COUNTER(bytes_in)},
    {"bytes_out_total", "counter", "Bytes sent to viewers.", COUNTER(bytes_out)},
    {"source_retries_total", "counter", "Attempts to get a lost source back.", COUNTER(n_retries)},
    {"saved_total", "counter", "Pictures written to a file.", COUNTER(n_saved)},
    {"save_failures_total", "counter", "Pictures that could not be written to a file.",
     COUNTER(n_save_failures)},
    {"viewers", "gauge", "Viewers now.", NO_COUNTER, look_viewers},
    {"frame_age_seconds", "gauge", "Age of the newest frame; -1 before the first.", NO_COUNTER,
     look_age_s},
    {"live", "gauge", "1 while the stream is live.", NO_COUNTER, look_live},
    {"lost", "gauge", "1 while the source has failed and is tried again.", NO_COUNTER, look_lost},
};

static double value_of(const struct figure *figure, struct sc_stream *stream)
{
    struct sc_stream_view view;
    if (figure->counter_at != NO_COUNTER)
        return (double)get(
            (const _Atomic uint64_t *)(const void *)((const char *)sc_stream_stats(stream) +
                                                     figure->counter_at));
    sc_stream_look(stream, &view);
    return figure->look(&view);
}

static void write_streams(struct sc_buf *out, struct sc_stream **streams, size_t n)
{
    for (size_t f = 0; f < sizeof figures / sizeof *figures; f++) {
        describe(out, figures[f].name, figures[f].type, figures[f].help);
        for (size_t i = 0; i < n; i++)
            (void)sc_buf_printf(out, "stillcast_%s{stream=\"%s\"} %.17g\n", figures[f].name,
                                sc_stream_name(streams[i]), value_of(&figures[f], streams[i]));
    }
}

static void write_ages(struct sc_buf *out, struct sc_stream **streams, size_t n)
{
    describe(out, "frame_delivery_age_seconds", "histogram",
             "Age of frames when their last byte was handed to the kernel, all viewers.");
    for (size_t s = 0; s < n; s++) {
        const struct sc_stream_ages *ages = sc_stream_ages(streams[s]);
        const char *name = sc_stream_name(streams[s]);
        uint64_t total = 0;
        for (size_t i = 0; i < SC_STREAM_AGES; i++) {
            total += get(&ages->n[i]);
            (void)sc_buf_printf(out,
                                "stillcast_frame_delivery_age_seconds_bucket{stream=\"%s\","
                                "le=\"%g\"} %" PRIu64 "\n",
                                name, sc_stream_age_us[i] / 1e6, total);
        }
        total += get(&ages->n[SC_STREAM_AGES]);
        (void)sc_buf_printf(out,
                            "stillcast_frame_delivery_age_seconds_bucket{stream=\"%s\","
                            "le=\"+Inf\"} %" PRIu64 "\n"
                            "stillcast_frame_delivery_age_seconds_sum{stream=\"%s\"} %.17g\n"
                            "stillcast_frame_delivery_age_seconds_count{stream=\"%s\"} %" PRIu64
                            "\n",
                            name, total, name, (double)get(&ages->sum_us) / 1e6, name, total);
    }
}

static void write_limits(struct sc_buf *out, const struct sc_web *web)
{
    const struct {
        const char *limit;
        const _Atomic uint64_t *n;
    } rows[] = {
        {"max_connections", &web->h1.n_refused},
        {"header_timeout", &web->h1.n_header_timeouts},
        {"idle_timeout", &web->h1.n_idle_timeouts},
        {"publish_timeout", &web->h1.n_body_timeouts},
        {"stall_timeout", &web->h1.n_stalls},
        {"max_frame", &web->stats.n_frame_too_large},
        {"max_store", &web->stats.n_store_full},
        {"max_streams", &web->stats.n_streams_full},
        {"guess_delay", &web->stats.n_late_full},
        {"keep", &web->stats.n_forgotten},
        {"head", &web->stats.n_head_too_large},
        {"body", &web->stats.n_body_too_large},
        {"http2", &web->h1.n_floods},
    };
    describe(out, "limit_hits_total", "counter",
             "Times that a limit was met, by its option, or by what is limited.");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        (void)sc_buf_printf(out, "stillcast_limit_hits_total{limit=\"%s\"} %" PRIu64 "\n",
                            rows[i].limit, get(rows[i].n));
}

static void write_tls(struct sc_buf *out, const struct sc_web *web)
{
    if (!web->tls)
        return;
    const struct sc_tls_stats *stats = sc_tls_stats(web->tls);
    plain(out, "tls_handshakes_total", "counter", "TLS handshakes finished.",
          (double)get(&stats->n_handshakes));
    plain(out, "tls_failures_total", "counter", "TLS handshakes refused or broken off.",
          (double)get(&stats->n_failures));
    plain(out, "tls_plaintext_total", "counter", "Of these: clients that spoke HTTP without TLS.",
          (double)get(&stats->n_plaintext));
    plain(out, "tls_floods_total", "counter", "TLS connections cut: much work, and no data in it.",
          (double)get(&stats->n_floods));
}

/* Over all loops: a turn's length is what an event that came at its beginning has waited. */
static void write_loops(struct sc_buf *out, const struct sc_web *web)
{
    uint64_t lag_ns = 0, busy_ns = 0, n[SC_LOOP_LAGS + 1] = {0}, total = 0;
    for (size_t i = 0; i < web->n_lanes; i++) {
        const struct sc_loop_stats *stats = sc_loop_stats(web->lanes[i]->loop);
        lag_ns = get(&stats->lag_max_ns) > lag_ns ? get(&stats->lag_max_ns) : lag_ns;
        busy_ns += get(&stats->busy_ns);
        for (size_t c = 0; c <= SC_LOOP_LAGS; c++)
            n[c] += get(&stats->n_lags[c]);
    }
    plain(out, "loop_lag_max_seconds", "gauge", "Longest turn of a network loop.",
          (double)lag_ns / 1e9);
    plain(out, "loop_busy_seconds_total", "counter", "Time that network loops were at work.",
          (double)busy_ns / 1e9);
    describe(out, "loop_lag_seconds", "histogram", "Turns of network loops by their length.");
    for (size_t c = 0; c < SC_LOOP_LAGS; c++) {
        total += n[c];
        (void)sc_buf_printf(out, "stillcast_loop_lag_seconds_bucket{le=\"%g\"} %" PRIu64 "\n",
                            sc_loop_lag_us[c] / 1e6, total);
    }
    total += n[SC_LOOP_LAGS];
    (void)sc_buf_printf(out,
                        "stillcast_loop_lag_seconds_bucket{le=\"+Inf\"} %" PRIu64 "\n"
                        "stillcast_loop_lag_seconds_sum %.17g\n"
                        "stillcast_loop_lag_seconds_count %" PRIu64 "\n",
                        total, (double)busy_ns / 1e9, total);
}

static void write_server(struct sc_buf *out, const struct sc_web *web)
{
    describe(out, "build_info", "gauge", "The version, as a label.");
    (void)sc_buf_printf(out, "stillcast_build_info{version=\"%s\",sender=\"%s\"} 1\n", web->version,
                        sc_sender_name(web->lanes[0]->sender));
    plain(out, "uptime_seconds", "gauge", "Time since the start.",
          (double)(sc_clock_ns() - web->started_ns) / 1e9);
    plain(out, "connections", "gauge", "Open connections.", (double)get(&web->h1.n_connections));
    plain(out, "connections_total", "counter", "Connections accepted.",
          (double)get(&web->h1.n_accepted));
    plain(out, "connections_dropped_total", "counter",
          "Connections closed at once: there was no descriptor for them.",
          (double)get(&web->h1.n_dropped));
    plain(out, "requests_total", "counter", "Requests understood.",
          (double)get(&web->h1.n_requests));
    plain(out, "bad_requests_total", "counter", "Requests that are not HTTP.",
          (double)get(&web->h1.n_bad_requests));
    plain(out, "rejected_total", "counter", "Pictures refused from publishers, all streams.",
          (double)get(&web->stats.n_rejected));
    plain(out, "wrong_host_total", "counter", "Requests under a name that is not ours.",
          (double)get(&web->stats.n_wrong_host));
    plain(out, "points_total", "counter", "Numbers taken from senders.",
          (double)get(&web->stats.n_points));
    plain(out, "points_refused_total", "counter", "Numbers and lines refused from senders.",
          (double)get(&web->stats.n_points_refused));
    plain(out, "foreign_writes_total", "counter", "Writes refused to pages of other origins.",
          (double)get(&web->stats.n_foreign_writes));
    if (web->keyring) {
        plain(out, "auth_failures_total", "counter", "Wrong keys and links.",
              (double)get(&web->stats.n_auth_failures));
        plain(out, "auth_limited_total", "counter",
              "Of these: answered 429, too many from one address.",
              (double)get(&web->stats.n_auth_limited));
        plain(out, "password_checks_total", "counter", "Passwords that were not known yet.",
              (double)sc_checker_count(web->checker));
        plain(out, "password_checks_refused_total", "counter",
              "Requests answered 503, too many waited for a check.",
              (double)get(&web->stats.n_checks_full));
        plain(out, "auth_delayed", "gauge", "Wrong keys whose answer waits now.",
              (double)get(&web->stats.n_late));
    }
    write_tls(out, web);
    plain(out, "store_bytes", "gauge", "Memory of all frames.",
          (double)sc_pool_used_bytes(web->pool));
    plain(out, "store_max_bytes", "gauge", "The most that it may be.",
          (double)sc_pool_max_bytes(web->pool));
    write_loops(out, web);
}

static void metrics(const struct sc_call *call)
{
    struct sc_stream **streams = NULL;
    size_t n = 0;
    struct sc_buf out;
    if (sc_registry_list(call->web->registry, &streams, &n) < 0) {
        sc_reply_error(&call->reply, 503, "Retry-After: 5\r\n", "the server is out of memory");
        return;
    }
    sc_buf_init(&out, SERVER_MAX_BYTES + n * STREAM_MAX_BYTES);
    write_server(&out, call->web);
    write_limits(&out, call->web);
    write_streams(&out, streams, n);
    write_ages(&out, streams, n);
    sc_registry_free_list(&streams, n);
    sc_reply_long_text(&call->reply, 200, "text/plain; version=0.0.4; charset=utf-8", &out.data,
                       out.len_bytes);
}

const struct sc_endpoint sc_endpoint_metrics[] = {
    {.methods = SC_METHOD_GET, .right = SC_RIGHT_METRICS, .path = "/metrics", .handle = metrics},
    {0},
};
