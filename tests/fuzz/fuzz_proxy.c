/* SPDX-License-Identifier: MIT */
/* PROXY headers: what is understood is understood from its whole and from nothing shorter, what is
 * behind it does not matter, and a version 1 header says what a reference reads in it. */
#include "net/proxy_header.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes);

static int parse(const uint8_t *data, size_t len_bytes, struct sc_address *out_address)
{
    int rc = sc_proxy_header_parse(data, len_bytes, out_address);
#ifdef PLANT_BUG /* a header that says "nobody" takes a byte too many */
    if (rc > 15 && data[0] == 'P' && out_address->family == AF_UNSPEC && len_bytes > (size_t)rc)
        rc++;
#endif
    return rc;
}

static void check_v1(const uint8_t *data, int n, const struct sc_address *address)
{
    char line[128] = "", from[64], text[SC_ADDRESS_TEXT_BYTES];
    struct sc_address again;
    assert(n < (int)sizeof line && memcmp(data + n - 2, "\r\n", 2) == 0);
    memcpy(line, data, (size_t)n - 2);
    if (address->family == AF_UNSPEC) {
        assert(strncmp(line, "PROXY UNKNOWN", 13) == 0);
        return;
    }
    assert(strncmp(line, address->family == AF_INET ? "PROXY TCP4 " : "PROXY TCP6 ", 11) == 0);
    (void)snprintf(from, sizeof from, "%.*s", (int)strcspn(line + 11, " "), line + 11);
    assert(sc_address_parse(from, &again) == 0 && memcmp(&again, address, sizeof again) == 0);
    sc_address_format(address, text);
    assert(sc_address_parse(text, &again) == 0 && memcmp(&again, address, sizeof again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    struct sc_address address = {.family = AF_UNSPEC}, other = {.family = AF_UNSPEC};
    int rc = parse(data, len_bytes, &address);
    assert(rc == -EAGAIN || rc == -EPROTO || (rc > 0 && (size_t)rc <= len_bytes));
    if (rc == -EAGAIN)
        assert(len_bytes < SC_PROXY_HEADER_MAX_BYTES);
    for (size_t len = 0; rc > 0 && len < (size_t)rc; len++)
        assert(parse(data, len, &other) == -EAGAIN);
    if (rc <= 0) {
        assert(address.family == AF_UNSPEC);
        return 0;
    }
    assert(parse(data, (size_t)rc, &other) == rc);
    assert(memcmp(&address, &other, sizeof other) == 0);
    if (data[0] == 'P')
        check_v1(data, rc, &address);
    return 0;
}
