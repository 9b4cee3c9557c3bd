/* SPDX-License-Identifier: MIT */
/* A server in this process whose system calls and allocations fail, one by one: each call of each
 * kind that it makes while one request is served, with each error that the call may have. Whoever
 * is hit may be hung up on, but what comes is whole, the next request is served, and afterwards no
 * descriptor is left. Leaks are the address sanitizer's to find. */
#include "stillcast/embed.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cmocka.h>

#include "faults.h"
#include "peer.h"
#include "shapes.h"
#include "stillcast/log.h"

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define STRIDE 7 /* they see what is done wrong with fewer of them */
#elif defined __has_feature
#if __has_feature(thread_sanitizer) || __has_feature(address_sanitizer)
#define STRIDE 7
#endif
#endif
#ifndef STRIDE
#define STRIDE 1
#endif

#define PATIENCE_S 20
#define COMMENT    60000
#define N_MANY     40 /* viewers that a larger picture is sent to from a file in memory */
#define N_MOST     3000

static struct sc_embed *embed;
static struct peer_body one, two, large;
static struct peer clients[N_MANY];

static void open_peer(struct peer *c, int receive_bytes)
{
    peer_open(c, sc_server_url(sc_embed_server(embed), 0), receive_bytes);
}

static bool is(const struct peer_body *picture, const uint8_t *data, size_t len_bytes)
{
    return picture->len_bytes == len_bytes && memcmp(picture->data, data, len_bytes) == 0;
}

/* Returns: the status of the next whole answer, which is forgotten; 0: hung up. A picture in it
 * must be one of ours. */
static int answer(struct peer *c)
{
    size_t head_bytes = peer_hear_head(c);
    if (head_bytes == 0)
        return 0;
    int status = (int)strtol((const char *)c->data + 9, NULL, 10);
    bool is_picture = memmem(c->data, head_bytes, "image/jpeg", 10);
    ssize_t bytes = status == 204 ? 0 : peer_hear_body(c, head_bytes);
    if (bytes < 0)
        return 0;
    const uint8_t *body = c->data + head_bytes;
    if (is_picture && !is(&one, body, (size_t)bytes) && !is(&two, body, (size_t)bytes) &&
        !is(&large, body, (size_t)bytes))
        fail_msg("%s: a torn picture", peer_doing);
    peer_forget(c, head_bytes + (size_t)bytes);
    return status;
}

static int leave(struct peer *c, int status)
{
    (void)close(c->fd);
    return status;
}

static int request(const char *head, const struct peer_body *body)
{
    open_peer(&clients[0], 0);
    peer_ask(&clients[0], head, body);
    return leave(&clients[0], answer(&clients[0]));
}

static void publish(const struct peer_body *picture)
{
    (void)sc_embed_publish(embed, "a", picture->data, picture->len_bytes, NULL);
}

/* The next part of a stream must be one of the two. Returns whether it is the wanted one; -1: hung
 * up. */
static int part(struct peer *c, const struct peer_body *wanted, const struct peer_body * or)
{
    size_t head_bytes = peer_hear_head(c);
    ssize_t bytes = head_bytes ? peer_hear_body(c, head_bytes) : -1;
    if (bytes < 0)
        return -1;
    const uint8_t *body = c->data + head_bytes;
    bool is_wanted = is(wanted, body, (size_t)bytes);
    if (!is_wanted && !is(or, body, (size_t)bytes))
        fail_msg("%s: a torn part", peer_doing);
    peer_forget(c, head_bytes + (size_t)bytes);
    return is_wanted;
}

static bool parts_until(struct peer *c, const struct peer_body *wanted, const struct peer_body * or)
{
    int found;
    while ((found = part(c, wanted, or)) == 0) {
    }
    return found > 0;
}

/* Returns whether pictures will come. */
static bool begin_watching(struct peer *c, const char *head, int receive_bytes)
{
    static const char fine[] = "HTTP/1.1 200 ";
    open_peer(c, receive_bytes);
    peer_ask(c, head, NULL);
    size_t head_bytes = peer_hear_head(c);
    bool is_fine = head_bytes > 0 && memcmp(c->data, fine, sizeof fine - 1) == 0;
    peer_forget(c, head_bytes);
    return is_fine;
}

/* --- what is asked for while a call fails --- */

static void snapshots(void)
{
    open_peer(&clients[0], 0);
    peer_ask(&clients[0], "GET /a.jpg", NULL);
    peer_ask(&clients[0], "HEAD /a.jpg", NULL);
    (void)answer(&clients[0]);
    (void)leave(&clients[0], 0);
}

