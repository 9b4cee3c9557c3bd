/* SPDX-License-Identifier: MIT */
/* Makes a certificate that nobody but itself vouches for: for a first try, and for those who
 * compare its fingerprint. */
#pragma once

#include "stillcast/err.h"

/**
 * Makes key (ECDSA P-256, mode 0600) and certificate (two years) unless both are there and the
 * certificate does not end within a day.
 *
 * names  host names and addresses, ends with NULL
 *
 * Returns: 0; -EKEYREJECTED the files cannot be written; -ENOSYS this build has no OpenSSL;
 *          -ENOMEM; with a sentence.
 * Thread:  control.
 */
int sc_tls_make(const char *cert_path, const char *key_path, const char *const *names,
                struct sc_err *err);
