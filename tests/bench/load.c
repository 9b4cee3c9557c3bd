/* SPDX-License-Identifier: MIT */
/* Many viewers in one process: load [OPTION...] HOST:PORT PATH.
 *
 *   -n N  viewers (1)     -p N  of them parsed in full (1); the others throw their bytes away in
 *   -m N  streams: '#' in PATH is a number below it      the kernel (MSG_TRUNC)
 *   -w N  slow viewers beside them: some KB, ten times a second, each at a time of its own
 *   -z N  frozen ones: they read nothing
 *   -r BYTES  receive buffer of all of them     -0  ask by HTTP/1.0
 *   -2  ask by HTTP/2, not for raw streams      -e  encrypted: TLS
 *   -t SECONDS  measured, after -s SECONDS (1) of settling
 *
 * Prints "measuring" when it begins and one line of JSON at the end. Slow and frozen viewers are
 * not in its figures. Of those that throw their bytes away TLS's and HTTP/2's own bytes are counted
 * too: two in a thousand. */
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "parse.h"
#include "reach.h"
#include "wire.h"

#define BUFFER_BYTES (256 * 1024)
#define MAX_AGES     2000000
#define SLOW_STEPS   20 /* each slow viewer reads in one of so many, which are a round */
#define SLOW_STEP_S  0.005
#define SLOW_BYTES   8192

struct viewer {
    struct reach reach;
    struct parse *parse; /* NULL: thrown away */
    uint64_t n_bytes;
};

struct load {
    struct reach_how how;
    const char *pattern;
    unsigned n_viewers, n_parsed, n_streams, n_slow, n_frozen, n_lost;
    int epoll_fd;
    double settle_s, measure_s;
    struct viewer *viewers; /* ordinary ones, slow ones, frozen ones */
    struct parse_seen seen;
    char buffer[BUFFER_BYTES];
};

static double now_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Returns: as reach_recv. */
static ssize_t take(struct load *load, struct viewer *viewer)
{
    ssize_t n = viewer->parse ? reach_recv(&viewer->reach, load->buffer, sizeof load->buffer)
                              : reach_skip(&viewer->reach, load->buffer, sizeof load->buffer);
    viewer->n_bytes += n > 0 ? (uint64_t)n : 0;
    if (n > 0 && viewer->parse)
        parse_bytes(viewer->parse, load->buffer, (size_t)n, &load->seen);
    return n;
}

/* TLS may hold what the socket does not tell of any more. */
static void drain(struct load *load, struct viewer *viewer)
{
    ssize_t n;
    do
        n = take(load, viewer);
    while (n >= 0 && viewer->parse && viewer->reach.tls);
    if (n < 0 && n != -EAGAIN) {
        reach_close(&viewer->reach);
        load->n_lost++;
    }
}

static void drain_slow(struct load *load, unsigned step)
{
    for (unsigned i = load->n_viewers + step; i < load->n_viewers + load->n_slow; i += SLOW_STEPS)
        (void)reach_skip(&load->viewers[i].reach, load->buffer, SLOW_BYTES);
}

static int open_viewer(struct load *load, unsigned i)
{
    struct viewer *viewer = &load->viewers[i];
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = viewer};
    unsigned n = load->n_viewers, parsed = load->n_parsed;
    char path[256];
    bench_number_path(load->pattern, i % load->n_streams, path, sizeof path);
    int rc = reach_open(&viewer->reach, &load->how, path);
    if (rc < 0 || i >= n)
        return rc;
    if ((i + 1) * parsed / n != i * parsed / n &&
        !(viewer->parse = calloc(1, sizeof(struct parse))))
        return -ENOMEM;
    return epoll_ctl(load->epoll_fd, EPOLL_CTL_ADD, viewer->reach.fd, &event) < 0 ? -errno : 0;
}

static void turn(struct load *load, int wait_ms)
{
    struct epoll_event events[256];
    int n = epoll_wait(load->epoll_fd, events, 256, wait_ms);
    for (int i = 0; i < n; i++)
        if (events[i].data.ptr)
            drain(load, events[i].data.ptr);
}

static void watch(struct load *load, double until_s)
{
    double slow_s = now_s();
    unsigned step = 0;
    for (double left_s; (left_s = until_s - now_s()) > 0;) {
        double wait_s = load->n_slow > 0 && left_s > SLOW_STEP_S ? SLOW_STEP_S : left_s;
        turn(load, (int)(wait_s * 1e3) + 1);
        if (load->n_slow > 0 && now_s() >= slow_s) {
            drain_slow(load, step++ % SLOW_STEPS);
            slow_s += SLOW_STEP_S;
        }
    }
}

