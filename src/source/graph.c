/* SPDX-License-Identifier: MIT */
/* Numbers in, a moving picture out. Numbers are taken at any time, from the graph's own feed and
 * from whoever sends to its stream; drawn is when somebody watches and there is something new, or
 * the window has moved by a pixel, and never more often than #fps. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "base/clock.h"
#include "base/own.h"
#include "media/stream.h"
#include "source/graph/drawing.h"
#include "source/graph/feed.h"
#include "source/graph/look.h"
#include "source/spec.h"

#define FPS      10
#define FPS_MOST 60
#define SPAN_US  (300 * 1000000LL)
#define SERIES   32

struct graph {
    const struct sc_source_spec *spec;
    const struct sc_feed_ops *ops;
    struct sc_feed *feed;
    struct sc_numbers *numbers;
    struct sc_drawing *drawing;
    uint64_t interval_ns;
    bool is_reopened; /* at its end: its end is not for good */

    /* While open. */
    int poll_fd;        /* the feed's descriptor and the bell of the numbers */
    int feed_fd;        /* which of the feed's is in it */
    bool is_feed_ready; /* always: a descriptor that cannot be waited for */
    bool is_ended, was_watched, has_drawn_end, is_bad_told, is_flaw_told;
    uint64_t due_ns; /* not drawn before */
    uint64_t n_refused;
};

/* --- setup --- */

static int take_numbers_options(const struct graph *graph, struct sc_numbers_config *config,
                                struct sc_err *err)
{
    static const char *const rates[] = {"no", "yes", "auto", NULL};
    const struct sc_source_spec *spec = graph->spec;
    double n_series = SERIES;
    int format = SC_READER_AUTO, rate = (int)graph->ops->rates;
    int rc = sc_spec_get_number(spec, "max_series", 1, SC_CHART_SERIES_MAX, &n_series, err);
    if (rc == 0)
        rc = sc_spec_get_choice(spec, "input", sc_reader_format_names, &format, err);
    if (rc == 0)
        rc = sc_spec_get_choice(spec, "rate", rates, &rate, err);
    config->series.max_series = (unsigned)n_series;
    config->format = (enum sc_reader_format)format;
    config->rates = (enum sc_numbers_rates)rate;
    config->match = sc_spec_get(spec, "match");
    config->state = sc_spec_get(spec, "state");
    return rc;
}

static int make_drawing(struct graph *graph, struct sc_err *err)
{
    struct sc_graph_look look = {.span_us = SPAN_US, .fps = FPS};
    struct sc_numbers_config config = {0};
    sc_chart_defaults(&look.chart);
    if (graph->ops->dress)
        graph->ops->dress(graph->feed, &look.chart);
    int rc = sc_graph_look_take(graph->spec, &look, err);
    if (rc == 0)
        rc = take_numbers_options(graph, &config, err);
    if (rc == 0)
        rc = sc_drawing_create(&look.chart, look.span_us, &graph->drawing, err);
    if (rc < 0)
        return rc;
    graph->interval_ns = (uint64_t)((double)SC_NS_PER_S / (look.fps > 0 ? look.fps : FPS_MOST));
    sc_drawing_shape(graph->drawing, &config.series);
    return sc_numbers_create(&config, graph->spec->name, &graph->numbers, err);
}

static void graph_teardown(void *state)
{
    struct graph *graph = state;
    if (graph->feed && graph->ops->teardown)
        graph->ops->teardown(graph->feed);
    if (graph->numbers)
        sc_numbers_close(graph->numbers);
    if (graph->feed)
        sc_numbers_drop(&graph->feed->text);
    sc_drawing_destroy(&graph->drawing);
    sc_numbers_unref(&graph->numbers);
    sc_own_free(&graph->feed);
}

