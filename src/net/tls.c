/* SPDX-License-Identifier: MIT */
#include "net/tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "base/secret_file.h"
#include "net/tls_inside.h"

#define CERTS_MAX 64
#define CIPHERS                                                                                    \
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"     \
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"
#define SUITES                                                                                     \
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256" /* 1.3 */
#define GROUPS "X25519:P-256:P-384"

/* All certificates that were read together. */
struct set {
    size_t n;
    SSL_CTX *contexts[CERTS_MAX];
};

struct sc_tls {
    struct sc_tls_files files;
    BIO_METHOD *method;
    struct sc_tls_stats stats;
    pthread_mutex_t lock; /* guards now */
    struct set *now;
};

static void destroy_set(struct set **set)
{
    struct set *old = sc_steal(*set);
    for (size_t i = 0; old && i < old->n; i++)
        SSL_CTX_free(old->contexts[i]);
    free(old);
}

/* --- what clients ask for --- */

/* Returns: the context for that name, a new reference; NULL: none has it. */
static SSL_CTX *find(struct sc_tls *tls, const char *name)
{
    SSL_CTX *found = NULL;
    (void)pthread_mutex_lock(&tls->lock);
    for (size_t i = 0; i < tls->now->n && !found; i++) {
        SSL_CTX *context = tls->now->contexts[i];
        if (X509_check_host(SSL_CTX_get0_certificate(context), name, 0, 0, NULL) == 1 &&
            SSL_CTX_up_ref(context))
            found = context;
    }
    (void)pthread_mutex_unlock(&tls->lock);
    return found;
}

static int on_name(SSL *ssl, int *alert, void *self)
{
    const char *name = SSL_get_servername(ssl, TLSEXT_NAMETYPE_host_name);
    SSL_CTX *context = name ? find(self, name) : NULL;
    if (!context)
        return SSL_TLSEXT_ERR_NOACK; /* the first certificate, then */
    (void)SSL_set_SSL_CTX(ssl, context);
    SSL_CTX_free(context);
    return SSL_TLSEXT_ERR_OK;
}

/* Protocols that we speak, best first; a client that offers only others is refused (RFC 7301). */
static int on_protocols(SSL *ssl, const unsigned char **out, unsigned char *out_bytes,
                        const unsigned char *offered, unsigned offered_bytes, void *self)
{
    static const unsigned char both[] = "\x02h2\x08http/1.1";
    const struct sc_tls *tls = self;
    size_t first = tls->files.has_h2 ? 0 : 3;
    unsigned char *chosen;
    if (SSL_select_next_proto(&chosen, out_bytes, both + first, (unsigned)(sizeof both - 1 - first),
                              offered, offered_bytes) != OPENSSL_NPN_NEGOTIATED)
        return SSL_TLSEXT_ERR_ALERT_FATAL;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
}

/* --- files --- */

static const char *reason(void)
{
    const char *text = ERR_reason_error_string(ERR_peek_last_error());
    return text ? text : "unknown error";
}

static int no_passphrase(char *out, int out_bytes, int is_writing, void *self)
{
    return -1;
}

static int read_key(const char *path, EVP_PKEY **out_key, struct sc_err *err)
{
    char *text SC_AUTO(sc_secret_free) = NULL;
    int rc = sc_secret_read(path, true, &text, err);
    if (rc < 0)
        return rc;
    BIO *bio = BIO_new_mem_buf(text, -1);
    EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL) : NULL;
    BIO_free(bio);
    if (!key)
        return sc_err_set(err, -EINVAL,
                          "'%s' has no private key in PEM form, or one with a passphrase, which "
                          "nobody could type at a start",
                          path);
    *out_key = key;
    return 0;
}

static int use_key(SSL_CTX *context, const char *cert, const char *path, struct sc_err *err)
{
    EVP_PKEY *key = NULL;
    int rc = read_key(path, &key, err);
    if (rc < 0)
        return rc;
    if (SSL_CTX_use_PrivateKey(context, key) != 1 || SSL_CTX_check_private_key(context) != 1)
        rc = sc_err_set(err, -EINVAL,
                        "the key '%s' is not the one of the certificate '%s' (%s): give --tls-cert "
                        "and --tls-key in the same order",
                        path, cert, reason());
    EVP_PKEY_free(key);
    return rc;
}

static int use_cert(SSL_CTX *context, const char *path, struct sc_err *err)
{
    if (access(path, R_OK) < 0)
        return sc_err_set(err, -errno, "cannot read the certificate '%s': %s", path,
                          strerror(errno));
    if (SSL_CTX_use_certificate_chain_file(context, path) != 1)
        return sc_err_set(err, -EINVAL, "'%s' has no certificate in PEM form that can be used: %s",
                          path, reason());
    return 0;
}

static void configure(SSL_CTX *context, struct sc_tls *tls)
{
    SSL_CTX_set_options(context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
                                     SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                     SSL_OP_PRIORITIZE_CHACHA | SSL_OP_IGNORE_UNEXPECTED_EOF);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_tlsext_servername_callback(context, on_name);
    SSL_CTX_set_tlsext_servername_arg(context, tls);
    SSL_CTX_set_alpn_select_cb(context, on_protocols, tls);
}

