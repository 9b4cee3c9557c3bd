/* SPDX-License-Identifier: MIT */
/* host[:port], as in Host, in absolute targets and in Origin. Narrower than RFC 3986: a host is an
 * IPv4 address, an IPv6 address in brackets without a zone, or letters, digits and . _ - */
#pragma once

#include "http/text.h"

#include <stdint.h>

struct sc_authority {
    struct sc_text host; /* without brackets */
    bool is_address;
    uint16_t port; /* 0: none was given */
};

/** Returns: 0; -EINVAL, also for a port that is empty, 0 or above 65535. */
int sc_authority_parse(struct sc_text text, struct sc_authority *out_authority);
