/* SPDX-License-Identifier: MIT */
#include "rights/key.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#include "rights/password.h"
#include "rights/right.h"

#define BLANKS      " \t"
#define ID_BYTES    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"
#define HASH_PREFIX "sha256:"

static const char *const right_names[] = {
    [SC_RIGHT_VIEW] = "view",
    [SC_RIGHT_PUBLISH] = "publish",
    [SC_RIGHT_CONTROL] = "control",
    [SC_RIGHT_METRICS] = "metrics",
};

/* Cuts the next word off. Returns: NULL when there is none. */
static char *next_word(char **line)
{
    char *word = *line + strspn(*line, BLANKS);
    size_t len = strcspn(word, BLANKS);
    if (len == 0)
        return NULL;
    *line = word + len + (word[len] != '\0');
    word[len] = '\0';
    return word;
}

static int nibble(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, c) : NULL;
    return at ? (int)(at - digits) : -1;
}

static int read_hex(const char *text, uint8_t out[static SC_DIGEST_BYTES])
{
    if (strlen(text) != 2 * SC_DIGEST_BYTES)
        return -EINVAL;
    for (size_t i = 0; i < SC_DIGEST_BYTES; i++) {
        int high = nibble(text[2 * i]), low = nibble(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return -EINVAL;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return 0;
}

/* The digest is for signing links, and no token's (sc_keys_match). */
static int read_hash(struct sc_key *key, const char *hash, struct sc_err *err)
{
    int rc = sc_password_is_hash(hash);
    if (rc == -ENOSYS)
        return sc_err_set(err, -EINVAL,
                          "'%s' has a password, and this build was made without libcrypt", key->id);
    if (rc < 0)
        return sc_err_set(err, -EINVAL, "the password of '%s' is no hash of yescrypt", key->id);
    key->hash = hash;
    return sc_digest(hash, strlen(hash), key->digest);
}

static int read_secret(struct sc_key *key, const char *secret, struct sc_err *err)
{
    key->is_anybody = strcmp(key->id, SC_KEY_ANYBODY) == 0;
    if (key->is_anybody)
        return strcmp(secret, "-") == 0
                   ? 0
                   : sc_err_set(err, -EINVAL, "'anybody' has no secret but '-'");
    if (secret[0] == '$')
        return read_hash(key, secret, err);
    if (strncmp(secret, HASH_PREFIX, sizeof HASH_PREFIX - 1) == 0 &&
        read_hex(secret + sizeof HASH_PREFIX - 1, key->digest) == 0)
        return 0;
    return sc_err_set(
        err, -EINVAL,
        "the secret of '%s' is neither 'sha256:' and 64 hexadecimal digits in lower case "
        "nor a password's hash",
        key->id);
}

static int check_patterns(const char *id, const char *patterns, struct sc_err *err)
{
    for (;; patterns++) {
        size_t len = strcspn(patterns, ",");
        if (len == 0 || len >= SC_KEY_PATTERN_BYTES || strspn(patterns, ID_BYTES "/*?") < len)
            return sc_err_set(err, -EINVAL,
                              "a pattern of '%s' is empty, too long or has characters that no "
                              "stream's name has",
                              id);
        patterns += len;
        if (!*patterns)
            return 0;
    }
}

static int read_right(struct sc_key *key, char *word, struct sc_err *err)
{
    char *patterns = strchr(word, '=');
    if (patterns)
        *patterns++ = '\0';
    for (int right = SC_RIGHT_VIEW; right <= SC_RIGHT_METRICS; right++) {
        if (strcmp(word, right_names[right]) != 0)
            continue;
        if (key->patterns[right])
            return sc_err_set(err, -EINVAL, "'%s' has %s twice", key->id, word);
        if ((right == SC_RIGHT_METRICS) == (patterns != NULL))
            return sc_err_set(err, -EINVAL, "write %s",
                              patterns ? "metrics without '='" : "view=NAME, or view=* for all");
        key->patterns[right] = patterns ? patterns : "*";
        return check_patterns(key->id, key->patterns[right], err);
    }
    return sc_err_set(err, -EINVAL, "'%.32s' is no right: view, publish, control and metrics are",
                      word);
}

int sc_key_parse(char *line, struct sc_key *out_key, struct sc_err *err)
{
    struct sc_key key = {.is_anybody = false};
    const char *id = next_word(&line), *secret = id ? next_word(&line) : NULL;
    if (!secret || strlen(id) >= sizeof key.id || strspn(id, ID_BYTES) != strlen(id))
        return sc_err_set(err, -EINVAL,
                          "write ID SECRET RIGHT=PATTERN..., with an ID of at most 32 "
                          "letters, digits and . _ -");
    memcpy(key.id, id, strlen(id) + 1);
    int rc = read_secret(&key, secret, err);
    for (char *word; rc == 0 && (word = next_word(&line));)
        rc = read_right(&key, word, err);
    if (rc == 0)
        *out_key = key;
    return rc;
}

static bool is_match(const char *pattern, size_t len, const char *stream)
{
    char one[SC_KEY_PATTERN_BYTES];
    if (!stream)
        return len == 1 && *pattern == '*';
    memcpy(one, pattern, len);
    one[len] = '\0';
    return fnmatch(one, stream, 0) == 0;
}

bool sc_key_may(const struct sc_key *key, enum sc_right right, const char *stream)
{
    const char *patterns = sc_key_has(key, right) ? key->patterns[right] : NULL;
    while (patterns) {
        size_t len = strcspn(patterns, ",");
        if (is_match(patterns, len, stream))
            return true;
        patterns = patterns[len] ? patterns + len + 1 : NULL;
    }
    return false;
}

bool sc_key_has(const struct sc_key *key, enum sc_right right)
{
    return right >= SC_RIGHT_VIEW && right <= SC_RIGHT_METRICS && key->patterns[right];
}
