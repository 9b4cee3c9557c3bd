/* SPDX-License-Identifier: MIT */
#include "rights/link.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

#define FORM        "stillcast link 1"
#define PURPOSE     "stillcast signs links"
#define TUPLE_BYTES 512
#define EXP_DIGITS  11

static int append(struct sc_buf *out, const char *text)
{
    size_t len = strlen(text);
    const uint8_t length[4] = {(uint8_t)(len >> 24), (uint8_t)(len >> 16), (uint8_t)(len >> 8),
                               (uint8_t)len};
    int rc = sc_buf_append(out, length, sizeof length);
    return rc < 0 ? rc : sc_buf_append(out, text, len);
}

/* Nothing but a signature can be made of what signs. */
static int sign(const struct sc_key *key, const char *stream, time_t ends_s,
                char out[static SC_DIGEST_TEXT])
{
    uint8_t signing[SC_DIGEST_BYTES], signature[SC_DIGEST_BYTES];
    char moment[24];
    struct sc_buf tuple;
    (void)snprintf(moment, sizeof moment, "%lld", (long long)ends_s);
    sc_buf_init(&tuple, TUPLE_BYTES);
    int rc = append(&tuple, FORM);
    rc = rc < 0 ? rc : append(&tuple, key->id);
    rc = rc < 0 ? rc : append(&tuple, stream);
    rc = rc < 0 ? rc : append(&tuple, moment);
    rc = rc < 0 ? rc : sc_digest_keyed(key->digest, PURPOSE, sizeof PURPOSE - 1, signing);
    rc = rc < 0 ? rc : sc_digest_keyed(signing, tuple.data, tuple.len_bytes, signature);
    sc_buf_fini(&tuple);
    if (rc == 0)
        sc_digest_text(signature, out);
    return rc;
}

/* Takes the next "name=value" off. Returns: false at the end. */
static bool next_parameter(struct sc_text *query, struct sc_text *name, struct sc_text *value)
{
    if (query->len_bytes == 0)
        return false;
    const char *end = memchr(query->data, '&', query->len_bytes);
    size_t len = end ? (size_t)(end - query->data) : query->len_bytes;
    const char *equals = memchr(query->data, '=', len);
    size_t name_len = equals ? (size_t)(equals - query->data) : len;
    *name = (struct sc_text){query->data, name_len};
    *value = (struct sc_text){equals ? equals + 1 : NULL, equals ? len - name_len - 1 : 0};
    *query =
        (struct sc_text){query->data + len + (end != NULL), query->len_bytes - len - (end != NULL)};
    return true;
}

static bool is_name(struct sc_text name, const char *wanted)
{
    return name.len_bytes == strlen(wanted) && memcmp(name.data, wanted, name.len_bytes) == 0;
}

/* Copies a value that may be there once. */
static int take(struct sc_text value, char *out, size_t out_bytes)
{
    if (out[0] || value.len_bytes == 0 || value.len_bytes >= out_bytes ||
        memchr(value.data, '\0', value.len_bytes))
        return -EINVAL;
    memcpy(out, value.data, value.len_bytes);
    out[value.len_bytes] = '\0';
    return 0;
}

static int read_moment(const char *text, time_t *out)
{
    if (text[0] < '1' || text[0] > '9' || strspn(text, "0123456789") != strlen(text))
        return -EINVAL;
    *out = (time_t)strtoll(text, NULL, 10);
    return 0;
}

int sc_link_read(struct sc_text query, struct sc_link *out_link)
{
    struct sc_link link = {.key_id = ""};
    struct sc_text name, value;
    char moment[EXP_DIGITS + 1] = "";
    bool has_signature = false;
    int rc = 0;
    while (next_parameter(&query, &name, &value)) {
        int taken = 0;
        if (is_name(name, "key"))
            taken = take(value, link.key_id, sizeof link.key_id);
        else if (is_name(name, "exp"))
            taken = take(value, moment, sizeof moment);
        else if (is_name(name, "sig"))
            taken = take(value, link.signature, sizeof link.signature);
        has_signature = has_signature || is_name(name, "sig");
        rc = taken < 0 ? taken : rc;
    }
    if (!has_signature)
        return -ENOENT;
    if (rc < 0 || !link.key_id[0] || read_moment(moment, &link.ends_s) < 0)
        return -EINVAL;
    *out_link = link;
    return 0;
}

int sc_link_check(const struct sc_link *link, const struct sc_key *key, const char *stream,
                  time_t now_s)
{
    char expected[SC_DIGEST_TEXT];
    struct sc_key stranger = {.is_anybody = true};
    memcpy(stranger.id, link->key_id, sizeof stranger.id);
    const struct sc_key *signer = key ? key : &stranger;
    int rc = sign(signer, stream, link->ends_s, expected);
    if (rc < 0)
        return rc;
    bool is_signed = strlen(link->signature) == sizeof expected - 1 &&
                     sc_digest_equal(expected, link->signature, sizeof expected - 1);
    if (!is_signed || signer->is_anybody)
        return -EACCES;
    return link->ends_s < now_s || link->ends_s > now_s + SC_LINK_MOST_S ? -ETIMEDOUT : 0;
}

int sc_link_write(const struct sc_key *key, const char *stream, time_t ends_s,
                  char out_query[static SC_LINK_BYTES])
{
    char signature[SC_DIGEST_TEXT];
    int rc = sign(key, stream, ends_s, signature);
    if (rc == 0)
        (void)snprintf(out_query, SC_LINK_BYTES, "key=%s&exp=%lld&sig=%s", key->id,
                       (long long)ends_s, signature);
    return rc;
}
