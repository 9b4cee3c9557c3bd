/* SPDX-License-Identifier: MIT */
/* A server whose n-th allocation fails, for every n there is while it starts and answers one
 * request of each kind: it says so or hangs up, never hangs, and is whole again afterwards. Leaks
 * are the address sanitizer's to find. */
#include "stillcast/server.h"

#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "shapes.h"

#define PATIENCE_S 20 /* for an answer or the end; sanitizers are slow */

void *__real_malloc(size_t bytes);
void *__real_calloc(size_t n, size_t bytes);
void *__real_realloc(void *old, size_t bytes);
void *__wrap_malloc(size_t bytes);
void *__wrap_calloc(size_t n, size_t bytes);
void *__wrap_realloc(void *old, size_t bytes);

static atomic_int allocations_left = -1; /* until one fails; negative: none does */

static bool fails_now(void)
{
    int left = atomic_load(&allocations_left);
    while (left >= 0 && !atomic_compare_exchange_weak(&allocations_left, &left, left - 1)) {
    }
    return left == 0;
}

void *__wrap_malloc(size_t bytes)
{
    return fails_now() ? NULL : __real_malloc(bytes);
}

void *__wrap_calloc(size_t n, size_t bytes)
{
    return fails_now() ? NULL : __real_calloc(n, bytes);
}

void *__wrap_realloc(void *old, size_t bytes)
{
    return fails_now() ? NULL : __real_realloc(old, bytes);
}

static int connect_to(struct sc_server *server)
{
    const struct timeval patience = {.tv_sec = PATIENCE_S};
    const char *colon = strrchr(sc_server_url(server, 0), ':');
    struct sockaddr_in where = {
        .sin_family = AF_INET,
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
        .sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10)),
    };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(fd >= 0);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    assert_int_equal(connect(fd, (struct sockaddr *)&where, sizeof where), 0);
    return fd;
}

/* Sends head and body. Returns the connection. */
static int ask(struct sc_server *server, const char *head, const struct shape *body)
{
    char text[256];
    int fd = connect_to(server);
    int n = snprintf(text, sizeof text, "%s HTTP/1.1\r\nHost: localhost\r\n", head);
    if (body)
        n += snprintf(text + n, sizeof text - (size_t)n, "Content-Length: %zu\r\n\r\n",
                      body->len_bytes);
    else
        n += snprintf(text + n, sizeof text - (size_t)n, "\r\n");
    (void)send(fd, text, (size_t)n, MSG_NOSIGNAL);
    if (body)
        (void)send(fd, body->data, body->len_bytes, MSG_NOSIGNAL);
    return fd;
}

/* The first bytes of the answer, and the end of the connection. Returns the status; 0: hung up. */
static int hear(int fd)
{
    char text[64] = "";
    ssize_t n;
    do /* the end of a ring that this thread made interrupts it */
        n = recv(fd, text, sizeof text - 1, 0);
    while (n < 0 && errno == EINTR);
    assert_true(n >= 0 || errno == ECONNRESET);
    (void)close(fd);
    return n < 12 ? 0 : (int)strtol(text + 9, NULL, 10);
}

/* One request of each kind. Returns whether all went as they should. */
static bool ask_for_everything(struct sc_server *server)
{
    static const struct {
        const char *head;
        int status;
        bool has_body;
    } rows[] = {
        {"PUT /a.jpg", 201, true},
        {"GET /a.jpg", 200, false},
        {"HEAD /a.jpg", 200, false},
        {"GET /a.mjpg", 200, false},
        {"GET /a.mjpg?raw=1", 200, false},
        {"POST /a.mjpg", 200, true},
        {"POST /b.mjpg", 200, true},
        {"GET /metrics", 200, false},
        {"GET /api/streams", 200, false},
        {"GET /api/streams/a", 200, false},
        {"GET /snapshot", 200, false},
        {"GET /", 200, false},
        {"OPTIONS /a.jpg", 204, false},
        {"PUT /a.gone", 405, true},
        {"GET /?action=stream", 200, false},
        {"DELETE /a", 200, false},
        {"nonsense", 400, false},
    };
    const struct shape *picture = shapes_find("baseline-420");
    bool is_whole = true;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int status = hear(ask(server, rows[i].head, rows[i].has_body ? picture : NULL));
        is_whole &= status == rows[i].status;
    }
    int waiter = ask(server, "GET /b.jpg?wait=next", NULL);
    is_whole &= hear(ask(server, "PUT /b.jpg", picture)) == 200;
    if (is_whole)
        is_whole = hear(waiter) == 200;
    else
        (void)close(waiter);
    return is_whole;
}

static void check_as_new(struct sc_server *server)
{
    const struct shape *picture = shapes_find("baseline-420");
    int status = hear(ask(server, "PUT /again.jpg", picture));
    assert_true(status == 201);
    assert_int_equal(hear(ask(server, "GET /again.jpg", NULL)), 200);
    assert_int_equal(hear(ask(server, "GET /again.mjpg", NULL)), 200);
}

/* Returns whether everything went as it should. */
static bool serve_short_of_memory(int n)
{
    static const char *const listen[] = {"127.0.0.1:0", NULL};
    struct sc_server_config config;
    struct sc_server *server = NULL;
    struct sc_err err = {0};
    sc_server_config_init(&config);
    config.listen = listen;
    config.n_threads = 1;
    config.drain_ns = 0;
    atomic_store(&allocations_left, n);
    int rc = sc_server_create(&config, &server, &err);
    if (rc < 0) {
        atomic_store(&allocations_left, -1);
        assert_int_equal(rc, -ENOMEM);
        assert_null(server);
        assert_true(strlen(err.text) > 0);
        return false;
    }
    assert_int_equal(sc_server_start(server), 0);
    bool is_whole = ask_for_everything(server);
    bool is_over = atomic_exchange(&allocations_left, -1) >= 0;
    check_as_new(server);
    struct sc_pool *pool = sc_pool_ref(sc_server_pool(server));
    sc_server_destroy(&server);
    assert_int_equal(sc_pool_used_bytes(pool), 0);
    sc_pool_unref(&pool);
    assert_true(is_whole || !is_over);
    return is_over;
}

static void a_server_outlives_every_failed_allocation(void **state)
{
    int n = 0;
    (void)state;
    while (!serve_short_of_memory(n))
        n++;
    assert_true(n > 40);
    print_message("%d allocations\n", n);
}

int main(void)
{
    (void)shapes_find("baseline-420"); /* made and kept, before any allocation fails */
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_outlives_every_failed_allocation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
