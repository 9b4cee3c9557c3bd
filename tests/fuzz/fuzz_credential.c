/* SPDX-License-Identifier: MIT */
/* Authorization and signed links: what is read from a field or a query, written again, is read
 * again as the same; and nothing that is malformed passes. */
#include "rights/credential.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "rights/link.h"

#define INPUT_MAX 1024

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes);

static int read_credential(const struct sc_request *request, struct sc_credential *out)
{
    int rc = sc_credential_read(request, out);
#ifdef PLANT_BUG /* a user of five letters loses one of them */
    if (rc == 0 && strlen(out->user) == 5)
        out->user[4] = '\0';
#endif
    return rc;
}

static size_t encode(const char *text, size_t len, char *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t n = 0;
    for (size_t i = 0; i < len; i += 3) {
        uint32_t bits = (uint32_t)(uint8_t)text[i] << 16;
        bits |= i + 1 < len ? (uint32_t)(uint8_t)text[i + 1] << 8 : 0;
        bits |= i + 2 < len ? (uint32_t)(uint8_t)text[i + 2] : 0;
        for (int k = 0; k < 4; k++)
            out[n++] = i + (size_t)k > len ? '=' : digits[bits >> (18 - 6 * k) & 63];
    }
    return n;
}

/* The same user and secret give the same field. */
static void check_basic(struct sc_text value, const struct sc_credential *c)
{
    char text[SC_CREDENTIAL_BYTES * 2], again[SC_CREDENTIAL_BYTES * 2];
    int n =
        snprintf(text, sizeof text, "%s:%.*s", c->user, (int)c->secret.len_bytes, c->secret.data);
    size_t n_again = encode(text, (size_t)n, again);
    struct sc_text given = sc_text_trim((struct sc_text){value.data + 6, value.len_bytes - 6});
    assert(given.len_bytes == n_again && memcmp(given.data, again, n_again) == 0);
}

static void check_field(struct sc_text value)
{
    struct sc_credential credential;
    struct sc_request request = {.n_fields = 1};
    request.fields[0] = (struct sc_field){sc_text_of("Authorization"), value};
    int rc = read_credential(&request, &credential);
    assert(rc == 0 || rc == -EINVAL);
    if (rc == 0 && sc_text_begins(value, "basic "))
        check_basic(value, &credential);
    else if (rc == 0)
        assert(sc_text_begins(value, "bearer ") && credential.secret.len_bytes > 0);
    sc_credential_wipe(&credential);
}

static void check_query(struct sc_text query)
{
    struct sc_link link, again;
    char text[INPUT_MAX];
    int rc = sc_link_read(query, &link);
    assert(rc == 0 || rc == -EINVAL || rc == -ENOENT);
    if (rc < 0)
        return;
    int n = snprintf(text, sizeof text, "sig=%s&exp=%lld&key=%s", link.signature,
                     (long long)link.ends_s, link.key_id);
    assert(sc_link_read((struct sc_text){text, (size_t)n}, &again) == 0);
    assert(again.ends_s == link.ends_s && strcmp(again.key_id, link.key_id) == 0 &&
           strcmp(again.signature, link.signature) == 0);
    (void)snprintf(text + n, sizeof text - (size_t)n, "&exp=1");
    assert(sc_link_read(sc_text_of(text), &again) == -EINVAL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    struct sc_text text = {(const char *)data, len_bytes < INPUT_MAX ? len_bytes : INPUT_MAX};
    if (text.len_bytes == 0)
        return 0;
    check_query(text);
    text = sc_text_trim(text); /* as a parser gives it */
    if (text.len_bytes > 0)
        check_field(text);
    return 0;
}
