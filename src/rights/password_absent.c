/* SPDX-License-Identifier: MIT */
/* A build without libcrypt. */
#include <errno.h>

#include "rights/password.h"

int sc_password_hash(const char *password, char out[static SC_PASSWORD_HASH_BYTES])
{
    return -ENOSYS;
}

int sc_password_is_hash(const char *text)
{
    return -ENOSYS;
}

int sc_password_check(const char *password, const char *hash)
{
    return -ENOSYS;
}