static int make_feed(struct graph *graph, struct sc_err *err)
{
    graph->feed = calloc(1, graph->ops->state_size);
    if (!graph->feed)
        return sc_err_set(err, -ENOMEM, "out of memory");
    int rc = graph->ops->setup(graph->feed, graph->spec->targets[0], graph->spec, err);
    if (rc < 0)
        sc_own_free(&graph->feed); /* nothing to tear down */
    return rc;
}

static int graph_setup(void *state, const struct sc_source_spec *spec, struct sc_err *err)
{
    struct graph *graph = state;
    *graph = (struct graph){.spec = spec, .ops = sc_feed_find(spec->targets[0]), .poll_fd = -1};
    const char *at_end = sc_spec_get(spec, "at_end");
    graph->is_reopened = at_end && strcmp(at_end, "reopen") == 0;
    int rc = make_feed(graph, err);
    if (rc == 0)
        rc = make_drawing(graph, err);
    if (rc == 0 && sc_numbers_begin(graph->numbers, graph->ops->format, &graph->feed->text) < 0)
        rc = sc_err_set(err, -ENOMEM, "out of memory");
    if (rc < 0)
        graph_teardown(graph);
    return rc;
}

static void graph_meet(void *state, struct sc_stream *stream)
{
    struct graph *graph = state;
    sc_stream_set_intake(stream, sc_numbers_intake(graph->numbers));
    if (graph->feed->url)
        sc_stream_set_listens(stream, graph->feed->url);
}

/* --- waiting --- */

static int watch_feed(struct graph *graph)
{
    struct epoll_event event = {.events = EPOLLIN};
    graph->feed_fd = graph->feed->fd;
    graph->is_feed_ready = false;
    if (graph->feed_fd < 0 || epoll_ctl(graph->poll_fd, EPOLL_CTL_ADD, graph->feed_fd, &event) == 0)
        return 0;
    graph->is_feed_ready = errno == EPERM; /* a file, or /dev/null: reading it never waits */
    return graph->is_feed_ready || errno == EEXIST ? 0 : -errno;
}

static int open_poll(struct graph *graph)
{
    struct epoll_event event = {.events = EPOLLIN};
    graph->poll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (graph->poll_fd < 0 ||
        epoll_ctl(graph->poll_fd, EPOLL_CTL_ADD, sc_numbers_fd(graph->numbers), &event) < 0)
        return -errno;
    return watch_feed(graph);
}

static void graph_close(void *state)
{
    struct graph *graph = state;
    graph->ops->close(graph->feed);
    sc_own_close(&graph->poll_fd);
}

static int graph_open(void *state, const struct sc_source_ctx *ctx, struct sc_err *err)
{
    struct graph *graph = state;
    graph->is_ended = graph->has_drawn_end = false;
    graph->due_ns = 0;
    graph->feed->ctx = ctx;
    int rc = graph->ops->open(graph->feed, err);
    if (rc < 0)
        return rc;
    rc = open_poll(graph);
    if (rc == 0)
        return 0;
    graph_close(graph);
    return sc_err_set(err, rc, "graph '%s': %s", graph->spec->name, strerror(-rc));
}

/* Until when nothing has to be done, if nothing comes. */
static uint64_t until_ns(const struct graph *graph, const struct sc_source_ctx *ctx)
{
    uint64_t until = graph->is_feed_ready ? 0 : graph->feed->due_ns;
    uint64_t tidy = sc_numbers_tidy_ns(graph->numbers);
    if (tidy < until)
        until = tidy;
    if (!ctx->is_watched)
        return until;
    uint64_t draw = sc_drawing_due_ns(graph->drawing, sc_numbers_series(graph->numbers));
    if (draw < graph->due_ns)
        draw = graph->due_ns;
    return draw < until ? draw : until;
}

static int wait(struct graph *graph, const struct sc_source_ctx *ctx)
{
    int rc = sc_source_wait(ctx, graph->poll_fd, POLLIN, until_ns(graph, ctx));
    sc_numbers_hear(graph->numbers);
    return rc == -ETIMEDOUT ? 0 : rc;
}

