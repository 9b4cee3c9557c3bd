/* SPDX-License-Identifier: MIT */
/* Signed links: whoever has one may see one stream until a moment that it names, without a key.
 * They are for <img>, which sends no Authorization of a page's own.
 *
 *     /lobby.mjpg?key=wall&exp=1795385147&sig=q2k...
 *
 * A key signs them, and they are worth what that key is worth: revoke it and they are nothing. The
 * signature is HMAC-SHA-256, with a key made of the token's digest, over the length and text of
 * each of: this form's name, the key's id, the stream, the moment. Whoever has the token, or may
 * read the file of keys, can sign. */
#pragma once

#include "http/text.h"
#include "rights/key.h"

#include <time.h>

#define SC_LINK_MOST_S (24 * 3600) /* no link is good for longer than this from now on */
#define SC_LINK_BYTES  (SC_KEY_ID_BYTES + SC_DIGEST_TEXT + 40)

struct sc_link {
    char key_id[SC_KEY_ID_BYTES];
    time_t ends_s; /* since 1970 */
    char signature[SC_DIGEST_TEXT];
};

/**
 * Finds a link's parameters in a query.
 *
 * Returns: 0; -ENOENT there is no "sig"; -EINVAL one of them is missing, there twice or malformed.
 * Thread:  any.
 */
int sc_link_read(struct sc_text query, struct sc_link *out_link);

/**
 * Whether the key has signed the link for that stream, and it is good now. Whether the key may see
 * the stream is another question.
 *
 * key  NULL: there is none of that name, which takes as long as a wrong signature
 *
 * Returns: 0; -EACCES the signature is another; -ETIMEDOUT it has expired, or goes on for too long;
 *          -ENOSYS, -ENOMEM.
 */
int sc_link_check(const struct sc_link *link, const struct sc_key *key, const char *stream,
                  time_t now_s);

/** Writes "key=ID&exp=SECONDS&sig=TEXT". Returns: 0; -ENOSYS, -ENOMEM. */
int sc_link_write(const struct sc_key *key, const char *stream, time_t ends_s,
                  char out_query[static SC_LINK_BYTES]);
