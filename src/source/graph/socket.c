/* SPDX-License-Identifier: MIT */
#include "source/graph/socket.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/own.h"

#define SCHEME_LEN 6 /* "tcp://" */
#define HOST_BYTES 256
#define PORT_BYTES 6
#define BACKLOG    128

struct place {
    char host[HOST_BYTES], port[PORT_BYTES];
    struct sockaddr_storage address;
    socklen_t len;
    int type; /* SOCK_STREAM or SOCK_DGRAM */
};

static bool is_port(const char *text)
{
    size_t n = strlen(text);
    return n > 0 && n < PORT_BYTES && strspn(text, "0123456789") == n &&
           strtoul(text, NULL, 10) <= 65535;
}

/* "host:port", "[host]:port", each of both may be left out. */
static int split(const char *url, struct place *place, struct sc_err *err)
{
    const char *host = url + SCHEME_LEN, *behind;
    bool is_bracketed = *host == '[';
    host += is_bracketed;
    behind = host + strcspn(host, is_bracketed ? "]" : ":");
    int host_len = (int)(behind - host);
    bool is_closed = !is_bracketed || *behind == ']';
    behind += is_bracketed && is_closed;
    const char *port = *behind == ':' ? behind + 1 : *behind ? "" : "2003";
    if (!is_closed || host_len >= HOST_BYTES || !is_port(port))
        return sc_err_set(err, -EINVAL,
                          "'graph:%s': write %.*sADDRESS:PORT, as in %.*s127.0.0.1:2003 or "
                          "%.*s[::1]:2003",
                          url, SCHEME_LEN, url, SCHEME_LEN, url, SCHEME_LEN, url);
    (void)snprintf(place->host, sizeof place->host, "%.*s", host_len, host);
    if (host_len == 0)
        (void)snprintf(place->host, sizeof place->host, "127.0.0.1");
    (void)snprintf(place->port, sizeof place->port, "%s", port);
    return 0;
}

static int find(const char *url, struct place *place, struct sc_err *err)
{
    const struct addrinfo hints = {.ai_socktype = place->type, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    int failure = getaddrinfo(place->host, place->port, &hints, &found);
    if (failure)
        return sc_err_set(err, -EADDRNOTAVAIL, "'graph:%s': '%s' is no address: %s", url,
                          place->host, gai_strerror(failure));
    place->len = found->ai_addrlen;
    memcpy(&place->address, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    return 0;
}

static bool is_local(const struct place *place)
{
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)&place->address;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&place->address;
    if (place->address.ss_family == AF_INET6)
        return IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
    return ntohl(v4->sin_addr.s_addr) >> 24 == 127;
}

/* Returns: 0; a negative errno. */
static int bind_to(struct place *place, int *out_fd)
{
    static const int one = 1;
    struct sockaddr *where = (struct sockaddr *)&place->address;
    bool is_tcp = place->type == SOCK_STREAM;
    SC_AUTO(sc_own_close)
    int fd = socket(where->sa_family, place->type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0)
        return -errno;
    /* For UDP it would let two programs share a port. */
    if (is_tcp && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) < 0)
        return -errno;
    if (where->sa_family == AF_INET6 &&
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one) < 0)
        return -errno;
    if (bind(fd, where, place->len) < 0 || (is_tcp && listen(fd, BACKLOG) < 0) ||
        getsockname(fd, where, &place->len) < 0)
        return -errno;
    *out_fd = fd;
    fd = -1;
    return 0;
}

static void describe(const struct place *place, const char *url,
                     char out_url[static SC_GRAPH_SOCKET_BYTES])
{
    char host[SC_GRAPH_SOCKET_BYTES / 2 + 16] = "", port[PORT_BYTES] = "";
    bool is_v6 = place->address.ss_family == AF_INET6;
    (void)getnameinfo((const struct sockaddr *)&place->address, place->len, host, sizeof host, port,
                      sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
    (void)snprintf(out_url, SC_GRAPH_SOCKET_BYTES, "%.*s%s%s%s:%s", SCHEME_LEN, url,
                   is_v6 ? "[" : "", host, is_v6 ? "]" : "", port);
}

int sc_graph_socket_open(const char *url, bool is_insecure, int *out_fd,
                         char out_url[static SC_GRAPH_SOCKET_BYTES], struct sc_err *err)
{
    struct place place = {.type = url[0] == 't' ? SOCK_STREAM : SOCK_DGRAM};
    int rc = split(url, &place, err);
    if (rc == 0)
        rc = find(url, &place, err);
    if (rc < 0)
        return rc;
    if (!is_insecure && !is_local(&place))
        return sc_err_set(err, -EKEYREJECTED,
                          "'graph:%s' can be reached by other machines, and anybody there could "
                          "send numbers: listen on 127.0.0.1, or add #insecure=yes if that is "
                          "wanted",
                          url);
    rc = bind_to(&place, out_fd);
    if (rc == -EADDRINUSE)
        return sc_err_set(err, rc, "'graph:%s': another program is using that port", url);
    if (rc < 0)
        return sc_err_set(err, rc, "'graph:%s' cannot be listened on: %s", url, strerror(-rc));
    describe(&place, url, out_url);
    return 0;
}
