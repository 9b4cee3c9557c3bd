/* SPDX-License-Identifier: MIT */
/* TLS for listeners (OpenSSL 3): certificates chosen by the name that a client asks for, and
 * connections that look like plain ones (conn.h). A build without OpenSSL has these functions, too,
 * and they say so.
 *
 * TLS 1.2 with forward secrecy and authenticated encryption, and 1.3; no compression, no
 * renegotiation, no early data, and no session tickets: every handshake is a full one, and no key
 * outlives its connection.
 *
 * A client is cut that makes us work for nothing: 32 messages of the handshake's kind after the
 * handshake (KeyUpdate in 1.3, wishes to renegotiate in 1.2), one more each second; 64 KiB received
 * without a byte of data in it, a handshake included. */
#pragma once

#include "net/conn.h"
#include "stillcast/err.h"

#include <stdatomic.h>
#include <stdint.h>
#include <time.h>

struct sc_tls;

struct sc_tls_files {
    const char *const *certs; /* PEM: a certificate and what links it to its root; ends with NULL */
    const char *const *keys;  /* PEM: the private key of the certificate of the same place */
    bool has_h2;              /* HTTP/2 is spoken to who asks for it (ALPN, RFC 7301) */
};

/* Written by any thread, relaxed. */
struct sc_tls_stats {
    _Atomic uint64_t n_handshakes; /* finished */
    _Atomic uint64_t n_failures;   /* refused or broken off by either side */
    _Atomic uint64_t n_plaintext;  /* of these: clients that spoke HTTP without TLS */
    _Atomic uint64_t n_floods;     /* connections cut, because they made us work for nothing */
};

/* What a person wants to know of a certificate. */
struct sc_tls_view {
    char names[200];         /* "a.example, b.example" */
    char fingerprint[96];    /* SHA-256, "AB:CD:..." */
    time_t begins_s, ends_s; /* since 1970 */
};

/**
 * Reads the certificates and keys. The first one is for clients that ask for no name or for one
 * that no certificate has.
 *
 * files  borrowed for life: sc_tls_reload reads them again.
 *
 * Returns: 0; -ENOENT, -EACCES … a file cannot be read; -EPERM others than its owner may read a
 *          key; -EINVAL what is in a file is no use, or key and certificate do not belong together;
 *          -ENOSYS this build has no OpenSSL; -ENOMEM; always with a sentence.
 * Thread:  control.
 */
int sc_tls_create(const struct sc_tls_files *files, struct sc_tls **out_tls, struct sc_err *err);

/** After the last connection was closed. */
void sc_tls_destroy(struct sc_tls **tls);

/** Reads the files again; connections that there are keep what they have. Returns: as
 * sc_tls_create, and then the old certificates stay. Thread: control. */
int sc_tls_reload(struct sc_tls *tls, struct sc_err *err);

/** Returns: 0; -ENOENT behind the last certificate. Thread: control. */
int sc_tls_look(struct sc_tls *tls, size_t i, struct sc_tls_view *out_view);

const struct sc_tls_stats *sc_tls_stats(const struct sc_tls *tls);

/**
 * Makes fd a connection that speaks TLS; the handshake goes on with the first recv.
 *
 * fd   taken on success; non-blocking.
 *
 * Returns: 0; -ENOMEM.
 * Thread:  any.
 */
int sc_conn_init_tls(struct sc_conn *conn, struct sc_tls *tls, int fd);
