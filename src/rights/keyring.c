/* SPDX-License-Identifier: MIT */
#include "rights/keyring.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "base/secret_file.h"

struct sc_keyring {
    const char *path;
    pthread_mutex_t lock; /* guards now */
    struct sc_keys *now;
};

/* --- what is in a file --- */

struct sc_keys *sc_keys_ref(struct sc_keys *keys)
{
    atomic_fetch_add(&keys->n_refs, 1);
    return keys;
}

void sc_keys_unref(struct sc_keys **keys)
{
    struct sc_keys *old = sc_steal(*keys);
    if (!old || atomic_fetch_sub(&old->n_refs, 1) > 1)
        return;
    sc_secret_free(&old->text);
    free(old->all);
    free(old->proofs);
    free(old);
}

static int add(struct sc_keys *keys, char *line, struct sc_err *err)
{
    struct sc_key key;
    int rc = sc_key_parse(line, &key, err);
    if (rc < 0)
        return rc;
    if (sc_keys_find(keys, key.id))
        return sc_err_set(err, -EINVAL, "there are two keys '%s'", key.id);
    if (keys->n == SC_KEYS_MAX)
        return sc_err_set(err, -EINVAL, "there can be %d keys at the most", SC_KEYS_MAX);
    keys->all[keys->n++] = key;
    return 0;
}

static int add_lines(struct sc_keys *keys, struct sc_err *err)
{
    size_t number = 0;
    for (char *line = keys->text, *next; line; line = next) {
        number++;
        next = strchr(line, '\n');
        if (next)
            *next++ = '\0';
        const char *first = line + strspn(line, " \t");
        if (*first == '#' || !*first)
            continue;
        struct sc_err why = {0};
        int rc = add(keys, line, &why);
        if (rc < 0)
            return sc_err_set(err, rc, "line %zu: %s", number, why.text);
    }
    return keys->n > 0 ? 0 : sc_err_set(err, -EINVAL, "it has no keys: stillcast key add");
}

int sc_keys_parse(char **text, struct sc_keys **out_keys, struct sc_err *err)
{
    char *mine SC_AUTO(sc_secret_free) = sc_steal(*text);
    struct sc_keys *keys SC_AUTO(sc_keys_unref) = calloc(1, sizeof *keys);
    if (!keys)
        return sc_err_set(err, -ENOMEM, "out of memory");
    atomic_store(&keys->n_refs, 1);
    keys->text = sc_steal(mine);
    keys->all = calloc(SC_KEYS_MAX, sizeof *keys->all);
    keys->proofs = calloc(SC_KEYS_MAX, sizeof *keys->proofs);
    if (!keys->all || !keys->proofs)
        return sc_err_set(err, -ENOMEM, "out of memory");
    int rc = add_lines(keys, err);
    if (rc == 0)
        *out_keys = sc_steal(keys);
    return rc;
}

const struct sc_key *sc_keys_find(const struct sc_keys *keys, const char *id)
{
    for (size_t i = 0; i < keys->n; i++)
        if (strcmp(keys->all[i].id, id) == 0)
            return &keys->all[i];
    return NULL;
}

const struct sc_key *sc_keys_match(const struct sc_keys *keys, struct sc_text token)
{
    uint8_t digest[SC_DIGEST_BYTES];
    const struct sc_key *found = NULL;
    if (sc_digest(token.data, token.len_bytes, digest) < 0)
        return NULL;
    for (size_t i = 0; i < keys->n; i++)
        if (sc_digest_equal(keys->all[i].digest, digest, sizeof digest) &&
            !keys->all[i].is_anybody && !keys->all[i].hash)
            found = &keys->all[i];
    return found;
}

/* --- the file --- */

static int read_keys(const char *path, struct sc_keys **out_keys, struct sc_err *err)
{
    char *text SC_AUTO(sc_secret_free) = NULL;
    struct sc_err why = {0};
    uint8_t digest[SC_DIGEST_BYTES];
    if (sc_digest("", 0, digest) == -ENOSYS)
        return sc_err_set(err, -ENOSYS, "this build has no keys: it was made without OpenSSL");
    int rc = sc_secret_read(path, false, &text, err);
    if (rc < 0)
        return rc;
    rc = sc_keys_parse(&text, out_keys, &why);
    return rc < 0 ? sc_err_set(err, rc, "the keys in '%s' cannot be used: %s", path, why.text) : 0;
}

int sc_keyring_create(const char *path, struct sc_keyring **out_ring, struct sc_err *err)
{
    struct sc_keyring *ring SC_AUTO(sc_keyring_destroy) = calloc(1, sizeof *ring);
    if (!ring)
        return sc_err_set(err, -ENOMEM, "out of memory");
    (void)pthread_mutex_init(&ring->lock, NULL);
    ring->path = path;
    int rc = read_keys(path, &ring->now, err);
    if (rc == 0)
        *out_ring = sc_steal(ring);
    return rc;
}

void sc_keyring_destroy(struct sc_keyring **ring)
{
    struct sc_keyring *old = sc_steal(*ring);
    if (!old)
        return;
    sc_keys_unref(&old->now);
    (void)pthread_mutex_destroy(&old->lock);
    free(old);
}

int sc_keyring_reload(struct sc_keyring *ring, struct sc_err *err)
{
    struct sc_keys *keys SC_AUTO(sc_keys_unref) = NULL;
    int rc = read_keys(ring->path, &keys, err);
    if (rc < 0)
        return rc;
    (void)pthread_mutex_lock(&ring->lock);
    struct sc_keys *old = ring->now;
    ring->now = sc_steal(keys);
    (void)pthread_mutex_unlock(&ring->lock);
    keys = old;
    return 0;
}

bool sc_keyring_can_change(const struct sc_keyring *ring)
{
    for (size_t i = 0; i < ring->now->n; i++) {
        const struct sc_key *key = &ring->now->all[i];
        if (!key->is_anybody &&
            (sc_key_has(key, SC_RIGHT_PUBLISH) || sc_key_has(key, SC_RIGHT_CONTROL)))
            return true;
    }
    return false;
}

struct sc_keys *sc_keyring_keys(struct sc_keyring *ring)
{
    (void)pthread_mutex_lock(&ring->lock);
    struct sc_keys *keys = sc_keys_ref(ring->now);
    (void)pthread_mutex_unlock(&ring->lock);
    return keys;
}
