/* SPDX-License-Identifier: MIT */
/* HTTP and HTTPS as a client, by libcurl: one GET after the other, each answer's body read bit by
 * bit. Names are looked up on a thread of libcurl's own, and a descriptor ends every wait, so that
 * whoever uses it can always be stopped. The connection is kept for the next GET.
 *
 *      create ─► start ─► answer ─► read … read ─► start …      or  create ─► fetch ─► fetch …
 *
 * What the other side may do is limited: a head of 16 KiB and 100 fields, no compression, silence
 * and time until the head as the configuration says, redirects only to http and https, never from
 * https to http, and user, password and fields only to the host that they are meant for. */
#pragma once

#include "base/buf.h"
#include "stillcast/err.h"

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SC_CLIENT_HEAD_MAX_BYTES 16384
#define SC_CLIENT_FIELDS_MAX     100

struct sc_client;

/* All is borrowed for the client's life. */
struct sc_client_config {
    const char *url;             /* http:// or https://; user and password in it are used */
    const char *user, *password; /* instead of those in the URL; NULL: as the URL says */
    const char *const *fields; /* "Name: value", more of the request; ends with NULL; NULL: none */
    const char *proxy;         /* NULL: as http_proxy and so on say; "": none */
    const char *ca_path;       /* whom to trust; NULL: whom the system trusts */
    bool is_insecure;          /* take any certificate */
    unsigned n_redirects;      /* to follow at most */
    uint64_t connect_ns;       /* for name, connection and TLS; 0: 5 s */
    uint64_t silence_ns;       /* without a byte, and for the head; 0: 10 s */
};

/**
 * Returns: 0; -EINVAL with a sentence that names the URL, without its secrets; -ENOMEM.
 * Thread:  any.
 */
int sc_client_create(const struct sc_client_config *config, struct sc_client **out_client,
                     struct sc_err *err);
void sc_client_destroy(struct sc_client **client);

/**
 * Begins a GET. One that is under way is given up.
 *
 * fields  more of this request; ends with NULL; NULL: none.
 *
 * Returns: 0; -ENOMEM with a sentence.
 */
int sc_client_start(struct sc_client *client, const char *const *fields, struct sc_err *err);

/**
 * Waits until the answer's head is there. After -ECANCELED it may be called again.
 *
 * wake_fd  becoming readable ends the wait; -1: none.
 *
 * Returns: the status, 200 or another, whose body may be gone; -ECANCELED; with a sentence
 *          -EHOSTUNREACH, -ECONNREFUSED, -ECONNRESET, -ETIMEDOUT, -EPERM (certificate), -EPROTO
 *          (no HTTP, or more of it than is allowed), -ENOMEM.
 */
int sc_client_answer(struct sc_client *client, int wake_fd, struct sc_err *err);

/** Returns: a field of the answer, borrowed until the next start; NULL. */
const char *sc_client_field(struct sc_client *client, const char *name);

/** Returns: the bytes of the body as the head told them; -1 it did not. */
int64_t sc_client_length_bytes(const struct sc_client *client);

/** Gives both ends of the answer's connection; IPv4 as IPv6 writes it. Returns: whether it could.
 */
bool sc_client_ends(const struct sc_client *client, struct sockaddr_in6 *out_here,
                    struct sockaddr_in6 *out_there);

/**
 * Waits for bytes of the body, after sc_client_answer has given a status of 200 to 299.
 *
 * room_bytes  above 0.
 *
 * Returns: 0, and how many bytes it wrote; -ENODATA the end of the body; as sc_client_answer.
 */
int sc_client_read(struct sc_client *client, int wake_fd, void *room, size_t room_bytes,
                   size_t *out_bytes, struct sc_err *err);

/** Whether a read would give something at once. Does what can be done without waiting. */
bool sc_client_has_more(struct sc_client *client);

/** Writes the sentence for a status that is no success. Returns: a negative errno. */
int sc_client_refuse(struct sc_client *client, int status, struct sc_err *err);

/**
 * A small document as a whole: start, answer and read. After -ECANCELED it goes on when it is
 * called again with the same body.
 *
 * until_ns  CLOCK_MONOTONIC.
 * body      emptied first, then filled up to its max_bytes.
 *
 * Returns: 0; -EMSGSIZE the body is larger; as sc_client_answer and sc_client_refuse.
 */
int sc_client_fetch(struct sc_client *client, int wake_fd, uint64_t until_ns, struct sc_buf *body,
                    struct sc_err *err);
