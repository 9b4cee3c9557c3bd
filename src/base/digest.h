/* SPDX-License-Identifier: MIT */
/* What keys are made and compared with (OpenSSL). A build without it fails with -ENOSYS, and so
 * whoever needs it fails closed. Thread: any. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SC_DIGEST_BYTES 32
#define SC_DIGEST_TEXT  44 /* in base64url, with its NUL */

/** SHA-256. Returns: 0; a negative errno. */
int sc_digest(const void *data, size_t len_bytes, uint8_t out[static SC_DIGEST_BYTES]);

/** HMAC-SHA-256. Returns: 0; a negative errno. */
int sc_digest_keyed(const uint8_t key[static SC_DIGEST_BYTES], const void *data, size_t len_bytes,
                    uint8_t out[static SC_DIGEST_BYTES]);

/** As long for any two, however much of them is equal. */
bool sc_digest_equal(const void *a, const void *b, size_t len_bytes);

/** RFC 4648 section 5, without padding. */
void sc_digest_text(const uint8_t digest[static SC_DIGEST_BYTES], char out[static SC_DIGEST_TEXT]);
