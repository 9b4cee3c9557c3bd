/* SPDX-License-Identifier: MIT */
/* A publisher: feed [-f FPS] [-m STREAMS] [-p] HOST:PORT PATH PICTURE. Publishes a picture, stamped
 * anew each time, FPS times a second to each of so many streams ('#' in PATH is the number), as
 * one long POST of parts or, with -p, each by a PUT of its own, whose answer is waited for. -f 0:
 * as fast as it goes. Ends when its standard input does, and prints what it did as JSON. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "picture.h"
#include "wire.h"

#define HEAD_BYTES  512
#define MAX_STREAMS 4096

struct feed {
    const char *host_port, *pattern;
    double fps;
    unsigned n_streams;
    bool want_put;
    struct bench_picture picture;
    char *message; /* of the long POST: a part in its chunk */
    char *stamped; /* the picture in it */
    size_t message_bytes;
    int fds[MAX_STREAMS];
    unsigned long n_sent;
};

static double now_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Waits until then, or for the end of standard input. Returns: false at that end. */
static bool wait_until(double then_s)
{
    double left_s = then_s - now_s();
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    struct timespec wait = {0};
    if (left_s > 0) {
        wait.tv_sec = (time_t)left_s;
        wait.tv_nsec = (long)((left_s - (double)wait.tv_sec) * 1e9);
    }
    return ppoll(&in, 1, &wait, NULL) == 0;
}

/* A part, in one chunk of the long POST. */
static int lay_out_part(struct feed *feed)
{
    char part[HEAD_BYTES];
    size_t len = feed->picture.len_bytes;
    int n = snprintf(part, sizeof part,
                     "--b\r\nContent-Type: image/jpeg\r\nContent-Length: %zu\r\n\r\n", len);
    return snprintf(feed->message, HEAD_BYTES, "%zx\r\n%s", len + (size_t)n + 2, part);
}

static int lay_out(struct feed *feed)
{
    static const char tail[] = "\r\n\r\n"; /* of the part, and of its chunk */
    size_t len = feed->picture.len_bytes;
    feed->message = malloc(HEAD_BYTES + len + sizeof tail);
    if (!feed->message)
        return -ENOMEM;
    int n = lay_out_part(feed);
    feed->stamped = feed->message + n;
    memcpy(feed->stamped, feed->picture.data, len);
    memcpy(feed->stamped + len, tail, sizeof tail - 1);
    feed->message_bytes = (size_t)n + len + sizeof tail - 1;
    return 0;
}

static int send_head(const struct feed *feed, unsigned stream, const char *method,
                     const char *fields)
{
    char path[256], head[HEAD_BYTES];
    bench_number_path(feed->pattern, stream, path, sizeof path);
    int n = snprintf(head, sizeof head, "%s %s HTTP/1.1\r\nHost: %s\r\n%s\r\n\r\n", method, path,
                     feed->host_port, fields);
    return n < (int)sizeof head ? bench_send_all(feed->fds[stream], head, (size_t)n) : -EMSGSIZE;
}

static int read_answer(int fd)
{
    char answer[4096];
    ssize_t n = recv(fd, answer, sizeof answer - 1, 0);
    if (n <= 0)
        return n < 0 ? -errno : -ECONNRESET;
    answer[n] = '\0';
    return strncmp(answer, "HTTP/1.1 20", 11) == 0 ? 0 : -EPROTO;
}

static int put(struct feed *feed, unsigned stream)
{
    char length[64];
    (void)snprintf(length, sizeof length, "Content-Length: %zu", feed->picture.len_bytes);
    int rc = send_head(feed, stream, "PUT", length);
    if (rc == 0)
        rc = bench_send_all(feed->fds[stream], feed->stamped, feed->picture.len_bytes);
    return rc == 0 ? read_answer(feed->fds[stream]) : rc;
}

static int publish(struct feed *feed, unsigned stream)
{
    bench_picture_stamp(feed->stamped, ++feed->n_sent / feed->n_streams + 1);
    if (feed->want_put)
        return put(feed, stream);
    return bench_send_all(feed->fds[stream], feed->message, feed->message_bytes);
}

/* The first picture of each is PUT, so that it is there; then the long POST may begin. */
static int open_streams(struct feed *feed)
{
    static const char fields[] =
        "Transfer-Encoding: chunked\r\nContent-Type: multipart/x-mixed-replace; boundary=b";
    bench_picture_stamp(feed->stamped, 1);
    for (unsigned i = 0; i < feed->n_streams; i++) {
        feed->fds[i] = bench_connect(feed->host_port, 0);
        int rc = feed->fds[i] < 0 ? feed->fds[i] : put(feed, i);
        if (rc == 0 && !feed->want_put)
            rc = send_head(feed, i, "POST", fields);
        if (rc < 0)
            return rc;
    }
    printf("feeding\n");
    return fflush(stdout) == 0 ? 0 : -errno;
}

/* Streams take turns, so that their pictures are spread evenly over the interval. */
static int run(struct feed *feed)
{
    double began_s = now_s();
    double step_s = feed->fps > 0 ? 1 / feed->fps / feed->n_streams : 0;
    for (unsigned long i = 0; wait_until(began_s + (double)i * step_s); i++) {
        int rc = publish(feed, (unsigned)(i % feed->n_streams));
        if (rc < 0)
            return rc;
    }
    double took_s = now_s() - began_s;
    printf("{\"sent\": %lu, \"seconds\": %.6f}\n", feed->n_sent, took_s);
    return 0;
}

int main(int argc, char **argv)
{
    static struct feed feed = {.fps = 30, .n_streams = 1};
    for (int option; (option = getopt(argc, argv, "f:m:p")) != -1;) {
        if (option == 'f')
            feed.fps = strtod(optarg, NULL);
        else if (option == 'm')
            feed.n_streams = (unsigned)strtoul(optarg, NULL, 10);
        else
            feed.want_put = option == 'p';
    }
    if (argc - optind != 3 || feed.n_streams < 1 || feed.n_streams > MAX_STREAMS) {
        fprintf(stderr, "usage: feed [-f FPS] [-m STREAMS] [-p] HOST:PORT PATH PICTURE\n");
        return 2;
    }
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    (void)bench_raise_files();
    feed.host_port = argv[optind];
    feed.pattern = argv[optind + 1];
    int rc = bench_picture_load(argv[optind + 2], &feed.picture);
    if (rc == 0)
        rc = lay_out(&feed);
    if (rc == 0)
        rc = open_streams(&feed);
    if (rc == 0)
        rc = run(&feed);
    if (rc < 0)
        fprintf(stderr, "feed: %s\n", strerror(-rc));
    return rc < 0;
}
