/* SPDX-License-Identifier: MIT */
/* A connection that speaks TLS. What the socket does not take of a record waits in left; then no
 * other record is made. As long as left is not empty at least one byte that was given to send is
 * not reported as taken (is_owed), so that nobody believes that all is out. */
#define SC_LOG_TOPIC "net.tls"
#include <errno.h>
#include <limits.h>
#include <openssl/err.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/budget.h"
#include "base/clock.h"
#include "base/own.h"
#include "net/tls_inside.h"
#include "stillcast/log.h"

#define RECORD_BYTES   16384
#define LEFT_MAX_BYTES (128 * 1024)
#define VAIN_MAX_BYTES (64 * 1024) /* see tls.h */
#define MESSAGES_MAX   32
#define MESSAGES_PER_S 1

struct tls_conn {
    SSL *ssl;
    struct sc_tls *tls;
    int fd;     /* the connection's: it may be moved, this may not */
    char *left; /* ciphertext that the socket did not take; NULL: none */
    size_t left_bytes, left_at;
    bool is_owed; /* the last byte of a record, already in left, was not reported */
    bool is_up;   /* the handshake is done */
    bool is_broken;
    bool is_flooding;
    struct sc_budget messages; /* of the handshake's kind, after the handshake */
    size_t vain_bytes;         /* received since the last data came out of what is received */
};

/* --- between OpenSSL and the descriptor --- */

/* Returns: 0 nothing is left; -EAGAIN; another negative errno. */
static int flush(struct tls_conn *t, int fd)
{
    while (t->left) {
        ssize_t n = send(fd, t->left + t->left_at, t->left_bytes - t->left_at, MSG_NOSIGNAL);
        if (n < 0)
            return -errno;
        t->left_at += (size_t)n;
        if (t->left_at == t->left_bytes) {
            free(t->left);
            t->left = NULL;
        }
    }
    return 0;
}

/* Behind what is left already: the rest of a handshake's flight. */
static int keep(struct tls_conn *t, const char *data, size_t bytes)
{
    size_t old = t->left ? t->left_bytes : 0;
    char *longer = old + bytes <= LEFT_MAX_BYTES ? realloc(t->left, old + bytes) : NULL;
    if (!longer)
        return -ENOMEM;
    memcpy(longer + old, data, bytes);
    t->left_at = t->left ? t->left_at : 0;
    t->left_bytes = old + bytes;
    t->left = longer;
    return 0;
}

/* Takes everything, so that OpenSSL never has to be asked a second time. */
static int on_write(BIO *bio, const char *data, int bytes)
{
    struct tls_conn *t = BIO_get_data(bio);
    ssize_t n = t->left || t->is_flooding ? 0 : send(t->fd, data, (size_t)bytes, MSG_NOSIGNAL);
    if ((n < 0 && errno != EAGAIN) || t->is_flooding)
        return -1;
    size_t sent = n > 0 ? (size_t)n : 0;
    if (sent < (size_t)bytes && keep(t, data + sent, (size_t)bytes - sent) < 0)
        return -1;
    return bytes;
}

static int on_read(BIO *bio, char *data, int bytes)
{
    struct tls_conn *t = BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    ssize_t n = t->is_flooding ? 0 : recv(t->fd, data, (size_t)bytes, 0);
    if (n < 0 && errno == EAGAIN)
        BIO_set_retry_read(bio);
    t->vain_bytes += n > 0 ? (size_t)n : 0;
    t->is_flooding = t->is_flooding || t->vain_bytes > VAIN_MAX_BYTES;
    return t->is_flooding ? -1 : (int)n;
}

/* After the handshake a client may still ask for new keys, or for another handshake, which is
 * refused. OpenSSL would answer for as long as there are such messages in the socket. */
static void on_message(int is_sent, int version, int kind, const void *data, size_t bytes, SSL *ssl,
                       void *self)
{
    struct tls_conn *t = self;
    if (t->is_up && !is_sent && kind == SSL3_RT_HANDSHAKE &&
        !sc_budget_spend(&t->messages, MESSAGES_MAX, MESSAGES_PER_S, sc_clock_ns()))
        t->is_flooding = true;
}

static long on_control(BIO *bio, int command, long number, void *data)
{
    return command == BIO_CTRL_FLUSH;
}

BIO_METHOD *sc_tls_make_method(void)
{
    BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "stillcast");
    if (!method)
        return NULL;
    (void)BIO_meth_set_write(method, on_write);
    (void)BIO_meth_set_read(method, on_read);
    (void)BIO_meth_set_ctrl(method, on_control);
    return method;
}

/* --- receiving --- */

