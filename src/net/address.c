/* SPDX-License-Identifier: MIT */
#include "net/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t length(sa_family_t family)
{
    return family == AF_INET ? 4 : family == AF_INET6 ? 16 : 0;
}

struct sc_address sc_address_of(int fd)
{
    struct sockaddr_storage peer = {.ss_family = AF_UNSPEC};
    socklen_t len = sizeof peer;
    struct sc_address address = {.family = AF_UNSPEC};
    if (getpeername(fd, (struct sockaddr *)&peer, &len) < 0 || length(peer.ss_family) == 0)
        return address;
    const char *bytes = (const char *)&peer + (peer.ss_family == AF_INET
                                                   ? offsetof(struct sockaddr_in, sin_addr)
                                                   : offsetof(struct sockaddr_in6, sin6_addr));
    address.family = peer.ss_family;
    memcpy(address.bytes, bytes, length(peer.ss_family));
    return address;
}

int sc_address_parse(const char *text, struct sc_address *out_address)
{
    static const sa_family_t families[] = {AF_INET, AF_INET6};
    struct sc_address address = {.family = AF_UNSPEC};
    for (size_t i = 0; i < 2; i++) {
        address.family = families[i];
        if (inet_pton(families[i], text, address.bytes) == 1) {
            *out_address = address;
            return 0;
        }
    }
    return -EINVAL;
}

void sc_address_format(const struct sc_address *address, char out[static SC_ADDRESS_TEXT_BYTES])
{
    if (!inet_ntop(address->family, address->bytes, out, SC_ADDRESS_TEXT_BYTES))
        memcpy(out, "unix", sizeof "unix");
}

int sc_network_parse(const char *text, struct sc_network *out_network)
{
    char host[SC_ADDRESS_TEXT_BYTES];
    struct sc_network network = {.address.family = AF_UNSPEC};
    size_t len = strcspn(text, "/");
    const char *digits = text[len] ? text + len + 1 : NULL;
    if (len >= sizeof host)
        return -EINVAL;
    (void)snprintf(host, sizeof host, "%.*s", (int)len, text);
    bool is_unix = !digits && strcmp(host, "unix") == 0;
    if (!is_unix && sc_address_parse(host, &network.address) < 0)
        return -EINVAL;
    unsigned most = (unsigned)length(network.address.family) * 8;
    network.n_bits = most;
    if (digits) {
        size_t n = strspn(digits, "0123456789");
        network.n_bits = (unsigned)strtoul(digits, NULL, 10);
        if (n == 0 || n > 3 || digits[n] || network.n_bits > most)
            return -EINVAL;
    }
    *out_network = network;
    return 0;
}

bool sc_network_has(const struct sc_network *network, const struct sc_address *address)
{
    const uint8_t *a = network->address.bytes, *b = address->bytes;
    size_t whole = network->n_bits / 8;
    unsigned rest = network->n_bits % 8;
    if (network->address.family != address->family || memcmp(a, b, whole) != 0)
        return false;
    return rest == 0 || (a[whole] ^ b[whole]) >> (8 - rest) == 0;
}
