/* SPDX-License-Identifier: MIT */
#include "net/proxy_header.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define V1_MAX_BYTES 107
#define V2_HEAD      16

static const uint8_t v2_mark[12] = "\r\n\r\n\0\r\nQUIT\n";
static const char v1_mark[] = "PROXY ";

/* Whether data begins as mark does, or may yet when more comes. */
static bool may_be(const void *data, size_t len, const void *mark, size_t mark_len)
{
    return memcmp(data, mark, len < mark_len ? len : mark_len) == 0;
}

/* --- version 1: PROXY TCP4 FROM TO FROM_PORT TO_PORT CRLF --- */

static bool is_port(const char *text)
{
    size_t n = strspn(text, "0123456789");
    return n > 0 && n < 6 && !text[n] && (n == 1 || text[0] != '0') &&
           strtoul(text, NULL, 10) <= UINT16_MAX;
}

/* line  behind the mark, without its end; taken apart. */
static int read_words(char *line, struct sc_address *out_address)
{
    char *words[5];
    size_t n = 0;
    struct sc_address from, to;
    if (strncmp(line, "UNKNOWN", 7) == 0 && (!line[7] || line[7] == ' '))
        return 0;
    for (char *rest = line; rest;) {
        if (n == 5)
            return -EPROTO;
        words[n++] = strsep(&rest, " ");
    }
    if (n != 5 || sc_address_parse(words[1], &from) < 0 || sc_address_parse(words[2], &to) < 0 ||
        !is_port(words[3]) || !is_port(words[4]))
        return -EPROTO;
    sa_family_t family = strcmp(words[0], "TCP4") == 0   ? AF_INET
                         : strcmp(words[0], "TCP6") == 0 ? AF_INET6
                                                         : AF_UNSPEC;
    if (from.family != family || to.family != family)
        return -EPROTO;
    *out_address = from;
    return 0;
}

static int parse_v1(const char *data, size_t len, struct sc_address *out_address)
{
    char line[V1_MAX_BYTES + 1];
    size_t most = len < V1_MAX_BYTES ? len : V1_MAX_BYTES;
    const char *end = memmem(data, most, "\r\n", 2);
    if (!end)
        return len < V1_MAX_BYTES ? -EAGAIN : -EPROTO;
    size_t n = (size_t)(end - data) - (sizeof v1_mark - 1);
    memcpy(line, data + sizeof v1_mark - 1, n);
    line[n] = '\0';
    if (strlen(line) != n)
        return -EPROTO;
    int rc = read_words(line, out_address);
    return rc < 0 ? rc : (int)(end - data) + 2;
}

/* --- version 2: mark, version and command, family and kind, length, addresses, more --- */

static int parse_v2(const uint8_t *data, size_t len, struct sc_address *out_address)
{
    if (len < V2_HEAD)
        return -EAGAIN;
    size_t behind = (size_t)data[14] << 8 | data[15];
    unsigned version = data[12] >> 4, command = data[12] & 15, family = data[13] >> 4;
    size_t address_len = family == 1 ? 4 : family == 2 ? 16 : 0;
    if (version != 2 || command > 1 || V2_HEAD + behind > SC_PROXY_HEADER_MAX_BYTES ||
        (command == 1 && family > 3) ||
        (command == 1 && behind < 2 * address_len + 4 * !!address_len))
        return -EPROTO;
    if (len < V2_HEAD + behind)
        return -EAGAIN;
    if (command == 1 && address_len > 0) {
        *out_address = (struct sc_address){.family = family == 1 ? AF_INET : AF_INET6};
        memcpy(out_address->bytes, data + V2_HEAD, address_len);
    }
    return (int)(V2_HEAD + behind);
}

int sc_proxy_header_parse(const void *data, size_t len_bytes, struct sc_address *out_address)
{
    if (len_bytes == 0)
        return -EAGAIN;
    if (may_be(data, len_bytes, v2_mark, sizeof v2_mark))
        return parse_v2(data, len_bytes, out_address);
    if (!may_be(data, len_bytes, v1_mark, sizeof v1_mark - 1))
        return -EPROTO;
    return len_bytes < sizeof v1_mark ? -EAGAIN : parse_v1(data, len_bytes, out_address);
}
