/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <sys/socket.h>

#include "http/forwarded.h"
#include "http/h1/conn.h"
#include "net/proxy_header.h"

/* Looks before it takes: what comes behind the header is TLS or HTTP, and not ours to read here. */
int sc_h1_proxy_read(struct sc_h1 *h1)
{
    char data[SC_PROXY_HEADER_MAX_BYTES];
    struct sc_address client = h1->peer;
    if (!sc_trusted_has(h1->door->proxies, &h1->peer))
        return -EPERM;
    ssize_t n = recv(h1->conn.fd, data, sizeof data, MSG_PEEK);
    if (n <= 0)
        return n < 0 ? -errno : -ECONNRESET;
    int used = sc_proxy_header_parse(data, (size_t)n, &client);
    if (used < 0)
        return used;
    if (recv(h1->conn.fd, data, (size_t)used, 0) != used)
        return -EIO;
    h1->peer = client;
    h1->awaits_proxy = false;
    return 0;
}
