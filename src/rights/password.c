/* SPDX-License-Identifier: MIT */
#include "rights/password.h"

#include <crypt.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/own.h"

#define FORM         "$y$" /* yescrypt: $y$COST$SALT$DIGEST */
#define DIGEST_CHARS 43
#define HASH_CHARS                                                                                 \
    "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz$" /* of which FORM, too */

static void forget(struct crypt_data **data)
{
    if (*data)
        explicit_bzero(*data, sizeof **data);
    free(*data);
}

int sc_password_hash(const char *password, char out[static SC_PASSWORD_HASH_BYTES])
{
    char setting[CRYPT_GENSALT_OUTPUT_SIZE];
    struct crypt_data *data SC_AUTO(forget) = calloc(1, sizeof *data);
    if (!data)
        return -ENOMEM;
    if (!crypt_gensalt_rn(FORM, 0, NULL, 0, setting, sizeof setting))
        return errno > 0 ? -errno : -ENOSYS;
    const char *hash = crypt_rn(password, setting, data, sizeof *data);
    if (!hash || strlen(hash) >= SC_PASSWORD_HASH_BYTES)
        return -ENOMEM;
    memcpy(out, hash, strlen(hash) + 1);
    return 0;
}

int sc_password_is_hash(const char *text)
{
    size_t n = strlen(text);
    bool is_one = n < SC_PASSWORD_HASH_BYTES && strncmp(text, FORM, sizeof FORM - 1) == 0 &&
                  strspn(text, HASH_CHARS) == n && crypt_checksalt(text) == CRYPT_SALT_OK;
    size_t n_marks = 0;
    for (const char *at = text; (at = strchr(at, '$')); at++)
        n_marks++;
    return is_one && n_marks == 4 && strlen(strrchr(text, '$') + 1) == DIGEST_CHARS ? 0 : -EINVAL;
}

int sc_password_check(const char *password, const char *hash)
{
    struct crypt_data *data SC_AUTO(forget) = calloc(1, sizeof *data);
    if (!data)
        return -ENOMEM;
    const char *got = crypt_rn(password, hash, data, sizeof *data);
    if (!got)
        return errno == ENOMEM ? -ENOMEM : -EACCES;
    size_t n = strlen(hash);
    return strlen(got) == n && sc_digest_equal(got, hash, n) ? 0 : -EACCES;
}