static bool is_feed_due(const struct graph *graph)
{
    struct pollfd feed = {.fd = graph->feed->fd, .events = POLLIN};
    return graph->is_feed_ready || sc_clock_ns() >= graph->feed->due_ns ||
           (feed.fd >= 0 && poll(&feed, 1, 0) > 0);
}

/* --- taking --- */

/* All are counted; the first one is told. */
static int tell_refused(struct graph *graph, struct sc_err *err)
{
    const struct sc_reader_report *report = sc_numbers_report(graph->feed->text);
    uint64_t n = report->n_refused - graph->n_refused;
    if (n == 0)
        return 0;
    graph->n_refused = report->n_refused;
    if (!sc_feed_refuse(graph->feed, n, &graph->is_bad_told))
        return 0;
    return sc_err_set(err, -EBADMSG, "line %llu, \"%s\": %s", (unsigned long long)report->bad_line,
                      report->bad_text, report->bad_reason);
}

static int take(struct graph *graph, struct sc_err *err)
{
    if (!is_feed_due(graph))
        return 0;
    int rc = graph->ops->take(graph->feed, err);
    struct sc_err unkept;
    if (sc_numbers_keep(graph->feed->text, &unkept) < 0)
        return sc_err_set(err, -EBADMSG, "%s", unkept.text);
    if (rc == -ENODATA) {
        sc_numbers_end(graph->feed->text);
        graph->is_ended = true;
        if (!graph->is_reopened)
            sc_numbers_close(graph->numbers);
        rc = 0;
    }
    if (rc < 0)
        return rc;
    rc = tell_refused(graph, err);
    if (graph->feed->fd != graph->feed_fd && watch_feed(graph) < 0)
        return sc_err_set(err, -ENOMEM, "graph '%s': out of memory", graph->spec->name);
    return rc;
}

/* --- drawing --- */

static int draw(struct graph *graph, const struct sc_source_ctx *ctx, struct sc_draft **out_draft,
                struct sc_err *err)
{
    uint64_t now = sc_clock_ns();
    bool is_late = now - graph->due_ns > graph->interval_ns;
    graph->due_ns = (is_late ? now : graph->due_ns) + graph->interval_ns;
    int rc =
        sc_drawing_draw(graph->drawing, sc_numbers_series(graph->numbers), ctx->pool, out_draft);
    return rc < 0 ? sc_err_set(err, rc, "the graph '%s' cannot be drawn: %s", graph->spec->name,
                               strerror(-rc))
                  : 0;
}

static bool must_draw(const struct graph *graph, const struct sc_source_ctx *ctx)
{
    uint64_t now = sc_clock_ns();
    return ctx->is_watched && now >= graph->due_ns &&
           now >= sc_drawing_due_ns(graph->drawing, sc_numbers_series(graph->numbers));
}

/* The history is looked after; what is wrong with it is told, and the graph goes on. */
static int tidy(struct graph *graph, struct sc_err *err)
{
    struct sc_err problem;
    const char *flaw = sc_numbers_flaw(graph->numbers);
    if (flaw && !graph->is_flaw_told) {
        graph->is_flaw_told = true;
        return sc_err_set(err, -EBADMSG, "%s", flaw);
    }
    if (sc_clock_ns() < sc_numbers_tidy_ns(graph->numbers) ||
        sc_numbers_tidy(graph->numbers, &problem) == 0)
        return 0;
    return sc_err_set(err, -EBADMSG, "%s", problem.text);
}

