/* SPDX-License-Identifier: MIT */
/* A build without OpenSSL. */
#include <errno.h>

#include "base/digest.h"

int sc_digest(const void *data, size_t len_bytes, uint8_t out[static SC_DIGEST_BYTES])
{
    return -ENOSYS;
}

int sc_digest_keyed(const uint8_t key[static SC_DIGEST_BYTES], const void *data, size_t len_bytes,
                    uint8_t out[static SC_DIGEST_BYTES])
{
    return -ENOSYS;
}

bool sc_digest_equal(const void *a, const void *b, size_t len_bytes)
{
    return false;
}