static void many_on_one_connection(void)
{
    struct peer *c = &clients[0];
    open_peer(c, 0);
    for (int i = 0; i < 5; i++) {
        peer_ask(c, "GET /a.jpg", NULL);
        peer_ask(c, "PUT /a.jpg", &two);
    }
    for (int i = 0; i < 10 && answer(c) > 0; i++) {
    }
    (void)leave(c, 0);
}

static void put(void)
{
    (void)request("PUT /a.jpg", &two);
    (void)request("GET /a.jpg", NULL);
}

static void put_in_chunks(void)
{
    static const char head[] =
        "PUT /a.jpg HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
    struct peer *c = &clients[0];
    char size[16];
    open_peer(c, 0);
    peer_say(c, head, sizeof head - 1);
    for (size_t at = 0; at < large.len_bytes; at += 30000) {
        size_t bytes = large.len_bytes - at < 30000 ? large.len_bytes - at : 30000;
        peer_say(c, size, (size_t)snprintf(size, sizeof size, "%zx\r\n", bytes));
        peer_say(c, large.data + at, bytes);
        peer_say(c, "\r\n", 2);
    }
    peer_say(c, "0\r\n\r\n", 5);
    (void)leave(c, answer(c));
}

static void post(void)
{
    static const char head[] = "POST /a.mjpg HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: "
                               "chunked\r\nContent-Type: multipart/x-mixed-replace; "
                               "boundary=f\r\n\r\n";
    char text[128];
    struct peer *c = &clients[0];
    open_peer(c, 0);
    peer_say(c, head, sizeof head - 1);
    for (int i = 0; i < 3; i++) {
        const struct peer_body *picture = i == 1 ? &large : &two;
        int n = snprintf(text, sizeof text,
                         "--f\r\nContent-Type: image/jpeg\r\nContent-Length: %zu\r\n\r\n",
                         picture->len_bytes);
        char size[16];
        peer_say(
            c, size,
            (size_t)snprintf(size, sizeof size, "%zx\r\n", (size_t)n + picture->len_bytes + 2));
        peer_say(c, text, (size_t)n);
        peer_say(c, picture->data, picture->len_bytes);
        peer_say(c, "\r\n\r\n", 4);
    }
    peer_say(c, "5\r\n--f--\r\n0\r\n\r\n", 15);
    (void)leave(c, answer(c));
}

static void watch(void)
{
    struct peer *c = &clients[0];
    if (begin_watching(c, "GET /a.mjpg", 0) && parts_until(c, &one, &one)) {
        publish(&two);
        if (parts_until(c, &two, &one)) {
            publish(&large);
            (void)parts_until(c, &large, &two);
        }
    }
    (void)leave(c, 0);
}

static void watch_as_a_browser(void)
{
    struct peer *c = &clients[0];
    if (begin_watching(c, "GET /a.mjpg?advance_headers=1", 0) &&
        peer_hear_until(c, one.data, one.len_bytes)) {
        publish(&two);
        (void)peer_hear_until(c, two.data, two.len_bytes);
    }
    (void)leave(c, 0);
}

static void watch_slowly(void)
{
    struct peer *c = &clients[0];
    if (begin_watching(c, "GET /a.mjpg", 4096) && parts_until(c, &one, &one)) {
        publish(&large);
        if (parts_until(c, &large, &one)) {
            publish(&two);
            (void)parts_until(c, &two, &large);
        }
    }
    (void)leave(c, 0);
}

static void many_watch(void)
{
    bool is_there[N_MANY];
    for (int i = 0; i < N_MANY; i++)
        is_there[i] = begin_watching(&clients[i], "GET /a.mjpg", 0);
    for (int i = 0; i < N_MANY; i++)
        is_there[i] = is_there[i] && parts_until(&clients[i], &one, &one);
    publish(&large);
    for (int i = 0; i < N_MANY; i++) {
        if (is_there[i])
            (void)parts_until(&clients[i], &large, &one);
        (void)leave(&clients[i], 0);
    }
}

static void wait_for_the_next(void)
{
    open_peer(&clients[1], 0);
    peer_ask(&clients[1], "GET /a.jpg?wait=next", NULL);
    (void)request("PUT /a.jpg", &two);
    publish(&two); /* when that one failed; one more is not seen */
    if (shutdown(clients[1].fd, SHUT_WR) == 0)
        (void)answer(&clients[1]);
    (void)leave(&clients[1], 0);
}

static void pages(void)
{
    static const char *const heads[] = {"GET /metrics",       "GET /api/streams", "GET /",
                                        "GET /api/streams/a", "GET /a",           "GET /snapshot",
                                        "OPTIONS /a.jpg",     "GET /healthz"};
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        (void)request(heads[i], NULL);
}

static void streams_come_and_go(void)
{
    (void)request("PUT /new.jpg", &one);
    (void)request("DELETE /new", NULL);
    (void)request("PUT /new.jpg", &two);
    (void)request("DELETE /new", NULL);
}

