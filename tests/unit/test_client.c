/* SPDX-License-Identifier: MIT */
/* The client against servers of one answer each; logins, TLS, redirects and dialects are tested end
 * to end. */
#include "client/client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/own.h"

#define BODY_MAX_BYTES 1000
#define LATE_NS        (30 * SC_NS_PER_S)

/* Answers so many connections with the same bytes, then closes them when it is told to. */
struct upstream {
    pthread_t thread;
    int listen_fd, go_fd;
    const char *answer;
    size_t answer_bytes;
    bool is_held; /* the connection stays open until go_fd is written */
    char url[64];
};

static void *serve(void *self)
{
    struct upstream *up = self;
    char request[4096];
    uint64_t go;
    for (;;) {
        int fd SC_AUTO(sc_own_close) = accept4(up->listen_fd, NULL, NULL, SOCK_CLOEXEC);
        if (fd < 0)
            return NULL;
        if (read(fd, request, sizeof request) > 0)
            (void)!write(fd, up->answer, up->answer_bytes); /* the test sees what is missing */
        if (up->is_held)
            (void)!read(up->go_fd, &go, sizeof go);
    }
}

static void start(struct upstream *up, const char *answer, size_t answer_bytes)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t at_bytes = sizeof at;
    up->answer = answer;
    up->answer_bytes = answer_bytes;
    up->go_fd = eventfd(0, EFD_CLOEXEC);
    up->listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(up->go_fd >= 0 && up->listen_fd >= 0);
    assert_int_equal(bind(up->listen_fd, (struct sockaddr *)&at, sizeof at), 0);
    assert_int_equal(listen(up->listen_fd, 4), 0);
    assert_int_equal(getsockname(up->listen_fd, (struct sockaddr *)&at, &at_bytes), 0);
    (void)snprintf(up->url, sizeof up->url, "http://127.0.0.1:%d/x?key=secret", ntohs(at.sin_port));
    assert_int_equal(pthread_create(&up->thread, NULL, serve, up), 0);
}

static void stop(struct upstream *up)
{
    assert_int_equal(eventfd_write(up->go_fd, 1), 0);
    (void)shutdown(up->listen_fd, SHUT_RDWR);
    (void)pthread_join(up->thread, NULL);
    sc_own_close(&up->listen_fd);
    sc_own_close(&up->go_fd);
}

static struct sc_client *client_of(const struct sc_client_config *config)
{
    struct sc_client *client = NULL;
    struct sc_err err;
    if (sc_client_create(config, &client, &err) < 0)
        fail_msg("%s", err.text);
    return client;
}

/* One fetch of an answer with a body of so many bytes. */
static int fetch_of(const char *head, bool has_length, size_t body_bytes, struct sc_buf *body,
                    struct sc_err *err)
{
    static char answer[4096];
    int n = has_length
                ? snprintf(answer, sizeof answer, "%sContent-Length: %zu\r\n\r\n", head, body_bytes)
                : snprintf(answer, sizeof answer, "%s\r\n", head);
    memset(answer + n, 'x', body_bytes);
    struct upstream up = {0};
    start(&up, answer, (size_t)n + body_bytes);
    struct sc_client *client SC_AUTO(sc_client_destroy) =
        client_of(&(struct sc_client_config){.url = up.url, .proxy = ""});
    int rc = sc_client_fetch(client, -1, sc_clock_ns() + LATE_NS, body, err);
    sc_client_destroy(&client);
    stop(&up);
    return rc;
}

static void a_document_is_fetched_up_to_its_limit(void **state)
{
    static const size_t sizes[] = {0, 1, BODY_MAX_BYTES - 1, BODY_MAX_BYTES, BODY_MAX_BYTES + 1};
    (void)state;
    for (size_t i = 0; i < 2 * sizeof sizes / sizeof sizes[0]; i++) {
        struct sc_err err = {0};
        struct sc_buf body SC_AUTO(sc_buf_fini);
        size_t size_bytes = sizes[i / 2];
        sc_buf_init(&body, BODY_MAX_BYTES);
        int rc = fetch_of("HTTP/1.1 200 OK\r\n", i % 2, size_bytes, &body, &err);
        assert_int_equal(rc, size_bytes > BODY_MAX_BYTES ? -EMSGSIZE : 0);
        if (rc == 0)
            assert_int_equal(body.len_bytes, size_bytes);
        for (size_t k = 0; rc == 0 && k < size_bytes; k++)
            assert_int_equal(body.data[k], 'x');
        assert_true(rc == 0 ||
                    (strstr(err.text, "larger than 1000 bytes") && !strstr(err.text, "secret")));
    }
}

