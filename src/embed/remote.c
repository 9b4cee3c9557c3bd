/* SPDX-License-Identifier: MIT */
/* none (fd < 0) -> connected by the next request -> kept, until the server says or does otherwise.
 * A kept connection that turns out to be closed is opened again, once, without a word. */
#include "embed/remote.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/own.h"
#include "embed/answer.h"
#include "stillcast/err.h"
#include "stillcast/registry.h"

#define AUTHORITY_BYTES 300
#define KEY_BYTES       600
#define STEP_BYTES      4096

struct sc_remote {
    char authority[AUTHORITY_BYTES], host[AUTHORITY_BYTES], port[8];
    char name[SC_STREAM_NAME_BYTES];
    char authorization[KEY_BYTES]; /* a field with its CRLF; empty: none */
    uint64_t timeout_ns, until_ns;
    int fd, stop_fd;
    struct sc_buf in;
    struct sc_answer answer; /* the last one; its body begins at body_at of in */
    size_t body_at;
};

/* --- the URL --- */

static int refuse_url(const char *url, struct sc_err *err)
{
    return sc_err_set(err, -EINVAL,
                      "'%.200s' is no address of a stream: say http://localhost:8080/NAME", url);
}

/* "HOST", "HOST:PORT", "[ADDR]:PORT" */
static int split_authority(struct sc_remote *r)
{
    const char *a = r->authority, *behind = a + strcspn(a, ":");
    if (*a == '[') {
        behind = strchr(a, ']');
        if (!behind)
            return -EINVAL;
        (void)snprintf(r->host, sizeof r->host, "%.*s", (int)(behind - a - 1), a + 1);
        behind++;
    } else {
        (void)snprintf(r->host, sizeof r->host, "%.*s", (int)(behind - a), a);
    }
    const char *port = *behind == ':' ? behind + 1 : "80";
    bool is_number = *port && strspn(port, "0123456789") == strlen(port) && strlen(port) < 6;
    if ((*behind && *behind != ':') || !is_number || !r->host[0])
        return -EINVAL;
    (void)snprintf(r->port, sizeof r->port, "%s", port);
    return 0;
}

static int parse_url(struct sc_remote *r, const char *url, struct sc_err *err)
{
    if (strncmp(url, "https://", 8) == 0)
        return sc_err_set(err, -EPROTONOSUPPORT,
                          "'%.200s': this publisher speaks http only; publish to a server or a "
                          "proxy on this machine",
                          url);
    if (strncmp(url, "http://", 7) != 0)
        return refuse_url(url, err);
    const char *authority = url + 7, *slash = strchr(authority, '/');
    size_t len_bytes = slash ? (size_t)(slash - authority) : 0;
    if (!slash || !slash[1] || len_bytes >= AUTHORITY_BYTES || strlen(slash) > sizeof r->name ||
        strcspn(authority, "@\r\n ") < len_bytes)
        return refuse_url(url, err);
    memcpy(r->authority, authority, len_bytes);
    (void)snprintf(r->name, sizeof r->name, "%s", slash + 1);
    if (split_authority(r) < 0)
        return refuse_url(url, err);
    return sc_registry_check_name(r->name, err);
}

static int note_key(struct sc_remote *r, const char *key, struct sc_err *err)
{
    if (!key)
        return 0;
    if (strpbrk(key, "\r\n") || strlen(key) > 512)
        return sc_err_set(err, -EINVAL, "the key is none: it is one line of at most 512 bytes");
    (void)snprintf(r->authorization, sizeof r->authorization, "Authorization: Bearer %s\r\n", key);
    return 0;
}

int sc_remote_create(const char *url, const char *key, uint64_t timeout_ns, int stop_fd,
                     struct sc_remote **out_remote, struct sc_err *err)
{
    SC_AUTO(sc_remote_destroy) struct sc_remote *r = calloc(1, sizeof *r);
    if (!r)
        return sc_err_set(err, -ENOMEM, "out of memory");
    r->fd = -1;
    r->stop_fd = stop_fd;
    r->timeout_ns = timeout_ns;
    sc_buf_init(&r->in, SC_ANSWER_HEAD_BYTES + SC_ANSWER_BODY_BYTES + STEP_BYTES);
    int rc = parse_url(r, url, err);
    if (rc == 0)
        rc = note_key(r, key, err);
    if (rc == 0)
        *out_remote = sc_steal(r);
    return rc;
}

