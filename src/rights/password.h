/* SPDX-License-Identifier: MIT */
/* Passwords, as crypt(3) keeps them: yescrypt. A look at one costs tens of milliseconds and 16 MiB,
 * which is the purpose: so do a thief's. Never on a loop; see checker.h. A build without libcrypt
 * fails with -ENOSYS, and so whoever needs it fails closed. Thread: any. */
#pragma once

#define SC_PASSWORD_LEAST_BYTES 8
#define SC_PASSWORD_MOST_BYTES  256
#define SC_PASSWORD_HASH_BYTES  128 /* with its NUL */

/** Returns: 0; -ENOSYS; -ENOMEM; another negative errno: there is no random number. */
int sc_password_hash(const char *password, char out[static SC_PASSWORD_HASH_BYTES]);

/** Returns: 0 it is a hash that can be checked; -EINVAL; -ENOSYS. */
int sc_password_is_hash(const char *text);

/** Returns: 0 it is the password; -EACCES it is not; -ENOSYS; -ENOMEM. */
int sc_password_check(const char *password, const char *hash);