static void numbers(void)
{
    static const uint8_t text[] = "1\n2\n3\n";
    const struct peer_body body = {text, sizeof text - 1};
    (void)request("POST /api/points/n", &body);
}

static void nonsense(void)
{
    (void)request("nonsense", NULL);
    (void)request("GET /nowhere.jpg", NULL);
    (void)request("PUT /a.jpg", &(struct peer_body){(const uint8_t *)"no picture", 10});
}

/* HTTP/2 by prior knowledge: GET /a.jpg in stream 1, without compression. */
static void by_http2(void)
{
    static const uint8_t hello[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
                                   "\0\0\0\4\0\0\0\0\0"
                                   "\0\0\25\1\5\0\0\0\1"
                                   "\202\206\4\006/a.jpg\101\011localhost";
    struct peer *c = &clients[0];
    uint8_t body[4096] = {0};
    size_t body_bytes = 0;
    bool is_over = false;
    open_peer(c, 0);
    peer_say(c, hello, sizeof hello - 1);
    while (!is_over) {
        while (c->len_bytes < 9 || c->len_bytes < 9 + ((size_t)c->data[1] << 8 | c->data[2]))
            if (!peer_hear(c) || c->data[0] == 'H') { /* a build that has only HTTP/1 says so */
                (void)leave(c, 0);
                return;
            }
        size_t bytes = (size_t)c->data[1] << 8 | c->data[2];
        bool is_data = c->data[3] == 0;
        is_over = c->data[3] == 3 || c->data[3] == 7 || (is_data && c->data[4] & 1);
        if (is_data && body_bytes + bytes <= sizeof body) {
            memcpy(body + body_bytes, c->data + 9, bytes);
            body_bytes += bytes;
        }
        if (is_data && is_over && body[0] == 0xff && !is(&one, body, body_bytes) &&
            !is(&two, body, body_bytes))
            fail_msg("%s: a torn picture by HTTP/2", peer_doing);
        peer_forget(c, 9 + bytes);
    }
    (void)leave(c, 0);
}

/* --- the faults --- */

static void check_served(void)
{
    publish(&one);
    int status = request("GET /a.jpg", NULL);
    for (int i = 0; i < 9 && status == 0 && strstr(peer_doing, "accept4"); i++)
        status = request("GET /a.jpg", NULL); /* it was dropped with those that waited */
    if (status != 200)
        fail_msg("%s: the next request is answered %d", peer_doing, status);
}

/* Returns whether any call failed, that is, whether there is an nth one. */
static bool fail_once(void (*act)(void), size_t i, int error, int nth, int n_more)
{
    faults_arm(i, error, nth, n_more);
    act();
    return faults_disarm();
}

static const struct act {
    const char *name;
    void (*act)(void);
    int stride; /* so many calls of a kind are like one another */
    bool is_watching;
} acts[] = {
#define ACT(name, ...)                                                                             \
    {                                                                                              \
#name, name, __VA_ARGS__                                                                   \
    }
    ACT(snapshots, 1, false),
    ACT(many_on_one_connection, 1, false),
    ACT(put, 1, false),
    ACT(put_in_chunks, 1, false),
    ACT(post, 1, false),
    ACT(watch, 1, true),
    ACT(watch_as_a_browser, 1, true),
    ACT(watch_slowly, 1, true),
    ACT(many_watch, N_MANY / 2, true),
    ACT(wait_for_the_next, 1, true),
    ACT(pages, 1, false),
    ACT(streams_come_and_go, 1, false),
    ACT(numbers, 1, false),
    ACT(nonsense, 1, false),
    ACT(by_http2, 1, false),
};

static void fail_each(const struct act *act, void (*check)(void), size_t i, int error, int n_more)
{
    size_t n;
    const char *call = faults_calls(&n)[i].name;
    bool has_failed = true;
    for (int nth = 0; has_failed && nth < N_MOST; nth += STRIDE * act->stride) {
        (void)snprintf(peer_doing, sizeof peer_doing, "%s, %s %d (%s)", act->name, call, nth,
                       strerror(error));
        has_failed = fail_once(act->act, i, error, nth, n_more);
        check();
    }
}

static void fail_all(const struct act *act, void (*check)(void))
{
    static const int in_a_row[] = {0, 3}; /* more than the one */
    size_t n;
    const struct faults_call *calls = faults_calls(&n);
    for (size_t i = 0; i < n; i++) {
        (void)snprintf(peer_doing, sizeof peer_doing, "%s, %s", act->name, calls[i].name);
        bool is_called = fail_once(act->act, i, calls[i].errors[0], 0, 0);
        check();
        for (const int *error = calls[i].errors; is_called && *error; error++) {
            if (*error == EMFILE && act != acts && strcmp(calls[i].name, "accept4") == 0)
                continue; /* each costs a rest of 100 ms */
            for (size_t w = 0; w < sizeof in_a_row / sizeof *in_a_row; w++)
                fail_each(act, check, i, *error, in_a_row[w]);
        }
    }
}

static void check_descriptors(int before)
{
    if (STRIDE > 1)
        return; /* sanitizers open some of their own when they look something up */
    for (int i = 0; i < PATIENCE_S * 1000 && faults_n_descriptors() != before; i++)
        (void)poll(NULL, 0, 1);
    assert_int_equal(faults_n_descriptors(), before);
}

static void start(size_t n_words, const char *const *words)
{
    struct sc_err err = {0};
    if (sc_embed_create(n_words, words, &embed, &err) < 0)
        fail_msg("%s", err.text);
}

static void check_requests(const char *const *words, size_t n_words, bool is_watching)
{
    start(n_words, words);
    publish(&one);
    int before = faults_n_descriptors();
    check_served();
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++) {
        if (is_watching && !acts[i].is_watching)
            continue;
        fail_all(&acts[i], check_served);
        (void)request("DELETE /new", NULL);
        check_descriptors(before);
    }
    sc_embed_destroy(&embed);
}

