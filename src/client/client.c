/* SPDX-License-Identifier: MIT */
/*            start                head complete            body complete, or failed
 *   (idle) ────────► under way ──────────────► headed ────────────────────────────► over
 *                       │  ▲ redirected: start again
 *                       └──┘
 * libcurl calls on_head and on_body from within step(). */
#include "client/client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/own.h"
#include "client/part.h"

#define CONNECT_NS (5 * SC_NS_PER_S)
#define SILENCE_NS (10 * SC_NS_PER_S)

static int out_of_memory(struct sc_err *err)
{
    return sc_err_set(err, -ENOMEM, "out of memory");
}

int sc_client_create(const struct sc_client_config *config, struct sc_client **out_client,
                     struct sc_err *err)
{
    struct sc_client *client SC_AUTO(sc_client_destroy) = NULL;
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        return out_of_memory(err);
    client = calloc(1, sizeof *client);
    if (!client) {
        curl_global_cleanup();
        return out_of_memory(err);
    }
    client->config = *config;
    if (!config->connect_ns)
        client->config.connect_ns = CONNECT_NS;
    if (!config->silence_ns)
        client->config.silence_ns = SILENCE_NS;
    client->until_ns = UINT64_MAX;
    sc_buf_init(&client->spill, SC_CLIENT_CHUNK_BYTES);
    client->multi = curl_multi_init();
    client->easy = curl_easy_init();
    int rc = client->multi && client->easy ? sc_client_set_options(client) : -ENOMEM;
    if (rc < 0)
        return out_of_memory(err);
    rc = sc_client_url_init(config->url, &client->url, err);
    if (rc == 0)
        *out_client = sc_steal(client);
    return rc;
}

static void detach(struct sc_client *client)
{
    if (client->is_attached)
        (void)curl_multi_remove_handle(client->multi, client->easy);
    client->is_attached = false;
}

void sc_client_destroy(struct sc_client **client)
{
    struct sc_client *old = sc_steal(*client);
    if (!old)
        return;
    detach(old);
    curl_easy_cleanup(old->easy);
    (void)curl_multi_cleanup(old->multi);
    curl_slist_free_all(old->fields);
    sc_buf_fini(&old->spill);
    sc_client_url_fini(&old->url);
    sc_client_url_fini(&old->redirected);
    free(old);
    curl_global_cleanup();
}

/* --- what libcurl calls --- */

static int break_off(struct sc_client *client, const char *fault)
{
    client->fault = fault;
    return 0; /* taken of the bytes given: libcurl fails with CURLE_WRITE_ERROR */
}

static bool is_success(int status)
{
    return status >= 200 && status < 300;
}

/* "HTTP/1.1 200 OK": there may be several heads, of interim answers and of questions for a
 * password. */
static void take_status_line(struct sc_client *client, const char *line, size_t len_bytes)
{
    const char *blank = memchr(line, ' ', len_bytes);
    size_t left = blank ? len_bytes - (size_t)(blank - line) : 0;
    client->status = 0;
    for (size_t i = 1; i < left && i <= 3 && blank[i] >= '0' && blank[i] <= '9'; i++)
        client->status = client->status * 10 + (blank[i] - '0');
}

size_t sc_client_on_head(char *data, size_t one, size_t len_bytes, void *self)
{
    struct sc_client *client = self;
    (void)one;
    client->head_bytes += len_bytes;
    client->n_fields++;
    if (client->head_bytes > SC_CLIENT_HEAD_MAX_BYTES)
        return (size_t)break_off(client, "the head of its answer is larger than 16 KiB");
    if (client->n_fields > SC_CLIENT_FIELDS_MAX + 2) /* the status and the empty line */
        return (size_t)break_off(client, "the head of its answer has more than 100 fields");
    if (len_bytes > 5 && memcmp(data, "HTTP/", 5) == 0)
        take_status_line(client, data, len_bytes);
    bool is_end = *data == '\r' || *data == '\n';
    if (is_end && is_success(client->status))
        client->is_headed = true;
    client->heard_ns = sc_clock_ns();
    return len_bytes;
}

