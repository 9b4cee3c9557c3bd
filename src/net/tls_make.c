/* SPDX-License-Identifier: MIT */
#include "net/tls_make.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/own.h"

#define DAYS       730L
#define DAY_S      86400L
#define NAMES_SIZE 4096

static void free_cert(X509 **cert)
{
    X509_free(*cert);
}

static void free_key(EVP_PKEY **key)
{
    EVP_PKEY_free(*key);
}

static void close_file(FILE **file)
{
    if (*file)
        (void)fclose(*file); /* only read from, or flushed before */
}

/* Whether what is there goes on for a day at the least. */
static bool is_there(const char *cert_path, const char *key_path)
{
    FILE *file SC_AUTO(close_file) = fopen(cert_path, "re");
    X509 *cert SC_AUTO(free_cert) = file ? PEM_read_X509(file, NULL, NULL, NULL) : NULL;
    /* No time_t is handed over: OpenSSL's may be a narrower one (meson.build). */
    int days = 0, seconds = 0;
    return cert && access(key_path, F_OK) == 0 &&
           ASN1_TIME_diff(&days, &seconds, NULL, X509_get0_notAfter(cert)) == 1 && days >= 1;
}

/* "DNS:a,IP:127.0.0.1" */
static void write_names(const char *const *names, char *out, size_t out_bytes)
{
    struct in6_addr address;
    size_t n = 0;
    out[0] = '\0';
    for (; *names && n < out_bytes; names++) {
        bool is_ip =
            inet_pton(AF_INET, *names, &address) == 1 || inet_pton(AF_INET6, *names, &address) == 1;
        n += (size_t)snprintf(out + n, out_bytes - n, "%s%s:%s", n ? "," : "", is_ip ? "IP" : "DNS",
                              *names);
    }
}

static bool add_extension(X509 *cert, int nid, const char *value)
{
    X509V3_CTX context;
    X509V3_set_ctx_nodb(&context);
    X509V3_set_ctx(&context, cert, cert, NULL, NULL, 0);
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, &context, nid, value);
    bool ok = extension && X509_add_ext(cert, extension, -1) == 1;
    X509_EXTENSION_free(extension);
    return ok;
}

static bool fill(X509 *cert, EVP_PKEY *key, const char *const *names)
{
    char alternatives[NAMES_SIZE];
    uint64_t serial = 0;
    X509_NAME *subject = X509_get_subject_name(cert);
    write_names(names, alternatives, sizeof alternatives);
    return RAND_bytes((unsigned char *)&serial, sizeof serial) == 1 &&
           X509_set_version(cert, X509_VERSION_3) == 1 &&
           ASN1_INTEGER_set_uint64(X509_get_serialNumber(cert), serial >> 1) == 1 &&
           X509_gmtime_adj(X509_getm_notBefore(cert), -DAY_S) &&
           X509_gmtime_adj(X509_getm_notAfter(cert), DAYS * DAY_S) &&
           X509_set_pubkey(cert, key) == 1 &&
           X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                                      (const unsigned char *)"stillcast self-signed", -1, -1,
                                      0) == 1 &&
           X509_set_issuer_name(cert, subject) == 1 &&
           add_extension(cert, NID_subject_alt_name, alternatives) &&
           add_extension(cert, NID_basic_constraints, "critical,CA:FALSE") &&
           add_extension(cert, NID_key_usage, "critical,digitalSignature") &&
           add_extension(cert, NID_ext_key_usage, "serverAuth") &&
           X509_sign(cert, key, EVP_sha256()) > 0;
}

/* Writes beside the path and then puts it there, so that nobody finds half of it. */
static int write_file(const char *path, mode_t mode, const X509 *cert, const EVP_PKEY *key)
{
    char *beside SC_AUTO(sc_own_free) = NULL;
    if (asprintf(&beside, "%s.%d", path, (int)getpid()) < 0) {
        beside = NULL;
        return -ENOMEM;
    }
    (void)unlink(beside); /* of an earlier try */
    int fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (!file) {
        int rc = -errno;
        sc_own_close(&fd);
        return rc;
    }
    bool ok = key ? PEM_write_PKCS8PrivateKey(file, key, NULL, NULL, 0, NULL, NULL) == 1
                  : PEM_write_X509(file, cert) == 1;
    ok = fflush(file) == 0 && ok;
    ok = fclose(file) == 0 && ok;
    if (ok && rename(beside, path) == 0)
        return 0;
    (void)unlink(beside);
    return -EIO;
}

int sc_tls_make(const char *cert_path, const char *key_path, const char *const *names,
                struct sc_err *err)
{
    if (is_there(cert_path, key_path))
        return 0;
    EVP_PKEY *key SC_AUTO(free_key) = EVP_EC_gen("P-256");
    X509 *cert SC_AUTO(free_cert) = X509_new();
    if (!key || !cert || !fill(cert, key, names))
        return sc_err_set(err, -ENOMEM, "OpenSSL could not make a certificate");
    int rc = write_file(key_path, 0600, NULL, key);
    if (rc == 0)
        rc = write_file(cert_path, 0644, cert, NULL);
    if (rc < 0)
        return sc_err_set(err, -EKEYREJECTED, "cannot keep a certificate as '%s': %s", cert_path,
                          strerror(-rc));
    return 0;
}