static void another_status_is_no_document(void **state)
{
    static const struct {
        const char *head;
        bool has_length;
        int rc;
    } cases[] = {
        {"HTTP/1.1 404 Not Found\r\n", true, -ENOENT},
        {"HTTP/1.1 401 Who\r\n", true, -EACCES},
        {"HTTP/1.1 302 Found\r\nLocation: /y\r\n", true, -EREMCHG},
        {"HTTP/1.1 500 Oops\r\n", true, -EPROTO},
        {"SSH-2.0-x\r\n", false, -EPROTO},
        {"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n", false, -ECONNRESET},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sc_err err = {0};
        struct sc_buf body SC_AUTO(sc_buf_fini);
        sc_buf_init(&body, BODY_MAX_BYTES);
        int rc = fetch_of(cases[i].head, cases[i].has_length, 10, &body, &err);
        if (rc != cases[i].rc || err.code != rc || !strstr(err.text, "'http://127.0.0.1:") ||
            strstr(err.text, "secret"))
            fail_msg("%zu: %d, '%s'", i, rc, err.text);
    }
}

#define HALF "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf"

static void a_fetch_goes_on_where_it_was_interrupted(void **state)
{
    struct upstream up = {.is_held = true};
    struct sc_err err = {0};
    struct sc_buf body SC_AUTO(sc_buf_fini);
    int wake_fd SC_AUTO(sc_own_close) = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
    uint64_t n;
    (void)state;
    start(&up, HALF, sizeof HALF - 1);
    sc_buf_init(&body, BODY_MAX_BYTES);
    struct sc_client *client SC_AUTO(sc_client_destroy) =
        client_of(&(struct sc_client_config){.url = up.url, .proxy = ""});
    for (int i = 0; i < 3; i++)
        assert_int_equal(sc_client_fetch(client, wake_fd, UINT64_MAX, &body, &err), -ECANCELED);
    assert_int_equal(read(wake_fd, &n, sizeof n), sizeof n);
    assert_int_equal(
        sc_client_fetch(client, wake_fd, sc_clock_ns() + 50 * SC_NS_PER_MS, &body, &err),
        -ETIMEDOUT);
    assert_int_equal(body.len_bytes, 4);
    assert_memory_equal(body.data, "half", 4);
    assert_non_null(strstr(err.text, "127.0.0.1"));
    stop(&up);
}

static void an_answer_is_read_into_rooms_of_any_size(void **state)
{
    static const char answer[] = "HTTP/1.1 200 OK\r\nX-Word: here\r\nContent-Length: 26\r\n\r\n"
                                 "abcdefghijklmnopqrstuvwxyz";
    struct sc_err err = {0};
    (void)state;
    for (size_t room_bytes = 1; room_bytes <= 27; room_bytes++) {
        struct upstream up = {0};
        char text[64] = "";
        size_t len = 0, n = 0;
        int rc;
        start(&up, answer, sizeof answer - 1);
        struct sc_client *client SC_AUTO(sc_client_destroy) =
            client_of(&(struct sc_client_config){.url = up.url, .proxy = ""});
        assert_int_equal(sc_client_start(client, NULL, &err), 0);
        assert_int_equal(sc_client_answer(client, -1, &err), 200);
        assert_string_equal(sc_client_field(client, "x-word"), "here");
        assert_null(sc_client_field(client, "x-other"));
        assert_int_equal(sc_client_length_bytes(client), 26);
        for (; (rc = sc_client_read(client, -1, text + len, room_bytes, &n, &err)) == 0; len += n)
            assert_true(n > 0 && n <= room_bytes);
        assert_int_equal(rc, -ENODATA);
        assert_string_equal(text, "abcdefghijklmnopqrstuvwxyz");
        sc_client_destroy(&client);
        stop(&up);
    }
}

static void only_urls_of_http_can_be_asked(void **state)
{
    static const char *const texts[] = {
        "",        "host",        "ftp://me:secret@host/", "file:///etc",
        "http://", "http://h:x/", "https://me:secret@",    "javascript:x",
        "http:h",  " http://host"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct sc_client *client = NULL;
        struct sc_err err = {0};
        struct sc_client_config config = {.url = texts[i]};
        if (sc_client_create(&config, &client, &err) != -EINVAL || strstr(err.text, "secret"))
            fail_msg("'%s': '%s'", texts[i], err.text);
        assert_null(client);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_is_fetched_up_to_its_limit),
        cmocka_unit_test(another_status_is_no_document),
        cmocka_unit_test(a_fetch_goes_on_where_it_was_interrupted),
        cmocka_unit_test(an_answer_is_read_into_rooms_of_any_size),
        cmocka_unit_test(only_urls_of_http_can_be_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
