/* SPDX-License-Identifier: MIT */
/* An IP address without a port: who is at the other end. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#define SC_ADDRESS_TEXT_BYTES 46 /* with its NUL */

struct sc_address {
    sa_family_t family; /* AF_INET, AF_INET6; AF_UNSPEC: a unix socket's, or unknown */
    uint8_t bytes[16];  /* in network order; the first 4 for AF_INET */
};

/** The other end of a connected socket. */
struct sc_address sc_address_of(int fd);

/** Returns: 0; -EINVAL: the text is no IPv4 or IPv6 address. */
int sc_address_parse(const char *text, struct sc_address *out_address);

/** "unix" where the family is AF_UNSPEC. */
void sc_address_format(const struct sc_address *address, char out[static SC_ADDRESS_TEXT_BYTES]);

/* Addresses whose first n_bits are the same. */
struct sc_network {
    struct sc_address address;
    unsigned n_bits;
};

/** "192.0.2.1", "192.0.2.0/24", "2001:db8::/32", "unix". Returns: 0; -EINVAL. */
int sc_network_parse(const char *text, struct sc_network *out_network);

bool sc_network_has(const struct sc_network *network, const struct sc_address *address);