static void hang_up(struct sc_remote *r)
{
    sc_own_close(&r->fd);
    sc_buf_consume(&r->in, r->in.len_bytes);
}

void sc_remote_destroy(struct sc_remote **remote)
{
    struct sc_remote *r = sc_steal(*remote);
    if (!r)
        return;
    hang_up(r);
    sc_buf_fini(&r->in);
    explicit_bzero(r->authorization, sizeof r->authorization);
    free(r);
}

/* --- bytes, with a deadline --- */

static int wait_for(const struct sc_remote *r, short events)
{
    struct pollfd fds[] = {{.fd = r->fd, .events = events}, {.fd = r->stop_fd, .events = POLLIN}};
    for (;;) {
        uint64_t now = sc_clock_ns();
        if (now >= r->until_ns)
            return -ETIMEDOUT;
        int left_ms = (int)((r->until_ns - now) / SC_NS_PER_MS) + 1;
        int n = poll(fds, 2, left_ms);
        if (n < 0 && errno != EINTR)
            return -errno;
        if (fds[1].revents && n > 0)
            return -ECANCELED;
        if (n > 0)
            return 0;
    }
}

static int connect_to(struct sc_remote *r, const struct addrinfo *address)
{
    int error = 0, on = 1;
    socklen_t error_bytes = sizeof error;
    r->fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (r->fd < 0)
        return -errno;
    (void)setsockopt(r->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (connect(r->fd, address->ai_addr, address->ai_addrlen) == 0)
        return 0;
    int rc = errno == EINPROGRESS ? wait_for(r, POLLOUT) : -errno;
    if (rc == 0 && getsockopt(r->fd, SOL_SOCKET, SO_ERROR, &error, &error_bytes) < 0)
        rc = -errno;
    return rc < 0 ? rc : -error;
}

static int open_connection(struct sc_remote *r, struct sc_err *err)
{
    const struct addrinfo wanted = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    int bad = getaddrinfo(r->host, r->port, &wanted, &found);
    if (bad)
        return sc_err_set(err, -EHOSTUNREACH, "'%s' cannot be found: %s", r->host,
                          gai_strerror(bad));
    int rc = -EHOSTUNREACH;
    for (const struct addrinfo *one = found; one && r->fd < 0 && rc != -ECANCELED;
         one = one->ai_next) {
        rc = connect_to(r, one);
        if (rc < 0)
            sc_own_close(&r->fd);
    }
    freeaddrinfo(found);
    if (rc < 0)
        return sc_err_set(err, rc, "http://%s/ is not there: %s", r->authority, strerror(-rc));
    return 0;
}

static int write_all(const struct sc_remote *r, struct iovec *parts, size_t n_parts)
{
    while (n_parts > 0) {
        const struct msghdr message = {.msg_iov = parts, .msg_iovlen = n_parts};
        ssize_t n = sendmsg(r->fd, &message, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return -errno;
        for (; n > 0 && n_parts > 0 && (size_t)n >= parts->iov_len; n_parts--)
            n -= (ssize_t)parts++->iov_len;
        if (n > 0) {
            parts->iov_base = (char *)parts->iov_base + n;
            parts->iov_len -= (size_t)n;
        }
        int rc = n < 0 ? wait_for(r, POLLOUT) : 0;
        if (rc < 0)
            return rc;
    }
    return 0;
}

/* Returns: 0; -ECONNRESET the server hung up; other codes of reading. */
static int read_some(struct sc_remote *r)
{
    int rc = wait_for(r, POLLIN);
    if (rc == 0)
        rc = sc_buf_reserve(&r->in, STEP_BYTES);
    if (rc < 0)
        return rc;
    ssize_t n = recv(r->fd, r->in.data + r->in.len_bytes, STEP_BYTES, 0);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? 0 : -errno;
    r->in.len_bytes += (size_t)n;
    return n == 0 ? -ECONNRESET : 0;
}

static int read_answer(struct sc_remote *r)
{
    size_t skip;
    int rc;
    sc_buf_consume(&r->in, r->in.len_bytes);
    do {
        rc = read_some(r);
        if (rc < 0)
            return rc;
        rc = sc_answer_parse(r->in.data, r->in.len_bytes, &r->answer, &skip);
    } while (rc == -EAGAIN);
    if (rc < 0)
        return rc;
    r->body_at = skip + r->answer.head_bytes;
    return 0;
}

/* --- requests --- */

static int try_once(struct sc_remote *r, const struct sc_buf *head, const void *body,
                    size_t len_bytes)
{
    struct iovec parts[] = {{head->data, head->len_bytes}, {(void *)(uintptr_t)body, len_bytes}};
    int rc = write_all(r, parts, body ? 2 : 1);
    bool may_say_why = rc == -EPIPE || rc == -ECONNRESET;
    if (rc < 0 && !may_say_why)
        return rc;
    int answered = read_answer(r);
    return answered < 0 && may_say_why ? rc : answered;
}

static int exchange(struct sc_remote *r, const struct sc_buf *head, const void *body,
                    size_t len_bytes, struct sc_err *err)
{
    bool was_kept = r->fd >= 0;
    r->until_ns = sc_clock_ns() + r->timeout_ns;
    int rc = was_kept ? 0 : open_connection(r, err);
    if (rc < 0)
        return rc;
    rc = try_once(r, head, body, len_bytes);
    if (rc == 0)
        return 0;
    hang_up(r);
    if (was_kept && (rc == -EPIPE || rc == -ECONNRESET))
        return exchange(r, head, body, len_bytes, err);
    return sc_err_set(err, rc, "http://%s/ did not take it: %s", r->authority, strerror(-rc));
}

static int read_viewers(struct sc_remote *r, struct sc_err *err)
{
    const char *body = r->in.data + r->body_at;
    size_t len_bytes = r->answer.body_bytes;
    int rc = r->answer.status / 100 == 2
                 ? sc_answer_n_viewers(body, len_bytes)
                 : sc_answer_refusal(r->answer.status, body, len_bytes, err);
    if (rc == -EPROTO && r->answer.status / 100 == 2)
        (void)sc_err_set(err, rc, "http://%s/ is no stillcast", r->authority);
    if (r->answer.is_last)
        hang_up(r);
    return rc;
}

static int ask(struct sc_remote *r, struct sc_buf *head, const void *body, size_t len_bytes,
               struct sc_err *err)
{
    int rc = sc_buf_printf(head, "Host: %s\r\nAccept: application/json\r\n%s\r\n", r->authority,
                           r->authorization);
    if (rc < 0)
        return sc_err_set(err, rc, "out of memory");
    rc = exchange(r, head, body, len_bytes, err);
    return rc < 0 ? rc : read_viewers(r, err);
}

int sc_remote_publish(struct sc_remote *remote, const void *picture, size_t len_bytes,
                      struct sc_err *err)
{
    SC_AUTO(sc_buf_fini) struct sc_buf head;
    sc_buf_init(&head, STEP_BYTES);
    int rc = sc_buf_printf(&head, "PUT /%s.jpg HTTP/1.1\r\nContent-Length: %zu\r\n", remote->name,
                           len_bytes);
    return rc < 0 ? rc : ask(remote, &head, picture, len_bytes, err);
}

int sc_remote_n_viewers(struct sc_remote *remote, struct sc_err *err)
{
    SC_AUTO(sc_buf_fini) struct sc_buf head;
    sc_buf_init(&head, STEP_BYTES);
    int rc = sc_buf_printf(&head, "GET /api/streams/%s HTTP/1.1\r\n", remote->name);
    return rc < 0 ? rc : ask(remote, &head, NULL, 0, err);
}