static int make_context(struct sc_tls *tls, const char *cert, const char *key,
                        SSL_CTX **out_context, struct sc_err *err)
{
    ERR_clear_error();
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    if (!context)
        return sc_err_set(err, -ENOMEM, "out of memory");
    configure(context, tls);
    int rc = 0;
    if (SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1 ||
        SSL_CTX_set_cipher_list(context, CIPHERS) != 1 ||
        SSL_CTX_set_ciphersuites(context, SUITES) != 1 ||
        SSL_CTX_set1_groups_list(context, GROUPS) != 1 || SSL_CTX_set_num_tickets(context, 0) != 1)
        rc =
            sc_err_set(err, -EINVAL, "this OpenSSL cannot do what TLS is to be here: %s", reason());
    if (rc == 0)
        rc = use_cert(context, cert, err);
    if (rc == 0)
        rc = use_key(context, cert, key, err);
    if (rc < 0)
        SSL_CTX_free(context);
    else
        *out_context = context;
    return rc;
}

static size_t count_texts(const char *const *texts)
{
    size_t n = 0;
    while (texts && texts[n])
        n++;
    return n;
}

static int read_set(struct sc_tls *tls, struct set **out_set, struct sc_err *err)
{
    size_t n = count_texts(tls->files.certs);
    if (n == 0 || n != count_texts(tls->files.keys) || n > CERTS_MAX)
        return sc_err_set(err, -EINVAL,
                          "each --tls-cert needs its --tls-key, in the same order, %d at the most",
                          CERTS_MAX);
    struct set *set SC_AUTO(destroy_set) = calloc(1, sizeof *set);
    if (!set)
        return sc_err_set(err, -ENOMEM, "out of memory");
    for (; set->n < n; set->n++) {
        int rc = make_context(tls, tls->files.certs[set->n], tls->files.keys[set->n],
                              &set->contexts[set->n], err);
        if (rc < 0)
            return rc;
    }
    *out_set = sc_steal(set);
    return 0;
}

/* --- life --- */

int sc_tls_create(const struct sc_tls_files *files, struct sc_tls **out_tls, struct sc_err *err)
{
    struct sc_tls *tls SC_AUTO(sc_tls_destroy) = calloc(1, sizeof *tls);
    if (!tls)
        return sc_err_set(err, -ENOMEM, "out of memory");
    (void)pthread_mutex_init(&tls->lock, NULL);
    tls->files = *files;
    tls->method = sc_tls_make_method();
    if (!tls->method)
        return sc_err_set(err, -ENOMEM, "out of memory");
    int rc = read_set(tls, &tls->now, err);
    if (rc == 0)
        *out_tls = sc_steal(tls);
    return rc;
}

void sc_tls_destroy(struct sc_tls **tls)
{
    struct sc_tls *old = sc_steal(*tls);
    if (!old)
        return;
    destroy_set(&old->now);
    BIO_meth_free(old->method);
    (void)pthread_mutex_destroy(&old->lock);
    free(old);
}

int sc_tls_reload(struct sc_tls *tls, struct sc_err *err)
{
    struct set *set SC_AUTO(destroy_set) = NULL;
    int rc = read_set(tls, &set, err);
    if (rc < 0)
        return rc;
    (void)pthread_mutex_lock(&tls->lock);
    struct set *old = tls->now;
    tls->now = sc_steal(set);
    (void)pthread_mutex_unlock(&tls->lock);
    set = old;
    return 0;
}

SSL *sc_tls_new(struct sc_tls *tls)
{
    (void)pthread_mutex_lock(&tls->lock);
    SSL_CTX *context = SSL_CTX_up_ref(tls->now->contexts[0]) ? tls->now->contexts[0] : NULL;
    (void)pthread_mutex_unlock(&tls->lock);
    SSL *ssl = context ? SSL_new(context) : NULL;
    SSL_CTX_free(context);
    return ssl;
}

/* --- what is known --- */

static time_t seconds(const ASN1_TIME *when)
{
    struct tm tm = {0};
    return ASN1_TIME_to_tm(when, &tm) == 1 ? timegm(&tm) : 0;
}

static void write_names(X509 *cert, char *out, size_t out_bytes)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
    size_t n = 0;
    out[0] = '\0';
    for (int i = 0; i < sk_GENERAL_NAME_num(names) && n < out_bytes; i++) {
        int kind;
        const ASN1_STRING *name = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, i), &kind);
        if (kind == GEN_DNS)
            n += (size_t)snprintf(out + n, out_bytes - n, "%s%.*s", n ? ", " : "",
                                  ASN1_STRING_length(name),
                                  (const char *)ASN1_STRING_get0_data(name));
    }
    GENERAL_NAMES_free(names);
}

static void write_fingerprint(const X509 *cert, char out[static 96])
{
    unsigned char digest[EVP_MAX_MD_SIZE];
    unsigned n = 0;
    out[0] = '\0';
    if (X509_digest(cert, EVP_sha256(), digest, &n) != 1)
        return;
    for (unsigned i = 0; i < n && i < 32; i++)
        (void)snprintf(out + (i ? i * 3 - 1 : 0), 4, "%s%02X", i ? ":" : "", digest[i]);
}

int sc_tls_look(struct sc_tls *tls, size_t i, struct sc_tls_view *out_view)
{
    if (i >= tls->now->n)
        return -ENOENT;
    X509 *cert = SSL_CTX_get0_certificate(tls->now->contexts[i]);
    write_names(cert, out_view->names, sizeof out_view->names);
    write_fingerprint(cert, out_view->fingerprint);
    out_view->begins_s = seconds(X509_get0_notBefore(cert));
    out_view->ends_s = seconds(X509_get0_notAfter(cert));
    return 0;
}

const struct sc_tls_stats *sc_tls_stats(const struct sc_tls *tls)
{
    return &tls->stats;
}

struct sc_tls_stats *sc_tls_count(struct sc_tls *tls)
{
    return &tls->stats;
}

const BIO_METHOD *sc_tls_method(const struct sc_tls *tls)
{
    return tls->method;
}
