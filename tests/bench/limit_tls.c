/* SPDX-License-Identifier: MIT */
/* TLS as cheap as OpenSSL makes it: one SSL_write after the other, from one buffer. */
#include <errno.h>
#include <openssl/ssl.h>
#include <stdlib.h>

#include "limit_ways.h"

#define MAX_FDS 65536

static SSL_CTX *context;
static SSL *ssl_of[MAX_FDS];

static bool tls_open(void)
{
    const char *pem = getenv("LIMIT_PEM");
    context = pem ? SSL_CTX_new(TLS_server_method()) : NULL;
    if (!context)
        return false;
    SSL_CTX_set_options(context, SSL_OP_CIPHER_SERVER_PREFERENCE);
    (void)SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE);
    return SSL_CTX_set_ciphersuites(context, "TLS_AES_128_GCM_SHA256") == 1 &&
           SSL_CTX_set_num_tickets(context, 0) == 1 &&
           SSL_CTX_use_certificate_file(context, pem, SSL_FILETYPE_PEM) == 1 &&
           SSL_CTX_use_PrivateKey_file(context, pem, SSL_FILETYPE_PEM) == 1;
}

static int tls_greet(int fd, const char *answer, size_t len_bytes)
{
    char request[4096];
    SSL *ssl = fd < MAX_FDS ? SSL_new(context) : NULL;
    if (!ssl || SSL_set_fd(ssl, fd) != 1 || SSL_accept(ssl) != 1 ||
        SSL_read(ssl, request, sizeof request) <= 0 ||
        SSL_write(ssl, answer, (int)len_bytes) != (int)len_bytes)
        return -ECONNRESET;
    ssl_of[fd] = ssl;
    return 0;
}

/* All records that the socket takes. */
static ssize_t write_records(SSL *ssl, const char *data, size_t len_bytes)
{
    size_t taken = 0;
    while (taken < len_bytes) {
        int n = SSL_write(ssl, data + taken, (int)(len_bytes - taken));
        if (n <= 0 && taken == 0)
            return SSL_get_error(ssl, n) == SSL_ERROR_WANT_WRITE ? -EAGAIN : -ECONNRESET;
        if (n <= 0)
            break;
        taken += (size_t)n;
    }
    return (ssize_t)taken;
}

static void tls_send(struct limit_send *sends, size_t n)
{
    for (struct limit_send *s = sends; s < sends + n; s++)
        s->sent = write_records(ssl_of[s->fd], s->frame->data + s->from_bytes,
                                s->frame->len_bytes - s->from_bytes);
}

static const struct limit_way tls = {
    .name = "tls", .open = tls_open, .greet = tls_greet, .send = tls_send};
const struct limit_way *const limit_tls = &tls;
