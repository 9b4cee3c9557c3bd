/* SPDX-License-Identifier: MIT */
/* The least that a server of live pictures can do, as a measure for ours: one thread, one send per
 * viewer and frame from one buffer, no checks, no HTTP but a fixed answer, the picture its own:
 * limit send|sendfile|uring FPS PICTURE. Prints its port. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "limit_ways.h"
#include "picture.h"
#include "wire.h"

#define MAX_VIEWERS 16384
#define MAX_FRAMES  4 /* so many can be on their way */
#define HEAD_BYTES  256

static const char answer[] =
    "HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=b\r\n\r\n--b\r\n";
static const char tail[] = "\r\n--b\r\n";

struct viewer {
    int fd;
    struct limit_frame *frame; /* in flight, NULL: idle */
    size_t sent_bytes;
    uint64_t number;
};

struct limit {
    const struct limit_way *way;
    struct bench_picture picture;
    struct limit_frame frames[MAX_FRAMES], *newest;
    uint64_t number;
    struct viewer viewers[MAX_VIEWERS];
    size_t n_viewers;
    int epoll_fd, listen_fd, timer_fd;
};

/* As little as a server that shares frames between sockets by file would have to do. */
static int make_file(struct limit_frame *frame)
{
    if (frame->file >= 0)
        (void)close(frame->file); /* nobody reads it any more */
    frame->file = memfd_create("frame", MFD_ALLOW_SEALING | MFD_CLOEXEC);
    if (frame->file < 0 ||
        write(frame->file, frame->data, frame->len_bytes) != (ssize_t)frame->len_bytes)
        return -EIO;
    return fcntl(frame->file, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW);
}

static void make_frame(struct limit *limit)
{
    struct limit_frame *frame = NULL;
    for (size_t i = 0; i < MAX_FRAMES; i++)
        if (limit->frames[i].n_users == 0 && &limit->frames[i] != limit->newest)
            frame = &limit->frames[i];
    if (!frame)
        return;
    limit->number++;
    size_t len = limit->picture.len_bytes;
    int n = snprintf(frame->data, HEAD_BYTES,
                     "Content-Type: image/jpeg\r\nContent-Length: %zu\r\n"
                     "X-Timestamp: 0000000000.000000\r\n\r\n",
                     len);
    memcpy(frame->data + n, limit->picture.data, len);
    bench_picture_stamp(frame->data + n, limit->number);
    memcpy(frame->data + n + len, tail, sizeof tail - 1);
    frame->len_bytes = (size_t)n + len + sizeof tail - 1;
    if (limit->way->want_file && make_file(frame) < 0)
        return;
    limit->newest = frame;
}

/* Readies the viewer's next send. Returns: whether there is one. */
static bool offer(const struct limit *limit, struct viewer *viewer, struct limit_send *out_send)
{
    if (viewer->fd < 0 || (!viewer->frame && (!limit->newest || viewer->number == limit->number)))
        return false;
    if (!viewer->frame) {
        viewer->frame = limit->newest;
        viewer->frame->n_users++;
        viewer->number = limit->number;
        viewer->sent_bytes = 0;
    }
    *out_send = (struct limit_send){viewer->fd, viewer->frame, viewer->sent_bytes, 0};
    return true;
}

/* Returns: whether the frame has gone out, so that there may be another to send. */
static bool take(struct viewer *viewer, ssize_t sent)
{
    if (sent == -EAGAIN)
        return false;
    if (sent > 0)
        viewer->sent_bytes += (size_t)sent;
    if (sent >= 0 && viewer->sent_bytes < viewer->frame->len_bytes)
        return false; /* an event tells when there is room again */
    viewer->frame->n_users--;
    viewer->frame = NULL;
    if (sent < 0) {
        (void)close(viewer->fd); /* the viewer left */
        viewer->fd = -1;
    }
    return sent >= 0;
}

static void serve(struct limit *limit, struct viewer *viewer)
{
    struct limit_send one;
    do {
        if (!offer(limit, viewer, &one))
            return;
        const struct limit_way *way = limit->way->want_file ? limit->way : &limit_send;
        way->send(&one, 1);
    } while (take(viewer, one.sent));
}

/* Those that are idle get the newest frame; the others are waiting for their sockets. */
static void serve_all(struct limit *limit)
{
    static struct limit_send sends[LIMIT_BATCH];
    static struct viewer *receivers[LIMIT_BATCH];
    size_t n = 0;
    for (size_t i = 0; i <= limit->n_viewers; i++) {
        bool is_end = i == limit->n_viewers;
        if (!is_end && !limit->viewers[i].frame && offer(limit, &limit->viewers[i], &sends[n]))
            receivers[n++] = &limit->viewers[i];
        if (n < LIMIT_BATCH && !is_end)
            continue;
        if (n > 0)
            limit->way->send(sends, n);
        for (size_t k = 0; k < n; k++)
            (void)take(receivers[k], sends[k].sent);
        n = 0;
    }
}

