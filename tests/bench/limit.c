/* SPDX-License-Identifier: MIT */
/* The least that a server of live pictures can do, as a measure for ours: one thread, one send per
 * viewer and frame from one buffer, no checks, no HTTP but a fixed answer. limit FPS FRAME_BYTES;
 * prints its port. */
#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define MAX_VIEWERS 4096
#define MAX_FRAMES  4 /* a frame is written over only after so many others */

static const char head[] =
    "HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=b\r\n\r\n--b\r\n";

struct frame {
    char *data;
    size_t len_bytes;
    unsigned n_users;
};

struct viewer {
    int fd;
    struct frame *frame; /* in flight, NULL: idle */
    size_t sent_bytes;
    uint64_t seq;
};

static struct frame frames[MAX_FRAMES], *newest;
static struct viewer viewers[MAX_VIEWERS];
static size_t n_viewers;
static uint64_t newest_seq;

static void make_frame(size_t frame_bytes)
{
    struct frame *frame = NULL;
    for (size_t i = 0; i < MAX_FRAMES; i++)
        if (frames[i].n_users == 0 && &frames[i] != newest)
            frame = &frames[i];
    if (!frame)
        return;
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    int n = snprintf(
        frame->data, 256,
        "Content-Type: image/jpeg\r\nContent-Length: %zu\r\nX-Timestamp: %lld.%06ld\r\n\r\n",
        frame_bytes, (long long)now.tv_sec, now.tv_nsec / 1000);
    memset(frame->data + n, 'x', frame_bytes);
    memcpy(frame->data + n + frame_bytes, "\r\n--b\r\n", 7);
    frame->len_bytes = (size_t)n + frame_bytes + 7;
    newest = frame;
    newest_seq++;
}

/* Sends on, and takes the newest frame whenever one has gone out. */
static void serve(struct viewer *viewer)
{
    while (viewer->fd >= 0) {
        if (!viewer->frame && (!newest || viewer->seq == newest_seq))
            return;
        if (!viewer->frame) {
            viewer->frame = newest;
            viewer->frame->n_users++;
            viewer->seq = newest_seq;
            viewer->sent_bytes = 0;
        }
        struct frame *frame = viewer->frame;
        ssize_t n = send(viewer->fd, frame->data + viewer->sent_bytes,
                         frame->len_bytes - viewer->sent_bytes, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EAGAIN)
            return;
        if (n < 0) {
            (void)close(viewer->fd); /* the viewer left */
            viewer->fd = -1;
        } else {
            viewer->sent_bytes += (size_t)n;
        }
        if (n < 0 || viewer->sent_bytes == frame->len_bytes) {
            frame->n_users--;
            viewer->frame = NULL;
        }
    }
}

static void take_viewer(int epoll_fd, int listen_fd)
{
    char request[4096];
    int fd = accept(listen_fd, NULL, NULL);
    if (fd < 0 || n_viewers == MAX_VIEWERS || recv(fd, request, sizeof(request), 0) <= 0)
        return;
    (void)setsockopt(fd, IPPROTO_TCP, 25 /* TCP_NOTSENT_LOWAT */, &(int){16384}, sizeof(int));
    struct viewer *viewer = &viewers[n_viewers++];
    *viewer = (struct viewer){.fd = fd};
    struct epoll_event event = {.events = EPOLLOUT | EPOLLET, .data.ptr = viewer};
    if (send(fd, head, sizeof(head) - 1, MSG_NOSIGNAL) < 0 ||
        epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
        return;
}

static int start(int epoll_fd, double fps, int *out_timer_fd)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    int listen_fd = socket(AF_INET, SOCK_STREAM, 0);
    int timer_fd = timerfd_create(CLOCK_MONOTONIC, 0);
    long interval_ns = (long)(1e9 / fps);
    struct itimerspec every = {.it_interval.tv_nsec = interval_ns, .it_value.tv_nsec = interval_ns};
    struct epoll_event on_listen = {.events = EPOLLIN, .data.ptr = frames};
    struct epoll_event on_timer = {.events = EPOLLIN, .data.ptr = viewers + MAX_VIEWERS - 1};
    if (bind(listen_fd, (struct sockaddr *)&address, len) < 0 || listen(listen_fd, 4096) < 0 ||
        getsockname(listen_fd, (struct sockaddr *)&address, &len) < 0 ||
        timerfd_settime(timer_fd, 0, &every, NULL) < 0 ||
        epoll_ctl(epoll_fd, EPOLL_CTL_ADD, listen_fd, &on_listen) < 0 ||
        epoll_ctl(epoll_fd, EPOLL_CTL_ADD, timer_fd, &on_timer) < 0)
        return -errno;
    printf("ready: http://127.0.0.1:%d/\n", ntohs(address.sin_port));
    (void)fflush(stdout);
    *out_timer_fd = timer_fd;
    return listen_fd;
}

int main(int argc, char **argv)
{
    double fps = argc == 3 ? strtod(argv[1], NULL) : 0;
    size_t frame_bytes = argc == 3 ? strtoul(argv[2], NULL, 10) : 0;
    int epoll_fd = epoll_create1(0), timer_fd;
    int listen_fd = fps >= 1.1 && frame_bytes ? start(epoll_fd, fps, &timer_fd) : -EINVAL;
    if (listen_fd < 0) {
        fprintf(stderr, "usage: limit FPS FRAME_BYTES (%s)\n", strerror(-listen_fd));
        return 2;
    }
    for (size_t i = 0; i < MAX_FRAMES; i++)
        if (!(frames[i].data = malloc(frame_bytes + 512)))
            return 1;
    for (;;) {
        struct epoll_event events[256];
        int n = epoll_wait(epoll_fd, events, 256, -1);
        for (int i = 0; i < n; i++) {
            uint64_t ticks;
            if (events[i].data.ptr == frames) {
                take_viewer(epoll_fd, listen_fd);
            } else if (events[i].data.ptr != viewers + MAX_VIEWERS - 1) {
                serve(events[i].data.ptr);
            } else if (read(timer_fd, &ticks, sizeof(ticks)) > 0) {
                make_frame(frame_bytes);
                for (size_t k = 0; k < n_viewers; k++)
                    serve(&viewers[k]);
            }
        }
    }
}
