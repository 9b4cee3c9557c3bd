/* SPDX-License-Identifier: MIT */
/* All keys of a server, from a file that may be read again while it runs. Fails closed: what is not
 * wholly understood changes nothing. */
#pragma once

#include "http/text.h"
#include "rights/key.h"

#include <stdatomic.h>

#define SC_KEYS_MAX 1000

/* All keys that were read together; nothing changes in it. */
struct sc_keys {
    _Atomic unsigned n_refs;
    size_t n;
    struct sc_key *all;
    char *text;                         /* what patterns lie in */
    uint8_t (*proofs)[SC_DIGEST_BYTES]; /* of right passwords; the checker's (checker.h) */
};

struct sc_keyring;

/**
 * Takes the file's text apart: a key a line, "#" begins a comment, at least one key.
 *
 * text  taken, from malloc
 *
 * Returns: 0; -EINVAL with a sentence that tells the line; -ENOMEM.
 */
int sc_keys_parse(char **text, struct sc_keys **out_keys, struct sc_err *err);
struct sc_keys *sc_keys_ref(struct sc_keys *keys);
void sc_keys_unref(struct sc_keys **keys);

/** Returns: the key of that id, borrowed; NULL: none. */
const struct sc_key *sc_keys_find(const struct sc_keys *keys, const char *id);

/** Returns: the key whose token it is, borrowed; NULL: none, or it has a password. Takes as long
 * for any token. */
const struct sc_key *sc_keys_match(const struct sc_keys *keys, struct sc_text token);

/**
 * path  borrowed for life: sc_keyring_reload reads it again
 *
 * Returns: 0; as sc_secret_read and sc_keys_parse, with a sentence; -ENOSYS this build has no
 * OpenSSL.
 * Thread:  control.
 */
int sc_keyring_create(const char *path, struct sc_keyring **out_ring, struct sc_err *err);
void sc_keyring_destroy(struct sc_keyring **ring);

/** Returns: as sc_keyring_create, and then the old keys stay. Thread: control. */
int sc_keyring_reload(struct sc_keyring *ring, struct sc_err *err);

/** Whether any key that has a secret may publish or control. Thread: control. */
bool sc_keyring_can_change(const struct sc_keyring *ring);

/** Returns: the keys as they are now, a new reference. Thread: any. */
struct sc_keys *sc_keyring_keys(struct sc_keyring *ring);
