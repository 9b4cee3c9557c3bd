/* SPDX-License-Identifier: MIT */
#include "net/listen.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/own.h"

#define BACKLOG      4096
#define HOST_BYTES   256
#define PORT_BYTES   8
#define KEEP_IDLE_S  20
#define KEEP_EVERY_S 5
#define KEEP_PROBES  3

struct sc_listen {
    char url[HOST_BYTES + 32];
    char unix_path[sizeof((struct sockaddr_un *)0)->sun_path];
    bool is_local;
    size_t n;
    int fds[];
};

static int create(size_t n, struct sc_listen **out_listen)
{
    struct sc_listen *listen = calloc(1, sizeof *listen + n * sizeof *listen->fds);
    if (!listen)
        return -ENOMEM;
    listen->n = n;
    for (size_t i = 0; i < n; i++)
        listen->fds[i] = -1;
    *out_listen = listen;
    return 0;
}

void sc_listen_close(struct sc_listen **listen)
{
    struct sc_listen *old = sc_steal(*listen);
    if (!old)
        return;
    for (size_t i = 0; i < old->n; i++)
        sc_own_close(&old->fds[i]);
    if (old->unix_path[0])
        (void)unlink(old->unix_path); /* somebody may have taken it away already */
    free(old);
}

/* "[::1]:80", "host:80"; an IPv6 address without brackets has more than one colon. */
static int split(const char *address, char *host, char *port, struct sc_err *err)
{
    const char *colon = strrchr(address, ':');
    size_t host_len = colon ? (size_t)(colon - address) : 0;
    bool is_bracketed = host_len >= 2 && address[0] == '[' && address[host_len - 1] == ']';
    bool is_bare_v6 = colon && !is_bracketed && memchr(address, ':', host_len);
    if (!colon || is_bare_v6 || host_len >= HOST_BYTES || strlen(colon + 1) >= PORT_BYTES ||
        !colon[1] || strspn(colon + 1, "0123456789") != strlen(colon + 1) ||
        strtoul(colon + 1, NULL, 10) > 65535)
        return sc_err_set(err, -EINVAL,
                          "cannot listen on '%s': write ADDRESS:PORT (127.0.0.1:8080, "
                          "[::1]:8080, 0.0.0.0:80) or unix:PATH",
                          address);
    if (is_bracketed)
        (void)snprintf(host, HOST_BYTES, "%.*s", (int)host_len - 2, address + 1);
    else
        (void)snprintf(host, HOST_BYTES, "%.*s", (int)host_len, address);
    (void)snprintf(port, PORT_BYTES, "%s", colon + 1);
    return 0;
}

static int explain(struct sc_err *err, int code, const char *address)
{
    const char *port = strrchr(address, ':');
    unsigned long number = port ? strtoul(port + 1, NULL, 10) : 0;
    switch (code) {
    case -EADDRINUSE:
        return sc_err_set(err, code,
                          "cannot listen on %s: another program is using that port; stop it, or "
                          "choose another port: --listen %.*s:%lu",
                          address, port ? (int)(port - address) : 0, address,
                          number < 65535 ? number + 1 : 8080);
    case -EACCES:
        return sc_err_set(err, code,
                          "cannot listen on %s: not permitted; ports below 1024 need root or "
                          "CAP_NET_BIND_SERVICE, port 8080 needs nothing",
                          address);
    case -EADDRNOTAVAIL:
        return sc_err_set(err, code,
                          "cannot listen on %s: this machine has no such address; 127.0.0.1 is "
                          "this machine alone, 0.0.0.0 all its addresses",
                          address);
    default:
        return sc_err_set(err, code, "cannot listen on %s: %s", address, strerror(-code));
    }
}

static void tune(int fd, const struct sc_listen_config *config)
{
    static const int one = 1, idle = KEEP_IDLE_S, every = KEEP_EVERY_S, probes = KEEP_PROBES;
    /* Accepted sockets inherit all of these; an old kernel that lacks one still serves. */
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &config->notsent_bytes,
                     sizeof config->notsent_bytes);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &config->user_timeout_ms,
                     sizeof config->user_timeout_ms);
    (void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &every, sizeof every);
    (void)setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
}

static int bind_tcp(const struct sockaddr *address, socklen_t len, bool is_reused, int *out_fd)
{
    static const int one = 1;
    int fd SC_AUTO(sc_own_close) =
        socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) < 0)
        return -errno;
    if (is_reused && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &one, sizeof one) < 0)
        return -errno;
    if (address->sa_family == AF_INET6 &&
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one) < 0)
        return -errno;
    if (bind(fd, address, len) < 0)
        return -errno;
    *out_fd = fd;
    fd = -1;
    return 0;
}

/* SO_REUSEPORT would quietly share the port with another server of the same user: so first see
 * whether the port can be had alone. */
static int is_free(const struct sockaddr *address, socklen_t len)
{
    int fd SC_AUTO(sc_own_close) = -1;
    int rc = bind_tcp(address, len, false, &fd);
    if (rc < 0)
        return rc;
    return listen(fd, 1) < 0 ? -errno : 0;
}