/* Of an answer that is no success nobody wants the body. */
size_t sc_client_on_body(char *data, size_t one, size_t len_bytes, void *self)
{
    struct sc_client *client = self;
    (void)one;
    if (!client->is_headed)
        return 0;
    if (client->spill.len_bytes > 0) {
        client->is_paused = true;
        return CURL_WRITEFUNC_PAUSE;
    }
    size_t fits = client->room_bytes - client->filled_bytes;
    if (fits > len_bytes)
        fits = len_bytes;
    if (sc_buf_append(&client->spill, data + fits, len_bytes - fits) < 0)
        return (size_t)break_off(client, "out of memory");
    if (fits)
        memcpy(client->room + client->filled_bytes, data, fits);
    client->filled_bytes += fits;
    client->heard_ns = sc_clock_ns();
    return len_bytes;
}

/* --- asking --- */

/* Counts for one answer, the others of its way included. */
static void reset(struct sc_client *client)
{
    sc_buf_consume(&client->spill, client->spill.len_bytes);
    client->is_headed = client->is_over = client->is_paused = client->was_read = false;
    client->fault = NULL;
    client->detail[0] = '\0';
    client->code = CURLE_OK;
    client->status = 0;
    client->n_fields = 0;
    client->head_bytes = 0;
    client->heard_ns = sc_clock_ns();
    client->head_until_ns =
        client->heard_ns + client->config.connect_ns + client->config.silence_ns;
}

static int begin(struct sc_client *client, const char *const *fields, struct sc_err *err)
{
    detach(client);
    reset(client);
    if (sc_client_set_target(client, fields) < 0)
        return out_of_memory(err);
    if (curl_multi_add_handle(client->multi, client->easy) != CURLM_OK)
        return out_of_memory(err);
    client->is_attached = true;
    return 0;
}

int sc_client_start(struct sc_client *client, const char *const *fields, struct sc_err *err)
{
    sc_client_url_fini(&client->redirected);
    client->n_redirected = 0;
    client->is_fetching = false;
    return begin(client, fields, err);
}

static uint64_t deadline_ns(const struct sc_client *client)
{
    uint64_t at_ns =
        client->is_headed ? client->heard_ns + client->config.silence_ns : client->head_until_ns;
    return at_ns < client->until_ns ? at_ns : client->until_ns;
}

static void take_messages(struct sc_client *client)
{
    int n_left;
    CURLMsg *message;
    while ((message = curl_multi_info_read(client->multi, &n_left))) {
        if (message->msg != CURLMSG_DONE)
            continue;
        client->is_over = true;
        client->code = message->data.result;
    }
}

/* Lets libcurl work until something has happened. Returns: 0; -ECANCELED; -ETIMEDOUT. */
static int step(struct sc_client *client, int wake_fd)
{
    struct curl_waitfd wake = {.fd = wake_fd, .events = CURL_WAIT_POLLIN};
    uint64_t now = sc_clock_ns(), at_ns = deadline_ns(client);
    if (now >= at_ns)
        return -ETIMEDOUT;
    uint64_t left_ms = (at_ns - now) / SC_NS_PER_MS + 1;
    int n_running, wait_ms = left_ms > 60000 ? 60000 : (int)left_ms;
    if (curl_multi_poll(client->multi, &wake, wake_fd < 0 ? 0 : 1, wait_ms, NULL) != CURLM_OK)
        return -ENOMEM;
    if (wake.revents)
        return -ECANCELED;
    if (curl_multi_perform(client->multi, &n_running) != CURLM_OK)
        return -ENOMEM;
    take_messages(client);
    return 0;
}

/* Returns: 1 on the way to another place; 0 stay here; -ENOMEM. */
static int follow(struct sc_client *client, struct sc_err *err)
{
    struct sc_client_url url SC_AUTO(sc_client_url_fini) = {0};
    const char *to = sc_client_field(client, "Location");
    if (client->n_redirected >= client->config.n_redirects)
        return 0;
    int rc = to ? sc_client_url_follow(sc_client_target(client), to, &url, NULL) : -EINVAL;
    if (rc < 0 || (sc_client_target(client)->is_tls && !url.is_tls))
        return rc == -ENOMEM ? out_of_memory(err) : 0;
    sc_client_url_fini(&client->redirected);
    client->redirected = url;
    url = (struct sc_client_url){0};
    client->n_redirected++;
    rc = begin(client, NULL, err);
    return rc < 0 ? rc : 1;
}

/* Returns: 0 when nothing is in the way. */
static int check(struct sc_client *client, int rc, struct sc_err *err)
{
    if (rc == -ENOMEM)
        return out_of_memory(err);
    return rc == -ETIMEDOUT ? sc_client_why(client, err) : rc;
}

