/* SPDX-License-Identifier: MIT */
/* What a request says about who asks: Authorization, Basic (RFC 7617) or Bearer (RFC 6750). */
#pragma once

#include "http/request.h"

#define SC_CREDENTIAL_BYTES 512 /* user and secret together; longer ones are nobody's */

struct sc_credential {
    char user[SC_CREDENTIAL_BYTES]; /* empty for Bearer */
    struct sc_text secret;          /* lies in text, or in the request */
    char text[SC_CREDENTIAL_BYTES]; /* decoded */
};

/**
 * Returns: 0; -ENOENT the request says nothing; -EINVAL it says it twice, in another scheme or
 *          malformed.
 * Thread:  any.
 */
int sc_credential_read(const struct sc_request *request, struct sc_credential *out_credential);

/** Overwrites it. */
void sc_credential_wipe(struct sc_credential *credential);