static void every_call_may_fail_while_requests_are_served(void **state)
{
    static const char *const words[] = {"--listen", "127.0.0.1:0", "--threads", "1",
                                        "--resend", "1h",          "--drain",   "0"};
    (void)state;
    check_requests(words, sizeof words / sizeof *words, false);
}

static void and_while_pictures_are_sent_one_by_one(void **state)
{
    static const char *const words[] = {"--listen", "127.0.0.1:0", "--threads",
                                        "1",        "--resend",    "1h",
                                        "--drain",  "0",           "--plain-send"};
    (void)state;
    check_requests(words, sizeof words / sizeof *words, true);
}

/* --- from the start to the end --- */

static int before_life;

static void live(void)
{
    static const char *const words[] = {"--listen", "127.0.0.1:0", "--threads",
                                        "2",        "--drain",     "0",
                                        "--save",   "a=saved.jpg", "w=watch:watched.jpg"};
    struct sc_err err = {0};
    faults_exempt(false);
    int rc = sc_embed_create(sizeof words / sizeof *words, words, &embed, &err);
    faults_exempt(true);
    if (rc < 0) {
        assert_null(embed);
        assert_true(strlen(err.text) > 0);
        return;
    }
    publish(&one);
    (void)request("GET /a.jpg", NULL);
    faults_exempt(false);
    sc_embed_destroy(&embed);
    faults_exempt(true);
}

static void check_gone(void)
{
    check_descriptors(before_life);
}

static void every_call_may_fail_from_the_start_to_the_end(void **state)
{
    (void)state;
    live();
    before_life = faults_n_descriptors();
    fail_all(&(struct act){"life", live, 1, false}, check_gone);
}

/* --- all of it --- */

static struct peer_body copy(const struct shape *shape, size_t comment_bytes)
{
    size_t bytes = shape->len_bytes + (comment_bytes ? comment_bytes + 4 : 0);
    uint8_t *data = calloc(1, bytes), *rest = data + 2;
    assert_non_null(data);
    memcpy(data, shape->data, 2);
    if (comment_bytes) {
        const uint8_t head[] = {0xff, 0xfe, (uint8_t)((comment_bytes + 2) >> 8),
                                (uint8_t)(comment_bytes + 2)};
        memcpy(rest, head, sizeof head);
        rest += sizeof head + comment_bytes;
    }
    memcpy(rest, shape->data + 2, shape->len_bytes - 2);
    return (struct peer_body){data, bytes};
}

static int set_up(void **state)
{
    static char folder[] = "/tmp/stillcast-faults-XXXXXX";
    (void)state;
    faults_exempt(true); /* this thread is the client */
    sc_log_set(SC_ERROR, NULL, NULL);
    one = copy(shapes_find("baseline-420"), 0);
    two = copy(shapes_find("baseline-420"), 10);
    large = copy(shapes_find("baseline-420"), COMMENT);
    return mkdtemp(folder) ? chdir(folder) : -1;
}

static int tear_down(void **state)
{
    (void)state;
    free((void *)(uintptr_t)one.data);
    free((void *)(uintptr_t)two.data);
    free((void *)(uintptr_t)large.data);
    (void)unlink("saved.jpg");
    print_message("# %lu system calls and %lu allocations failed\n", faults_n_calls(),
                  faults_n_allocations());
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_call_may_fail_while_requests_are_served),
        cmocka_unit_test(and_while_pictures_are_sent_one_by_one),
        cmocka_unit_test(every_call_may_fail_from_the_start_to_the_end),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
