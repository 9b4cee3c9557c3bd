/* SPDX-License-Identifier: MIT */
#include "http/authority.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#define NAME_MAX_BYTES  253 /* RFC 1035 */
#define PORT_DIGITS_MAX 5

static bool is_address(int family, struct sc_text host)
{
    char terminated[INET6_ADDRSTRLEN];
    unsigned char address[sizeof(struct in6_addr)];
    if (host.len_bytes >= sizeof terminated || memchr(host.data, 0, host.len_bytes))
        return false;
    memcpy(terminated, host.data, host.len_bytes);
    terminated[host.len_bytes] = '\0';
    return inet_pton(family, terminated, address) == 1;
}

static bool is_name(struct sc_text host)
{
    if (host.len_bytes == 0 || host.len_bytes > NAME_MAX_BYTES)
        return false;
    for (size_t i = 0; i < host.len_bytes; i++) {
        char byte = host.data[i];
        bool is_letter = (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
        bool is_digit = byte >= '0' && byte <= '9';
        if (!is_letter && !is_digit && byte != '.' && byte != '-' && byte != '_')
            return false;
    }
    return true;
}

/* text  begins with what should be the colon. */
static int parse_port(struct sc_text text, uint16_t *out_port)
{
    unsigned port = 0;
    if (text.data[0] != ':' || text.len_bytes < 2 || text.len_bytes > 1 + PORT_DIGITS_MAX)
        return -EINVAL;
    for (size_t i = 1; i < text.len_bytes; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return -EINVAL;
        port = port * 10 + (unsigned)(text.data[i] - '0');
    }
    if (port == 0 || port > UINT16_MAX)
        return -EINVAL;
    *out_port = (uint16_t)port;
    return 0;
}

static int parse_host(struct sc_text host, struct sc_authority *authority)
{
    bool is_bracketed = host.len_bytes > 2 && host.data[0] == '[';
    if (is_bracketed && host.data[host.len_bytes - 1] != ']')
        return -EINVAL;
    if (is_bracketed)
        host = (struct sc_text){host.data + 1, host.len_bytes - 2};
    authority->host = host;
    authority->is_address = is_address(is_bracketed ? AF_INET6 : AF_INET, host);
    return authority->is_address || (!is_bracketed && is_name(host)) ? 0 : -EINVAL;
}

int sc_authority_parse(struct sc_text text, struct sc_authority *out_authority)
{
    struct sc_authority authority = {.port = 0};
    if (text.len_bytes == 0)
        return -EINVAL;
    bool is_bracketed = text.data[0] == '[';
    const char *mark = memchr(text.data, is_bracketed ? ']' : ':', text.len_bytes);
    size_t n = mark ? (size_t)(mark - text.data) + is_bracketed : text.len_bytes;
    struct sc_text host = {text.data, n}, port = {text.data + n, text.len_bytes - n};
    int rc = parse_host(host, &authority);
    if (rc == 0 && port.len_bytes)
        rc = parse_port(port, &authority.port);
    if (rc == 0)
        *out_authority = authority;
    return rc;
}
