/* SPDX-License-Identifier: MIT */
/* The least that a server of many streams can do, as a measure for ours: one thread that receives
 * what `feed` publishes, by one recv where it is there, and sends it to the stream's few viewers,
 * by one send each. It checks nothing, parses next to nothing and drops what a socket does not
 * take. Prints its port. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "wire.h"

#define MAX_FDS     16384
#define MAX_STREAMS 4096
#define MAX_VIEWERS 8 /* of a stream */
#define HEAD_BYTES  1024

enum role { ROLE_NEW, ROLE_PUTS, ROLE_POSTS, ROLE_VIEWS };

struct peer {
    enum role role;
    int fd;
    struct stream *stream;
    char *data; /* of a publisher: one message */
    size_t len_bytes, want_bytes, room_bytes;
};

struct stream {
    int viewers[MAX_VIEWERS];
    unsigned n_viewers;
};

struct relay {
    int epoll_fd, listen_fd;
    struct peer peers[MAX_FDS];
    struct stream streams[MAX_STREAMS];
};

static const char stream_head[] =
    "HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace; boundary=b\r\n\r\n";
static const char created[] = "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n";

static void leave(struct peer *peer)
{
    (void)close(peer->fd); /* nothing is to be saved */
    free(peer->data);
    *peer = (struct peer){.fd = -1};
}

/* A chunk with one part in it: "SIZE CRLF part CRLF". */
static void hand_out(const struct peer *peer)
{
    const char *part = memchr(peer->data, '\n', peer->len_bytes);
    if (!part++)
        return;
    size_t len = peer->len_bytes - (size_t)(part - peer->data) - 2;
    for (unsigned i = 0; i < peer->stream->n_viewers; i++)
        (void)send(peer->stream->viewers[i], part, len, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static int reserve(struct peer *peer, size_t bytes)
{
    char *data = bytes > peer->room_bytes ? realloc(peer->data, bytes) : peer->data;
    if (!data)
        return -ENOMEM;
    peer->room_bytes = bytes > peer->room_bytes ? bytes : peer->room_bytes;
    peer->data = data;
    peer->want_bytes = bytes;
    return 0;
}

/* All messages are as long as the first. Returns: 0; a negative errno. */
static int learn_length(struct peer *peer)
{
    char *end;
    if (!memchr(peer->data, '\n', peer->len_bytes))
        return 0;
    size_t chunk = strtoul(peer->data, &end, 16);
    return reserve(peer, (size_t)(end - peer->data) + 2 + chunk + 2);
}

static int take_message(struct peer *peer)
{
    bool is_put = peer->role == ROLE_PUTS;
    if (is_put && bench_send_all(peer->fd, created, sizeof created - 1) < 0)
        return -EPIPE;
    if (!is_put)
        hand_out(peer);
    peer->len_bytes = 0;
    peer->role = is_put ? ROLE_NEW : ROLE_POSTS;
    return is_put ? reserve(peer, HEAD_BYTES) : 0;
}

/* A request's head; what follows it stays. Returns: 0; a negative errno. */
static int take_head(struct relay *relay, struct peer *peer)
{
    char *end = memmem(peer->data, peer->len_bytes, "\r\n\r\n", 4);
    const char *number = memmem(peer->data, peer->len_bytes, "/s", 2);
    const char *length = memmem(peer->data, peer->len_bytes, "Content-Length: ", 16);
    unsigned long n = number ? strtoul(number + 2, NULL, 10) : MAX_STREAMS;
    if (!end)
        return 0;
    if (n >= MAX_STREAMS)
        return -EPROTO;
    peer->stream = &relay->streams[n];
    char method = peer->data[1];
    size_t body_bytes = length ? strtoul(length + 16, NULL, 10) : 0;
    size_t left = peer->len_bytes - (size_t)(end + 4 - peer->data);
    memmove(peer->data, end + 4, left);
    peer->len_bytes = left;
    if (method == 'E' && peer->stream->n_viewers < MAX_VIEWERS) {
        peer->role = ROLE_VIEWS;
        peer->stream->viewers[peer->stream->n_viewers++] = peer->fd;
        return bench_send_all(peer->fd, stream_head, sizeof stream_head - 1);
    }
    peer->role = method == 'U' ? ROLE_PUTS : ROLE_POSTS;
    return reserve(peer, peer->role == ROLE_PUTS ? body_bytes : HEAD_BYTES);
}

static int take_bytes(struct relay *relay, struct peer *peer)
{
    if (peer->role == ROLE_NEW)
        return take_head(relay, peer);
    if (peer->role == ROLE_POSTS && peer->want_bytes == HEAD_BYTES && learn_length(peer) < 0)
        return -ENOMEM;
    return peer->len_bytes == peer->want_bytes ? take_message(peer) : 0;
}

/* As long as each recv is full there may be more; a short one has drained the socket (epoll(7)). */
static void receive(struct relay *relay, struct peer *peer)
{
    for (bool is_more = true; is_more;) {
        size_t left = peer->want_bytes - peer->len_bytes;
        ssize_t n = recv(peer->fd, peer->data + peer->len_bytes, left, MSG_DONTWAIT);
        if (n < 0 && errno == EAGAIN)
            return;
        is_more = n > 0 && (size_t)n == left;
        peer->len_bytes += n > 0 ? (size_t)n : 0;
        if (n <= 0 || take_bytes(relay, peer) < 0) {
            leave(peer);
            return;
        }
    }
}

static void welcome(struct relay *relay)
{
    int fd = accept4(relay->listen_fd, NULL, NULL, SOCK_CLOEXEC);
    if (fd < 0 || fd >= MAX_FDS)
        return;
    struct peer *peer = &relay->peers[fd];
    struct epoll_event event = {.events = EPOLLIN | EPOLLET, .data.ptr = peer};
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    *peer = (struct peer){.fd = fd};
    if (reserve(peer, HEAD_BYTES) < 0 || epoll_ctl(relay->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
        leave(peer);
}

static int start(struct relay *relay)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof address;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = NULL};
    relay->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    relay->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (bind(relay->listen_fd, (struct sockaddr *)&address, len) < 0 ||
        listen(relay->listen_fd, 4096) < 0 ||
        getsockname(relay->listen_fd, (struct sockaddr *)&address, &len) < 0 ||
        epoll_ctl(relay->epoll_fd, EPOLL_CTL_ADD, relay->listen_fd, &event) < 0)
        return -errno;
    printf("ready: http://127.0.0.1:%d/\n", ntohs(address.sin_port));
    return fflush(stdout) == 0 ? 0 : -errno;
}

int main(void)
{
    static struct relay relay;
    struct epoll_event events[256];
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    (void)bench_raise_files();
    int rc = start(&relay);
    if (rc < 0) {
        fprintf(stderr, "relay: %s\n", strerror(-rc));
        return 1;
    }
    for (;;) {
        int n = epoll_wait(relay.epoll_fd, events, 256, -1);
        for (int i = 0; i < n; i++) {
            if (events[i].data.ptr)
                receive(&relay, events[i].data.ptr);
            else
                welcome(&relay);
        }
    }
}