int sc_client_answer(struct sc_client *client, int wake_fd, struct sc_err *err)
{
    for (;;) {
        int rc = 0;
        while (rc == 0 && !client->is_headed && !client->is_over)
            rc = check(client, step(client, wake_fd), err);
        if (rc < 0)
            return rc;
        bool is_answered = client->code == CURLE_OK || client->code == CURLE_WRITE_ERROR;
        if (client->fault || !is_answered || client->status < 200 ||
            (is_success(client->status) && !client->is_headed))
            return sc_client_why(client, err);
        bool is_moved = client->status >= 300 && client->status < 400 && client->status != 304;
        rc = is_moved ? follow(client, err) : 0;
        if (rc <= 0)
            return rc == 0 ? client->status : rc;
    }
}

const char *sc_client_field(struct sc_client *client, const char *name)
{
    struct curl_header *field = NULL;
    return curl_easy_header(client->easy, name, 0, CURLH_HEADER, -1, &field) == CURLHE_OK
               ? field->value
               : NULL;
}

int64_t sc_client_length_bytes(const struct sc_client *client)
{
    curl_off_t length_bytes = -1;
    (void)curl_easy_getinfo(client->easy, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length_bytes);
    return length_bytes;
}

static bool read_end(const char *ip, long port, struct sockaddr_in6 *out_end)
{
    char mapped[64];
    *out_end = (struct sockaddr_in6){.sin6_port = htons((uint16_t)port)};
    (void)snprintf(mapped, sizeof mapped, "%s%s",
                   ip && strchr(ip, ':') ? "" : "::ffff:", ip ? ip : "");
    return inet_pton(AF_INET6, mapped, &out_end->sin6_addr) == 1;
}

bool sc_client_ends(const struct sc_client *client, struct sockaddr_in6 *out_here,
                    struct sockaddr_in6 *out_there)
{
    char *here = NULL, *there = NULL;
    long here_port = 0, there_port = 0;
    (void)curl_easy_getinfo(client->easy, CURLINFO_LOCAL_IP, &here);
    (void)curl_easy_getinfo(client->easy, CURLINFO_LOCAL_PORT, &here_port);
    (void)curl_easy_getinfo(client->easy, CURLINFO_PRIMARY_IP, &there);
    (void)curl_easy_getinfo(client->easy, CURLINFO_PRIMARY_PORT, &there_port);
    return read_end(here, here_port, out_here) && read_end(there, there_port, out_there);
}

static bool take_spilled(struct sc_client *client)
{
    size_t n =
        client->spill.len_bytes < client->room_bytes ? client->spill.len_bytes : client->room_bytes;
    if (n)
        memcpy(client->room, client->spill.data, n);
    sc_buf_consume(&client->spill, n);
    client->filled_bytes = n;
    return n > 0;
}

/* libcurl may call on_body from within. */
static void unpause(struct sc_client *client)
{
    if (!client->is_paused || client->is_over)
        return;
    client->is_paused = false;
    (void)curl_easy_pause(client->easy, CURLPAUSE_CONT);
}

bool sc_client_has_more(struct sc_client *client)
{
    int n_running;
    if (client->spill.len_bytes == 0)
        unpause(client);
    if (client->spill.len_bytes == 0 && !client->is_over) {
        (void)curl_multi_perform(client->multi, &n_running); /* a failure comes again in read */
        take_messages(client);
    }
    return client->spill.len_bytes > 0 || client->is_over;
}

static int fill(struct sc_client *client, int wake_fd, struct sc_err *err)
{
    if (take_spilled(client))
        return 0;
    unpause(client);
    while (client->filled_bytes == 0 && !client->is_over && !client->fault) {
        int rc = check(client, step(client, wake_fd), err);
        if (rc < 0)
            return rc;
    }
    if (client->filled_bytes > 0)
        return 0;
    return client->code == CURLE_OK && !client->fault ? -ENODATA : sc_client_why(client, err);
}

int sc_client_read(struct sc_client *client, int wake_fd, void *room, size_t room_bytes,
                   size_t *out_bytes, struct sc_err *err)
{
    client->room = room;
    client->room_bytes = room_bytes;
    client->filled_bytes = 0;
    if (client->was_read)
        client->heard_ns = sc_clock_ns(); /* it was we who did not listen */
    int rc = fill(client, wake_fd, err);
    client->was_read = rc == 0;
    if (rc == 0)
        *out_bytes = client->filled_bytes;
    client->room = NULL;
    client->room_bytes = client->filled_bytes = 0;
    return rc;
}
