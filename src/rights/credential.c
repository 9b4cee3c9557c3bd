/* SPDX-License-Identifier: MIT */
#include "rights/credential.h"

#include <errno.h>
#include <string.h>

/* Returns: the digit's value; -1: none. */
static int digit(char c)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

/* RFC 4648 section 4, with all of its padding and nothing else. Returns: bytes; -EINVAL. */
static int decode(struct sc_text in, char *out, size_t out_bytes)
{
    size_t n = 0, n_digits = in.len_bytes;
    uint32_t bits = 0;
    unsigned n_bits = 0;
    if (in.len_bytes == 0 || in.len_bytes % 4 != 0 || in.len_bytes / 4 * 3 >= out_bytes)
        return -EINVAL;
    for (int i = 0; i < 2 && in.data[n_digits - 1] == '='; i++)
        n_digits--;
    for (size_t i = 0; i < n_digits; i++) {
        int value = digit(in.data[i]);
        if (value < 0)
            return -EINVAL;
        bits = bits << 6 | (uint32_t)value;
        n_bits += 6;
        if (n_bits >= 8) {
            n_bits -= 8;
            out[n++] = (char)(bits >> n_bits);
        }
        bits &= ((uint32_t)1 << n_bits) - 1;
    }
    out[n] = '\0';
    return bits == 0 ? (int)n : -EINVAL;
}

static int read_basic(struct sc_text value, struct sc_credential *c)
{
    int n = decode(value, c->text, sizeof c->text);
    const char *colon = n > 0 && strlen(c->text) == (size_t)n ? strchr(c->text, ':') : NULL;
    if (!colon)
        return -EINVAL;
    size_t user_len = (size_t)(colon - c->text);
    memcpy(c->user, c->text, user_len);
    c->user[user_len] = '\0';
    c->secret = (struct sc_text){colon + 1, (size_t)n - user_len - 1};
    return 0;
}

static int read_bearer(struct sc_text value, struct sc_credential *c)
{
    c->user[0] = '\0';
    c->secret = value;
    return value.len_bytes > 0 && value.len_bytes < SC_CREDENTIAL_BYTES ? 0 : -EINVAL;
}

int sc_credential_read(const struct sc_request *request, struct sc_credential *out_credential)
{
    static const char basic[] = "basic ", bearer[] = "bearer ";
    struct sc_text field = sc_request_field(request, "authorization");
    if (!field.data)
        return -ENOENT;
    if (sc_request_count(request, "authorization") != 1)
        return -EINVAL;
    size_t skip = sc_text_begins(field, basic)    ? sizeof basic - 1
                  : sc_text_begins(field, bearer) ? sizeof bearer - 1
                                                  : 0;
    if (skip == 0)
        return -EINVAL;
    struct sc_text value =
        sc_text_trim((struct sc_text){field.data + skip, field.len_bytes - skip});
    return skip == sizeof basic - 1 ? read_basic(value, out_credential)
                                    : read_bearer(value, out_credential);
}

void sc_credential_wipe(struct sc_credential *credential)
{
    explicit_bzero(credential, sizeof *credential);
}
