/* SPDX-License-Identifier: MIT */
#include "tls.h"

#include <errno.h>
#include <openssl/ssl.h>
#include <string.h>

/* struct bench_tls is an SSL. */
static SSL *ssl_of(struct bench_tls *tls)
{
    return (SSL *)(void *)tls;
}

static SSL_CTX *make_context(void)
{
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    if (context)
        SSL_CTX_set_read_ahead(context, 1); /* a record by one recv, not by two */
    return context;
}

static int offer(SSL *ssl, const char *protocol)
{
    unsigned char list[256];
    size_t n = strlen(protocol);
    list[0] = (unsigned char)n;
    memcpy(list + 1, protocol, n + 1);
    return SSL_set_alpn_protos(ssl, list, (unsigned)n + 1);
}

int bench_tls_open(int fd, const char *protocol, struct bench_tls **out_tls)
{
    static SSL_CTX *context;
    if (!context)
        context = make_context();
    SSL *ssl = context ? SSL_new(context) : NULL;
    if (!ssl || SSL_set_fd(ssl, fd) != 1 || offer(ssl, protocol) != 0) {
        SSL_free(ssl);
        return -ENOMEM;
    }
    if (SSL_connect(ssl) != 1) {
        SSL_free(ssl);
        return -EPROTO;
    }
    *out_tls = (struct bench_tls *)(void *)ssl;
    return 0;
}

int bench_tls_send_all(struct bench_tls *tls, const void *data, size_t len_bytes)
{
    int n = SSL_write(ssl_of(tls), data, (int)len_bytes);
    return n > 0 && (size_t)n == len_bytes ? 0 : -ECONNRESET;
}

ssize_t bench_tls_recv(struct bench_tls *tls, void *data, size_t len_bytes)
{
    int n = SSL_read(ssl_of(tls), data, (int)len_bytes);
    if (n > 0)
        return n;
    switch (SSL_get_error(ssl_of(tls), n)) {
    case SSL_ERROR_WANT_READ:
        return -EAGAIN;
    case SSL_ERROR_ZERO_RETURN:
        return 0;
    default:
        return -ECONNRESET;
    }
}