static void restart(struct load *load)
{
    double *ages_ms = load->seen.ages_ms;
    load->seen = (struct parse_seen){.ages_ms = ages_ms, .max_ages = MAX_AGES};
    for (unsigned i = 0; i < load->n_viewers; i++) {
        load->viewers[i].n_bytes = 0;
        if (load->viewers[i].parse)
            parse_restart(load->viewers[i].parse);
    }
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static double age_at(const struct parse_seen *seen, double share)
{
    return seen->n_stamped ? seen->ages_ms[(size_t)((double)(seen->n_stamped - 1) * share)] : -1;
}

/* How many pictures were published meanwhile, by the stamps that one viewer saw. */
static uint64_t published(const struct load *load)
{
    uint64_t most = 0;
    for (unsigned i = 0; i < load->n_viewers; i++) {
        const struct parse *parse = load->viewers[i].parse;
        if (parse && parse->first_number && parse->last_number - parse->first_number + 1 > most)
            most = parse->last_number - parse->first_number + 1;
    }
    return most;
}

static void report(struct load *load, double took_s)
{
    struct parse_seen *seen = &load->seen;
    uint64_t total = 0, least = UINT64_MAX;
    for (unsigned i = 0; i < load->n_viewers; i++) {
        total += load->viewers[i].n_bytes;
        least = load->viewers[i].n_bytes < least ? load->viewers[i].n_bytes : least;
    }
    double part_bytes = seen->n_parts ? (double)seen->part_bytes / (double)seen->n_parts : 0;
    qsort(seen->ages_ms, seen->n_stamped, sizeof *seen->ages_ms, by_value);
    printf("{\"seconds\": %.4f, \"bytes\": %llu, \"part_bytes\": %.2f, \"frames\": %.2f, "
           "\"least_frames\": %.2f, \"published\": %llu, \"lost\": %zu, \"parsed\": %zu, "
           "\"stamped\": %zu, \"torn\": %zu, \"disordered\": %zu, \"skipped\": %zu, ",
           took_s, (unsigned long long)total, part_bytes,
           part_bytes > 0 ? (double)total / part_bytes : 0,
           part_bytes > 0 ? (double)least / part_bytes : 0, (unsigned long long)published(load),
           load->n_lost + seen->n_lost, seen->n_pictures, seen->n_stamped, seen->n_torn,
           seen->n_disordered, seen->n_skipped);
    printf("\"age_p50_ms\": %.3f, \"age_p99_ms\": %.3f, \"age_max_ms\": %.3f}\n", age_at(seen, 0.5),
           age_at(seen, 0.99), age_at(seen, 1));
}

static int open_all(struct load *load)
{
    unsigned n = load->n_viewers + load->n_slow + load->n_frozen;
    load->viewers = calloc(n, sizeof *load->viewers);
    load->seen.ages_ms = malloc(MAX_AGES * sizeof *load->seen.ages_ms);
    load->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (!load->viewers || !load->seen.ages_ms || load->epoll_fd < 0)
        return -ENOMEM;
    for (unsigned i = 0; i < n; i++) {
        int rc = open_viewer(load, i);
        if (rc < 0) {
            fprintf(stderr, "load: viewer %u: %s\n", i, strerror(-rc));
            return rc;
        }
        turn(load, 0);
    }
    return 0;
}

static void read_options(struct load *load, int argc, char **argv)
{
    for (int option; (option = getopt(argc, argv, "n:p:m:w:z:r:t:s:02e")) != -1;) {
        unsigned n = optarg ? (unsigned)strtoul(optarg, NULL, 10) : 0;
        switch (option) {
        case 'n':
            load->n_viewers = n;
            break;
        case 'p':
            load->n_parsed = n;
            break;
        case 'm':
            load->n_streams = n;
            break;
        case 'w':
            load->n_slow = n;
            break;
        case 'z':
            load->n_frozen = n;
            break;
        case 'r':
            load->how.rcvbuf_bytes = (int)n;
            break;
        case 't':
            load->measure_s = strtod(optarg, NULL);
            break;
        case 's':
            load->settle_s = strtod(optarg, NULL);
            break;
        case '0':
            load->how.version = "1.0";
            break;
        case '2':
            load->how.version = "2";
            break;
        case 'e':
            load->how.is_tls = true;
            break;
        default:
            load->n_streams = 0;
        }
    }
}

int main(int argc, char **argv)
{
    static struct load load = {.how.version = "1.1",
                               .n_viewers = 1,
                               .n_parsed = 1,
                               .n_streams = 1,
                               .settle_s = 1,
                               .measure_s = 5};
    read_options(&load, argc, argv);
    if (argc - optind != 2 || load.n_streams == 0 ||
        load.n_viewers + load.n_slow + load.n_frozen == 0) {
        fprintf(stderr,
                "usage: load [-0|-2] [-e] [-n|-p|-m|-w|-z|-r N] [-s|-t SECONDS] HOST:PORT PATH\n");
        return 2;
    }
    load.how.host_port = argv[optind];
    load.pattern = argv[optind + 1];
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    (void)bench_raise_files();
    if (open_all(&load) < 0)
        return 1;
    watch(&load, now_s() + load.settle_s);
    restart(&load);
    printf("measuring\n");
    (void)fflush(stdout);
    double began_s = now_s();
    watch(&load, began_s + load.measure_s);
    report(&load, now_s() - began_s);
    return 0;
}
