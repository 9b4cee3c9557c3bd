/* SPDX-License-Identifier: MIT */
#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

size_t bench_raise_files(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
        return 0;
    limit.rlim_cur = limit.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &limit); /* then the old one stays */
    return limit.rlim_cur;
}

static int read_address(const char *host_port, struct sockaddr_in *out_address)
{
    char host[64];
    const char *colon = strrchr(host_port, ':');
    size_t len = colon ? (size_t)(colon - host_port) : sizeof host;
    if (len >= sizeof host)
        return -EINVAL;
    memcpy(host, host_port, len);
    host[len] = '\0';
    *out_address = (struct sockaddr_in){.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10))};
    return inet_pton(AF_INET, host, &out_address->sin_addr) == 1 ? 0 : -EINVAL;
}

int bench_connect(const char *host_port, int rcvbuf_bytes)
{
    struct sockaddr_in address;
    int rc = read_address(host_port, &address);
    int fd = rc < 0 ? rc : socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return rc < 0 ? rc : -errno;
    if (rcvbuf_bytes > 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &rcvbuf_bytes, sizeof rcvbuf_bytes);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    if (connect(fd, (struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    rc = -errno;
    (void)close(fd); /* never used */
    return rc;
}

int bench_send_all(int fd, const void *data, size_t len_bytes)
{
    for (const char *at = data; len_bytes > 0;) {
        ssize_t n = send(fd, at, len_bytes, MSG_NOSIGNAL);
        if (n < 0 && errno != EINTR)
            return -errno;
        at += n > 0 ? n : 0;
        len_bytes -= n > 0 ? (size_t)n : 0;
    }
    return 0;
}

void bench_number_path(const char *pattern, unsigned number, char *path, size_t size_bytes)
{
    size_t len = 0;
    for (; *pattern && len + 12 < size_bytes; pattern++) {
        if (*pattern == '#')
            len += (size_t)snprintf(path + len, size_bytes - len, "%u", number);
        else
            path[len++] = *pattern;
    }
    path[len] = '\0';
}
