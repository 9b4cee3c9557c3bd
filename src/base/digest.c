/* SPDX-License-Identifier: MIT */
#include "base/digest.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

int sc_digest(const void *data, size_t len_bytes, uint8_t out[static SC_DIGEST_BYTES])
{
    return EVP_Digest(data, len_bytes, out, NULL, EVP_sha256(), NULL) == 1 ? 0 : -ENOMEM;
}

int sc_digest_keyed(const uint8_t key[static SC_DIGEST_BYTES], const void *data, size_t len_bytes,
                    uint8_t out[static SC_DIGEST_BYTES])
{
    return HMAC(EVP_sha256(), key, SC_DIGEST_BYTES, data, len_bytes, out, NULL) ? 0 : -ENOMEM;
}

bool sc_digest_equal(const void *a, const void *b, size_t len_bytes)
{
    return CRYPTO_memcmp(a, b, len_bytes) == 0;
}
