/* SPDX-License-Identifier: MIT */
/* A server elsewhere, over one connection that is kept: HTTP/1, one request after the other. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct sc_err;
struct sc_remote;

/**
 * url         "http://HOST[:PORT]/NAME", copied; so is key, which may be NULL
 * timeout_ns  for one request
 * stop_fd     readable: give up at once with -ECANCELED; borrowed
 *
 * Returns: 0; -EINVAL, -EPROTONOSUPPORT with a sentence; -ENOMEM.
 */
int sc_remote_create(const char *url, const char *key, uint64_t timeout_ns, int stop_fd,
                     struct sc_remote **out_remote, struct sc_err *err);
void sc_remote_destroy(struct sc_remote **remote);

/**
 * Publishes a picture.
 *
 * Returns: the number of viewers; -ECANCELED; -EAGAIN the server asks for patience; -EACCES,
 * -ENOENT, -EBADMSG, -EMSGSIZE it refuses; other codes: it is not there. All with a sentence.
 * Thread:  owner.
 */
int sc_remote_publish(struct sc_remote *remote, const void *picture, size_t len_bytes,
                      struct sc_err *err);

/** Asks how many watch. Returns: as sc_remote_publish; -ENOENT there is no such stream. */
int sc_remote_n_viewers(struct sc_remote *remote, struct sc_err *err);
