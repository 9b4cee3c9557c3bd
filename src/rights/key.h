/* SPDX-License-Identifier: MIT */
/* A key: who one is, and what one may do with which streams. As a line of text:
 *
 *     ID SECRET RIGHT[=PATTERN[,PATTERN...]]...
 *
 *     wall     sha256:9f86d0...  view=lobby,front/...
 *     ann      $y$j9T$...        view=...
 *     anybody  -                 view=public/...
 *
 * SECRET is the SHA-256 of a token, the yescrypt hash of a password (password.h), or "-" for the
 * one key that needs none: anybody. A PATTERN is a
 * stream's name in which '*' stands for any characters, '/' too. metrics has no pattern. */
#pragma once

#include "base/digest.h"
#include "rights/right.h"
#include "stillcast/err.h"

#define SC_KEY_ID_BYTES      33 /* with its NUL */
#define SC_KEY_PATTERN_BYTES 65 /* with its NUL */
#define SC_KEY_ANYBODY       "anybody"
#define SC_KEY_TOKEN_BYTES   (SC_DIGEST_TEXT + 3) /* "sc_...", with its NUL */

struct sc_key {
    char id[SC_KEY_ID_BYTES];
    bool is_anybody;
    const char *hash;                           /* of the password, borrowed; NULL: a token */
    uint8_t digest[SC_DIGEST_BYTES];            /* of the token, or of the hash */
    const char *patterns[SC_RIGHT_METRICS + 1]; /* "a,b/..." by right, borrowed; NULL: none */
};

/**
 * Reads a line, which it takes apart in place; patterns and hash lie in it.
 *
 * line  without its end
 *
 * Returns: 0; -EINVAL with a sentence that does not quote the secret.
 */
int sc_key_parse(char *line, struct sc_key *out_key, struct sc_err *err);

/** Whether the key has the right for that stream; NULL: for all streams. */
bool sc_key_may(const struct sc_key *key, enum sc_right right, const char *stream);

/** Whether the key has the right for any stream at all. */
bool sc_key_has(const struct sc_key *key, enum sc_right right);