static int graph_read(void *state, const struct sc_source_ctx *ctx, struct sc_draft **out_draft,
                      struct sc_err *err)
{
    struct graph *graph = state;
    if (ctx->is_watched && !graph->was_watched)
        sc_drawing_forget(graph->drawing); /* what it shows may be old */
    graph->was_watched = ctx->is_watched;
    for (;;) {
        if (graph->is_ended && graph->has_drawn_end)
            return -ENODATA;
        if (graph->is_ended || must_draw(graph, ctx)) {
            graph->has_drawn_end = graph->is_ended;
            return draw(graph, ctx, out_draft, err);
        }
        int rc = tidy(graph, err);
        if (rc == 0)
            rc = wait(graph, ctx);
        if (rc == 0)
            rc = take(graph, err);
        if (rc < 0)
            return rc;
    }
}

static void graph_suggest_name(const struct sc_source_spec *spec, char *out_name, size_t name_bytes)
{
    const char *target = spec->targets[0];
    bool is_system = strncmp(target, "system", 6) == 0;
    (void)snprintf(out_name, name_bytes, "%s", is_system ? target : "graph");
}

static const struct sc_source_option graph_options[] = {
    {"kind", "KIND", "line (default), area, bar, step, scatter, gauge, histogram or heatmap"},
    {"stacked", "yes|no", "one series on top of the other"},
    {"window", "TIME", "how much time it shows: 10s to 30d (default 5m)"},
    {"title", "TEXT", "what stands above it"},
    {"unit", "UNIT", "of its values: B, B/s, s, ms, %, ratio or any other text"},
    {"min", "N", "the lower end of the axis (default: as the values need)"},
    {"max", "N", "the upper end of the axis"},
    {"log", "yes|no", "a logarithmic axis"},
    {"threshold", "N[:RRGGBB],...", "lines at these values"},
    {"band", "N..N[:RRGGBB],...", "shades between these values"},
    {"gap", "TIME", "lines break where nothing came for so long (default: 3 times the usual)"},
    {"legend", "yes|no", "names and latest values (default yes)"},
    {"theme", "dark|light", "its colours (default dark)"},
    {"size", "WxH", "how large (default 640x360)"},
    {"dpr", "1|2|3", "pixels of the picture for each of #size (default 1)"},
    {"format", "png|jpeg", "the kind of picture (default png)"},
    {"quality", "N", "of JPEGs, 1 to 100 (default 85)"},
    {"match", "PATTERN,...", "only series whose names match"},
    {"rate", "no|yes|auto",
     "draw by how much numbers grow in a second; auto: those that are named \"..._total\""},
    {"input", "auto|lines|csv|json", "the form of the numbers (default: told from the first line)"},
    {"every", "TIME",
     "how often to look at this machine (default 1s) or to ask a URL (default 5s)"},
    {"state", "PATH", "a file that keeps the numbers: they are there again after a restart"},
    {"connections", "N", "of tcp://: so many at a time, 1 to 1024 (default 64)"},
    {"idle", "TIME", "of tcp://: a connection that is silent for so long is closed (default 5m)"},
    {"insecure", "yes|no",
     "listen on another address than loopback: anybody there may send numbers (default no)"},
    {"max_series", "N", "series at most, 1 to 64 (default 32)"},
    {NULL, NULL, NULL},
};

const struct sc_source_ops sc_source_graph = {
    .name = "graph",
    .usage = "graph:[PATH]",
    .help =
        "numbers as a moving graph. They are lines \"name value [unix-time]\", CSV, JSON lines or a table, and come from standard input (PATH is '-'), a FIFO or a file that grows, a command ('exec COMMAND'), a page of Prometheus' metrics (its http:// or https:// URL), whoever sends Graphite's plaintext to tcp://127.0.0.1:2003 or udp://127.0.0.1:2003, this machine (system, system.cpu, .load, .memory, .network, .disk), or whoever posts to /NAME/points",
    .options = graph_options,
    .state_size = sizeof(struct graph),
    .default_fps = FPS,
    .is_on_demand = true,
    .is_always_read = true,
    .suggest_name = graph_suggest_name,
    .setup = graph_setup,
    .meet = graph_meet,
    .open = graph_open,
    .read = graph_read,
    .close = graph_close,
    .teardown = graph_teardown,
};