static int open_all(struct sc_listen *listen_, struct sockaddr_storage *address, socklen_t len,
                    const struct sc_listen_config *config)
{
    struct sockaddr *where = (struct sockaddr *)address;
    int rc = is_free(where, len);
    for (size_t i = 0; rc == 0 && i < listen_->n; i++) {
        rc = bind_tcp(where, len, true, &listen_->fds[i]);
        if (rc < 0)
            break;
        tune(listen_->fds[i], config);
        if (listen(listen_->fds[i], BACKLOG) < 0 || getsockname(listen_->fds[i], where, &len) < 0)
            rc = -errno; /* the name has the port that the system chose: the next ones use it */
    }
    return rc;
}

static void describe(struct sc_listen *listen, const struct sockaddr_storage *address,
                     const char *scheme)
{
    char host[INET6_ADDRSTRLEN] = "";
    char port[PORT_BYTES] = "";
    socklen_t len =
        address->ss_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    (void)getnameinfo((const struct sockaddr *)address, len, host, sizeof host, port, sizeof port,
                      NI_NUMERICHOST | NI_NUMERICSERV);
    if (address->ss_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;
        listen->is_local = IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
        (void)snprintf(listen->url, sizeof listen->url, "%s://[%s]:%s/", scheme, host, port);
    } else {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
        listen->is_local = (ntohl(v4->sin_addr.s_addr) >> 24) == 127;
        (void)snprintf(listen->url, sizeof listen->url, "%s://%s:%s/", scheme, host, port);
    }
}

static int open_tcp(const char *address, const struct sc_listen_config *config,
                    struct sc_listen **out_listen, struct sc_err *err)
{
    char host[HOST_BYTES], port[PORT_BYTES];
    int rc = split(address, host, port, err);
    if (rc < 0)
        return rc;
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    int failure = getaddrinfo(host[0] ? host : NULL, port, &hints, &found);
    if (failure)
        return sc_err_set(err, -EADDRNOTAVAIL, "cannot listen on %s: '%s' is no address: %s",
                          address, host, gai_strerror(failure));
    struct sockaddr_storage where = {0};
    socklen_t len = found->ai_addrlen;
    memcpy(&where, found->ai_addr, len);
    freeaddrinfo(found);

    struct sc_listen *listen SC_AUTO(sc_listen_close) = NULL;
    if (create(config->n_sockets, &listen) < 0)
        return sc_err_set(err, -ENOMEM, "out of memory");
    rc = open_all(listen, &where, len, config);
    if (rc < 0)
        return explain(err, rc, address);
    describe(listen, &where, config->is_tls ? "https" : "http");
    *out_listen = sc_steal(listen);
    return 0;
}

/* A socket file that nobody listens on was left by a server that was killed. */
static void remove_stale(const struct sockaddr_un *where)
{
    struct stat st;
    if (lstat(where->sun_path, &st) < 0 || !S_ISSOCK(st.st_mode))
        return;
    int fd SC_AUTO(sc_own_close) = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)where, sizeof *where) < 0 &&
        errno == ECONNREFUSED)
        (void)unlink(where->sun_path); /* bind tells when this failed */
}

static int open_unix(const char *path, struct sc_listen **out_listen, struct sc_err *err)
{
    struct sockaddr_un where = {.sun_family = AF_UNIX};
    if (!path[0] || strlen(path) >= sizeof where.sun_path)
        return sc_err_set(err, -EINVAL,
                          "cannot listen on 'unix:%s': the path must have 1 to %zu characters",
                          path, sizeof where.sun_path - 1);
    struct sc_listen *listen_ SC_AUTO(sc_listen_close) = NULL;
    if (create(1, &listen_) < 0)
        return sc_err_set(err, -ENOMEM, "out of memory");
    memcpy(where.sun_path, path, strlen(path) + 1);
    remove_stale(&where);
    listen_->fds[0] = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listen_->fds[0] < 0 ||
        bind(listen_->fds[0], (const struct sockaddr *)&where, sizeof where) < 0) {
        int code = -errno;
        return code == -EADDRINUSE
                   ? sc_err_set(err, code,
                                "cannot listen on unix:%s: there is such a file, and either a "
                                "program listens on it or it is no socket; choose another path",
                                path)
                   : sc_err_set(err, code, "cannot listen on unix:%s: %s", path, strerror(-code));
    }
    memcpy(listen_->unix_path, path, strlen(path) + 1);
    if (listen(listen_->fds[0], BACKLOG) < 0)
        return sc_err_set(err, -errno, "cannot listen on unix:%s: %s", path, strerror(errno));
    listen_->is_local = true;
    (void)snprintf(listen_->url, sizeof listen_->url, "unix:%s", path);
    *out_listen = sc_steal(listen_);
    return 0;
}

int sc_listen_open(const char *address, const struct sc_listen_config *config,
                   struct sc_listen **out_listen, struct sc_err *err)
{
    if (strncmp(address, "unix:", 5) == 0)
        return open_unix(address + 5, out_listen, err);
    return open_tcp(address, config, out_listen, err);
}

const char *sc_listen_url(const struct sc_listen *listen)
{
    return listen->url;
}

bool sc_listen_is_local(const struct sc_listen *listen)
{
    return listen->is_local;
}

bool sc_listen_is_shared(const struct sc_listen *listen)
{
    return listen->unix_path[0] != '\0';
}

int sc_listen_fd(const struct sc_listen *listen, size_t i)
{
    return sc_listen_is_shared(listen) ? listen->fds[0] : listen->fds[i];
}
