/* SPDX-License-Identifier: MIT */
/* The least that a server of live pictures can do, as a measure for ours: one thread, one send per
 * viewer and frame from one buffer, no checks, no HTTP but a fixed answer, the picture its own:
 * limit [-j PROCESSES] send|sendfile|uring|tls FPS PICTURE. Prints its port. Several processes
 * share the viewers, each with a loop of its own. */
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
#define MAX_LOOPS   64

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
        const struct limit_way *way = limit->way == limit_uring ? &limit_send : limit->way;
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
    int fd = accept4(limit->listen_fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0 || limit->n_viewers == MAX_VIEWERS)
        return;
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &(int){16384}, sizeof(int));
    struct viewer *viewer = &limit->viewers[limit->n_viewers++];
    *viewer = (struct viewer){.fd = fd};
    struct epoll_event event = {.events = EPOLLOUT | EPOLLET, .data.ptr = viewer};
    if (limit->way->greet(fd, answer, sizeof answer - 1) < 0 ||
        fcntl(fd, F_SETFL, O_NONBLOCK) < 0 ||
        epoll_ctl(limit->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
        viewer->fd = -1;
}

static int open_listener(struct sockaddr_in *address)
{
    socklen_t len = sizeof *address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &(int){1}, sizeof(int)) < 0 ||
        bind(fd, (struct sockaddr *)address, len) < 0 || listen(fd, 4096) < 0 ||
        getsockname(fd, (struct sockaddr *)address, &len) < 0)
        return -errno;
    return fd;
}

/* One process each; a child ends with its parent. */
static int split(struct limit *limit, unsigned n_loops)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int listeners[MAX_LOOPS] = {0};
    for (unsigned i = 0; i < n_loops; i++)
        if ((listeners[i] = open_listener(&address)) < 0)
            return listeners[i];
    unsigned mine = 0;
    for (unsigned i = 1; i < n_loops && mine == 0; i++)
        if (fork() == 0)
            mine = i;
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    for (unsigned i = 0; i < n_loops; i++)
        if (i != mine)
            (void)close(listeners[i]); /* another's */
    limit->listen_fd = listeners[mine];
    if (mine > 0)
        return 0;
    printf("ready: http://127.0.0.1:%d/\n", ntohs(address.sin_port));
    return fflush(stdout) == 0 ? 0 : -errno;
}

static int open_events(struct limit *limit, double fps)
{
    long interval_ns = (long)(1e9 / fps);
    struct itimerspec every = {.it_interval.tv_nsec = interval_ns, .it_value.tv_nsec = interval_ns};
    struct epoll_event on_listen = {.events = EPOLLIN, .data.ptr = &limit->listen_fd};
    struct epoll_event on_timer = {.events = EPOLLIN, .data.ptr = &limit->timer_fd};
    limit->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    limit->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    if (timerfd_settime(limit->timer_fd, 0, &every, NULL) < 0 ||
        epoll_ctl(limit->epoll_fd, EPOLL_CTL_ADD, limit->listen_fd, &on_listen) < 0 ||
        epoll_ctl(limit->epoll_fd, EPOLL_CTL_ADD, limit->timer_fd, &on_timer) < 0)
        return -errno;
    return 0;
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
    const struct limit_way *const ways[] = {&limit_send, &limit_sendfile, limit_uring, limit_tls};
    for (size_t i = 0; i < 4; i++)
        if (ways[i] && strcmp(ways[i]->name, name) == 0)
            return ways[i];
    return NULL;
}

static int start(struct limit *limit, unsigned n_loops, double fps, const char *path)
{
    int rc = bench_picture_load(path, &limit->picture);
    for (size_t i = 0; rc == 0 && i < MAX_FRAMES; i++) {
        limit->frames[i].file = -1;
        limit->frames[i].data = malloc(HEAD_BYTES + limit->picture.len_bytes + sizeof tail);
        rc = limit->frames[i].data ? 0 : -ENOMEM;
    }
    if (rc == 0)
        rc = split(limit, n_loops);
    if (rc == 0 && limit->way->open && !limit->way->open())
        rc = -ENOSYS;
    return rc == 0 ? open_events(limit, fps) : rc;
}

int main(int argc, char **argv)
{
    static struct limit limit;
    unsigned long n_loops = 1;
    for (int option; (option = getopt(argc, argv, "j:")) != -1;)
        n_loops = option == 'j' ? strtoul(optarg, NULL, 10) : 0;
    bool is_right = argc - optind == 3 && n_loops >= 1 && n_loops <= MAX_LOOPS;
    limit.way = is_right ? find_way(argv[optind]) : NULL;
    double fps = is_right ? strtod(argv[optind + 1], NULL) : 0;
    if (!limit.way || fps < 1.1) {
        fprintf(stderr, "usage: limit [-j PROCESSES] send|sendfile|uring|tls FPS PICTURE\n");
        return 2;
    }
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    (void)signal(SIGPIPE, SIG_IGN); /* sendfile(2) cannot be told otherwise */
    (void)bench_raise_files();
    int rc = start(&limit, (unsigned)n_loops, fps, argv[optind + 2]);
    if (rc < 0) {
        fprintf(stderr, "limit: %s\n", strerror(-rc));
        return 1;
    }
    for (;;)
        turn(&limit);
}
