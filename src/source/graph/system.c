/* SPDX-License-Identifier: MIT */
/* This machine: "system", or one side of it as "system.cpu". */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/own.h"
#include "source/graph/feed.h"
#include "source/graph/look.h"
#include "source/graph/proc.h"

#define EVERY_US    1000000
#define EVERY_LEAST 100000
#define EVERY_MOST  3600000000LL
#define FILE_MAX    (1 << 20) /* of a machine with very many processors */
#define PIECE_BYTES 8192

struct system;

struct side {
    const char *name, *title, *unit;
    enum sc_chart_kind kind;
    bool is_stacked, is_percent;
    void (*sample)(struct system *system);
};

struct system {
    struct sc_feed feed;
    const struct side *side;
    char title[100];
    int64_t every_us;

    uint64_t due_ns;
    struct sc_proc_cpus cpus;
    struct sc_buf file;
};

static struct system *system_of(struct sc_feed *feed)
{
    return (struct system *)(void *)feed;
}

/* Returns: the text of the file; "" when it cannot be read. */
static const char *read_file(struct system *system, const char *path)
{
    int fd SC_AUTO(sc_own_close) = open(path, O_RDONLY | O_CLOEXEC);
    struct sc_buf *file = &system->file;
    ssize_t n = 0;
    sc_buf_consume(file, file->len_bytes);
    if (fd < 0)
        return "";
    do {
        if (sc_buf_reserve(file, PIECE_BYTES) < 0)
            break;
        n = read(fd, file->data + file->len_bytes, PIECE_BYTES);
        file->len_bytes += n > 0 ? (size_t)n : 0;
    } while (n > 0);
    return sc_buf_append(file, "", 1) == 0 ? file->data : "";
}

static void sample_all(struct system *system)
{
    sc_proc_cpu(&system->cpus, read_file(system, "/proc/stat"), true, system->feed.text);
    sc_proc_memory_share(read_file(system, "/proc/meminfo"), system->feed.text);
    sc_proc_disk_share(read_file(system, "/proc/diskstats"), system->feed.text);
}

static void sample_cpu(struct system *system)
{
    sc_proc_cpu(&system->cpus, read_file(system, "/proc/stat"), false, system->feed.text);
}

static void sample_load(struct system *system)
{
    sc_proc_load(read_file(system, "/proc/loadavg"), system->feed.text);
}

static void sample_memory(struct system *system)
{
    sc_proc_memory(read_file(system, "/proc/meminfo"), system->feed.text);
}

static void sample_network(struct system *system)
{
    sc_proc_network(read_file(system, "/proc/net/dev"), system->feed.text);
}

static void sample_disk(struct system *system)
{
    sc_proc_disk(read_file(system, "/proc/diskstats"), system->feed.text);
}

static const struct side sides[] = {
    {"system", "", "%", SC_CHART_LINE, false, true, sample_all},
    {"system.cpu", " · processors", "%", SC_CHART_LINE, false, true, sample_cpu},
    {"system.load", " · load", NULL, SC_CHART_LINE, false, false, sample_load},
    {"system.memory", " · memory", "B", SC_CHART_AREA, true, false, sample_memory},
    {"system.network", " · network", "B/s", SC_CHART_LINE, false, false, sample_network},
    {"system.disk", " · disks", "B/s", SC_CHART_LINE, false, false, sample_disk},
};

static bool system_claims(const char *target)
{
    return strcmp(target, "system") == 0 || strncmp(target, "system.", 7) == 0;
}

static void make_title(struct system *system)
{
    char host[65] = "this machine";
    (void)gethostname(host, sizeof host - 1);
    (void)snprintf(system->title, sizeof system->title, "%s%s", host, system->side->title);
}

static int system_setup(struct sc_feed *feed, const char *target, const struct sc_source_spec *spec,
                        struct sc_err *err)
{
    struct system *system = system_of(feed);
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++)
        if (strcmp(sides[i].name, target) == 0)
            system->side = &sides[i];
    if (!system->side)
        return sc_err_set(
            err, -EINVAL,
            "'graph:%s': there are graph:system and graph:system.cpu, .load, .memory, "
            ".network and .disk",
            target);
    system->every_us = EVERY_US;
    make_title(system);
    return sc_graph_look_time(spec, "every", EVERY_LEAST, EVERY_MOST, &system->every_us, err);
}

static void system_dress(const struct sc_feed *feed, struct sc_chart_config *look)
{
    const struct system *system = (const struct system *)(const void *)feed;
    look->title = system->title;
    look->unit = system->side->unit;
    look->kind = system->side->kind;
    look->is_stacked = system->side->is_stacked;
    look->least = 0;
    if (system->side->is_percent)
        look->most = 100;
}

static int system_open(struct sc_feed *feed, struct sc_err *err)
{
    struct system *system = system_of(feed);
    (void)err;
    sc_buf_init(&system->file, FILE_MAX);
    system->cpus = (struct sc_proc_cpus){0};
    feed->fd = -1;
    feed->due_ns = 0;
    return 0;
}

static int system_take(struct sc_feed *feed, struct sc_err *err)
{
    struct system *system = system_of(feed);
    uint64_t every_ns = (uint64_t)system->every_us * 1000, now = sc_clock_ns();
    (void)err;
    system->side->sample(system);
    feed->due_ns = now - feed->due_ns > every_ns ? now + every_ns : feed->due_ns + every_ns;
    return 0;
}

static void system_close(struct sc_feed *feed)
{
    sc_buf_fini(&system_of(feed)->file);
}

const struct sc_feed_ops sc_feed_system = {
    .claims = system_claims,
    .state_size = sizeof(struct system),
    .setup = system_setup,
    .dress = system_dress,
    .open = system_open,
    .take = system_take,
    .close = system_close,
};
