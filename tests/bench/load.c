/* SPDX-License-Identifier: MIT */
/* Many viewers in one process: load PORT PATH N_VIEWERS N_PARSED SECONDS. All but N_PARSED throw
 * their bytes away in the kernel (MSG_TRUNC); those parse every part and note how old its picture
 * is. After one second of settling it measures for SECONDS, and prints one line of JSON. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BUFFER_BYTES (256 * 1024)
#define MAX_AGES     1000000
#define SETTLE_MS    1000
#define MAX_VIEWERS  4096

struct viewer {
    int fd;
    bool is_parsed;
    char head[1024]; /* the part head at hand */
    size_t head_bytes, left_bytes;
    double stamp_ms; /* of the picture at hand */
};

static struct viewer viewers[MAX_VIEWERS];
static char buffer[BUFFER_BYTES];
static double ages_ms[MAX_AGES];
static size_t n_ages;
static uint64_t total_bytes;
static bool is_measuring;

static double now_ms(clockid_t clock)
{
    struct timespec now;
    (void)clock_gettime(clock, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* Reads Content-Length and X-Timestamp of a head that is complete. The answer's own head and a
 * boundary in front of it do no harm: they have neither. */
static void take_head(struct viewer *viewer)
{
    const char *length = strcasestr(viewer->head, "\r\nContent-Length: ");
    const char *stamp = strcasestr(viewer->head, "\r\nX-Timestamp: ");
    viewer->left_bytes = length ? strtoul(length + 18, NULL, 10) : 0;
    viewer->stamp_ms = stamp ? strtod(stamp + 15, NULL) * 1e3 : 0;
    viewer->head_bytes = 0;
}

static void take_picture_bytes(struct viewer *viewer, size_t n)
{
    viewer->left_bytes -= n;
    if (viewer->left_bytes == 0 && viewer->stamp_ms > 0 && is_measuring && n_ages < MAX_AGES)
        ages_ms[n_ages++] = now_ms(CLOCK_REALTIME) - viewer->stamp_ms;
}

static void parse(struct viewer *viewer, const char *data, size_t len_bytes)
{
    while (len_bytes > 0) {
        if (viewer->left_bytes > 0) {
            size_t n = viewer->left_bytes < len_bytes ? viewer->left_bytes : len_bytes;
            take_picture_bytes(viewer, n);
            data += n;
            len_bytes -= n;
            continue;
        }
        if (viewer->head_bytes == sizeof(viewer->head) - 1)
            viewer->head_bytes = 0;
        viewer->head[viewer->head_bytes++] = *data++;
        len_bytes--;
        viewer->head[viewer->head_bytes] = '\0';
        if (viewer->head_bytes >= 4 &&
            memcmp(viewer->head + viewer->head_bytes - 4, "\r\n\r\n", 4) == 0)
            take_head(viewer);
    }
}

/* Returns: false when the server closed. */
static bool drain(struct viewer *viewer)
{
    ssize_t n = recv(viewer->fd, buffer, sizeof(buffer),
                     MSG_DONTWAIT | (viewer->is_parsed ? 0 : MSG_TRUNC));
    if (n <= 0)
        return n < 0 && errno == EAGAIN;
    if (is_measuring)
        total_bytes += (uint64_t)n;
    if (viewer->is_parsed)
        parse(viewer, buffer, (size_t)n);
    return true;
}

static int open_viewer(int epoll_fd, struct viewer *viewer, uint16_t port, const char *path)
{
    char request[512];
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = viewer};
    int n = snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n",
                     path, port);
    viewer->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (viewer->fd < 0 || connect(viewer->fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
        send(viewer->fd, request, (size_t)n, MSG_NOSIGNAL) != n ||
        epoll_ctl(epoll_fd, EPOLL_CTL_ADD, viewer->fd, &event) < 0)
        return -errno;
    return 0;
}

static int drain_until(int epoll_fd, double until_ms)
{
    int n_lost = 0;
    for (double left_ms; (left_ms = until_ms - now_ms(CLOCK_MONOTONIC)) > 0;) {
        struct epoll_event events[256];
        int n = epoll_wait(epoll_fd, events, 256, (int)left_ms + 1);
        for (int i = 0; i < n; i++) {
            struct viewer *viewer = events[i].data.ptr;
            if (!drain(viewer)) {
                (void)close(viewer->fd); /* read-only */
                n_lost++;
            }
        }
    }
    return n_lost;
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static double age_at(double share)
{
    return n_ages ? ages_ms[(size_t)((double)(n_ages - 1) * share)] : -1;
}

int main(int argc, char **argv)
{
    if (argc != 6 || strtoul(argv[3], NULL, 10) > MAX_VIEWERS) {
        fprintf(stderr, "usage: load PORT PATH N_VIEWERS N_PARSED SECONDS\n");
        return 2;
    }
    size_t n_viewers = strtoul(argv[3], NULL, 10), n_parsed = strtoul(argv[4], NULL, 10);
    int epoll_fd = epoll_create1(0);
    for (size_t i = 0; i < n_viewers; i++) {
        viewers[i].is_parsed = (i + 1) * n_parsed / n_viewers != i * n_parsed / n_viewers;
        int r = open_viewer(epoll_fd, &viewers[i], (uint16_t)strtoul(argv[1], NULL, 10), argv[2]);
        if (r < 0) {
            fprintf(stderr, "viewer %zu: %s\n", i, strerror(-r));
            return 1;
        }
    }
    int n_lost = drain_until(epoll_fd, now_ms(CLOCK_MONOTONIC) + SETTLE_MS);
    printf("measuring\n");
    (void)fflush(stdout);
    is_measuring = true;
    double start_ms = now_ms(CLOCK_MONOTONIC);
    n_lost += drain_until(epoll_fd, start_ms + strtod(argv[5], NULL) * 1e3);
    double took_s = (now_ms(CLOCK_MONOTONIC) - start_ms) / 1e3;
    qsort(ages_ms, n_ages, sizeof(*ages_ms), by_value);
    printf(
        "{\"bytes\": %llu, \"seconds\": %.3f, \"lost\": %d, \"parsed\": %zu, \"age_p50_ms\": %.2f, "
        "\"age_p99_ms\": %.2f, \"age_max_ms\": %.2f}\n",
        (unsigned long long)total_bytes, took_s, n_lost, n_ages, age_at(0.5), age_at(0.99),
        age_at(1));
    return 0;
}