static void take_viewer(struct limit *limit)
{
    char request[4096];
    int fd = accept4(limit->listen_fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0 || limit->n_viewers == MAX_VIEWERS || recv(fd, request, sizeof request, 0) <= 0)
        return;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &(int){16384}, sizeof(int));
    struct viewer *viewer = &limit->viewers[limit->n_viewers++];
    *viewer = (struct viewer){.fd = fd};
    struct epoll_event event = {.events = EPOLLOUT | EPOLLET, .data.ptr = viewer};
    if (bench_send_all(fd, answer, sizeof answer - 1) < 0 || fcntl(fd, F_SETFL, O_NONBLOCK) < 0 ||
        epoll_ctl(limit->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
        viewer->fd = -1;
}

static int open_sockets(struct limit *limit, double fps)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    long interval_ns = (long)(1e9 / fps);
    struct itimerspec every = {.it_interval.tv_nsec = interval_ns, .it_value.tv_nsec = interval_ns};
    struct epoll_event on_listen = {.events = EPOLLIN, .data.ptr = &limit->listen_fd};
    struct epoll_event on_timer = {.events = EPOLLIN, .data.ptr = &limit->timer_fd};
    limit->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    limit->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    limit->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    if (bind(limit->listen_fd, (struct sockaddr *)&address, len) < 0 ||
        listen(limit->listen_fd, 4096) < 0 ||
        getsockname(limit->listen_fd, (struct sockaddr *)&address, &len) < 0 ||
        timerfd_settime(limit->timer_fd, 0, &every, NULL) < 0 ||
        epoll_ctl(limit->epoll_fd, EPOLL_CTL_ADD, limit->listen_fd, &on_listen) < 0 ||
        epoll_ctl(limit->epoll_fd, EPOLL_CTL_ADD, limit->timer_fd, &on_timer) < 0)
        return -errno;
    printf("ready: http://127.0.0.1:%d/\n", ntohs(address.sin_port));
    return fflush(stdout) == 0 ? 0 : -errno;
}

static void turn(struct limit *limit)
{
    struct epoll_event events[256];
    uint64_t ticks;
    int n = epoll_wait(limit->epoll_fd, events, 256, -1);
    for (int i = 0; i < n; i++) {
        if (events[i].data.ptr == &limit->listen_fd) {
            take_viewer(limit);
        } else if (events[i].data.ptr != &limit->timer_fd) {
            serve(limit, events[i].data.ptr);
        } else if (read(limit->timer_fd, &ticks, sizeof ticks) > 0) {
            make_frame(limit);
            serve_all(limit);
        }
    }
}

static const struct limit_way *find_way(const char *name)
{
    const struct limit_way *const ways[] = {&limit_send, &limit_sendfile, limit_uring};
    for (size_t i = 0; i < 3; i++)
        if (ways[i] && strcmp(ways[i]->name, name) == 0)
            return ways[i];
    return NULL;
}

static int start(struct limit *limit, double fps, const char *path)
{
    if (limit->way->open && !limit->way->open())
        return -ENOSYS;
    int rc = bench_picture_load(path, &limit->picture);
    for (size_t i = 0; rc == 0 && i < MAX_FRAMES; i++) {
        limit->frames[i].file = -1;
        limit->frames[i].data = malloc(HEAD_BYTES + limit->picture.len_bytes + sizeof tail);
        rc = limit->frames[i].data ? 0 : -ENOMEM;
    }
    return rc == 0 ? open_sockets(limit, fps) : rc;
}

int main(int argc, char **argv)
{
    static struct limit limit;
    double fps = argc == 4 ? strtod(argv[2], NULL) : 0;
    limit.way = argc == 4 ? find_way(argv[1]) : NULL;
    if (!limit.way || fps < 1.1) {
        fprintf(stderr, "usage: limit send|sendfile|uring FPS PICTURE\n");
        return 2;
    }
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    (void)signal(SIGPIPE, SIG_IGN); /* sendfile(2) cannot be told otherwise */
    (void)bench_raise_files();
    int rc = start(&limit, fps, argv[3]);
    if (rc < 0) {
        fprintf(stderr, "limit: %s\n", strerror(-rc));
        return 1;
    }
    for (;;)
        turn(&limit);
}