static void count(_Atomic uint64_t *counter)
{
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

/* A client that speaks HTTP without TLS is told so in its own words. */
static void answer_plaintext(struct sc_conn *conn)
{
    static const char answer[] = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\n"
                                 "Content-Length: 46\r\nConnection: close\r\n\r\n"
                                 "this port speaks TLS: write https:// in front\n";
    struct tls_conn *t = conn->state;
    count(&sc_tls_count(t->tls)->n_plaintext);
    (void)send(conn->fd, answer, sizeof answer - 1, MSG_NOSIGNAL); /* no second try */
    (void)shutdown(conn->fd, SHUT_WR);
}

static int break_off(struct sc_conn *conn)
{
    struct tls_conn *t = conn->state;
    unsigned long code = ERR_peek_error();
    if (t->is_flooding && !t->is_broken)
        count(&sc_tls_count(t->tls)->n_floods);
    if (!t->is_up && !t->is_broken) {
        const char *why = ERR_reason_error_string(code);
        count(&sc_tls_count(t->tls)->n_failures);
        sc_log(SC_DEBUG, "no handshake: %s", why ? why : "the client left");
        if (ERR_GET_LIB(code) == ERR_LIB_SSL && ERR_GET_REASON(code) == SSL_R_HTTP_REQUEST)
            answer_plaintext(conn);
    }
    t->is_broken = true;
    return -EPROTO;
}

/* Returns: 0 at the peer's end; -EAGAIN; a negative errno. */
static int explain(struct sc_conn *conn, int rc)
{
    struct tls_conn *t = conn->state;
    switch (SSL_get_error(t->ssl, rc)) {
    case SSL_ERROR_WANT_READ:
        return -EAGAIN;
    case SSL_ERROR_ZERO_RETURN:
        if (t->is_up)
            return 0;
        break;
    default:
        break;
    }
    return break_off(conn);
}

static int shake(struct sc_conn *conn)
{
    struct tls_conn *t = conn->state;
    int rc = SSL_do_handshake(t->ssl);
    if (rc != 1)
        return explain(conn, rc);
    t->is_up = true;
    count(&sc_tls_count(t->tls)->n_handshakes);
    return 0;
}

/* A short count means, as from a socket, that no more has come: the end is told by is_ended. */
static ssize_t tls_recv(struct sc_conn *conn, void *data, size_t len_bytes)
{
    struct tls_conn *t = conn->state;
    size_t got = 0;
    ERR_clear_error();
    int rc = t->is_broken ? -EPROTO : flush(t, conn->fd);
    if (rc == 0 && !t->is_up)
        rc = shake(conn);
    bool goes_on = rc == 0;
    while (goes_on && got < len_bytes) {
        size_t want = len_bytes - got;
        int n = SSL_read(t->ssl, (char *)data + got, want < INT_MAX ? (int)want : INT_MAX);
        goes_on = n > 0;
        if (goes_on) {
            got += (size_t)n;
            t->vain_bytes = 0;
        } else {
            rc = explain(conn, n);
        }
    }
    conn->wants_write = t->left;
    conn->is_ended = !goes_on && rc != -EAGAIN;
    return got > 0 ? (ssize_t)got : rc;
}

/* --- sending --- */

/* Returns: bytes of the part that are taken, less than asked when the socket is full; negative
 * errno. */
static ssize_t send_part(struct tls_conn *t, const char *data, size_t bytes)
{
    size_t taken = 0;
    while (taken < bytes && !t->left) {
        size_t rest = bytes - taken;
        int record = rest < RECORD_BYTES ? (int)rest : RECORD_BYTES;
        if (SSL_write(t->ssl, data + taken, record) != record)
            return -ECONNRESET;
        taken += (size_t)record;
    }
    if (t->left) {
        t->is_owed = true;
        taken--;
    }
    return (ssize_t)taken;
}

static ssize_t tls_send(struct sc_conn *conn, const struct iovec *parts, int n_parts)
{
    struct tls_conn *t = conn->state;
    int rc = t->is_up && !t->is_broken ? flush(t, conn->fd) : -EPROTO;
    if (rc < 0)
        return rc;
    ERR_clear_error();
    size_t total = 0, skip = t->is_owed; /* that byte is out now */
    t->is_owed = false;
    for (int i = 0; i < n_parts && !t->is_owed; i++) {
        if (skip == parts[i].iov_len) {
            total += skip;
            skip = 0;
            continue;
        }
        ssize_t n = send_part(t, (const char *)parts[i].iov_base + skip, parts[i].iov_len - skip);
        if (n < 0)
            return n;
        total += skip + (size_t)n;
        skip = 0;
    }
    return total > 0 ? (ssize_t)total : -EAGAIN;
}

/* --- the end --- */

/* Only thrown away: nobody needs to decipher it. */
static ssize_t tls_skip(struct sc_conn *conn, size_t len_bytes)
{
    char scrap[4096];
    ssize_t n = recv(conn->fd, scrap, len_bytes < sizeof scrap ? len_bytes : sizeof scrap, 0);
    return n < 0 ? -errno : n;
}

static void tls_finish(struct sc_conn *conn)
{
    struct tls_conn *t = conn->state;
    ERR_clear_error();
    if (t->is_up && !t->is_broken && !t->left)
        (void)SSL_shutdown(t->ssl); /* says that it is the end, and does not wait for an answer */
    (void)shutdown(conn->fd, SHUT_WR);
}

static void tls_close(struct sc_conn *conn)
{
    struct tls_conn *t = conn->state;
    if (!t->is_up && !t->is_broken)
        count(&sc_tls_count(t->tls)->n_failures);
    SSL_free(t->ssl);
    free(t->left);
    free(t);
    conn->state = NULL;
    sc_own_close(&conn->fd);
}

static const struct sc_conn_ops tls_ops = {
    .recv = tls_recv,
    .send = tls_send,
    .skip = tls_skip,
    .finish = tls_finish,
    .close = tls_close,
};

int sc_conn_init_tls(struct sc_conn *conn, struct sc_tls *tls, int fd)
{
    struct tls_conn *t = calloc(1, sizeof *t);
    BIO *bio = BIO_new(sc_tls_method(tls));
    SSL *ssl = sc_tls_new(tls);
    if (!t || !bio || !ssl) {
        free(t);
        (void)BIO_free(bio);
        SSL_free(ssl);
        return -ENOMEM;
    }
    BIO_set_data(bio, t);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl, bio, bio);
    SSL_set_accept_state(ssl);
    SSL_set_msg_callback(ssl, on_message);
    SSL_set_msg_callback_arg(ssl, t);
    *t = (struct tls_conn){.ssl = ssl, .tls = tls, .fd = fd};
    *conn = (struct sc_conn){.ops = &tls_ops, .fd = fd, .state = t};
    return 0;
}
