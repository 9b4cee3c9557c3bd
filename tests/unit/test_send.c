/* SPDX-License-Identifier: MIT */
/* Every strategy that works here does the same. */
#include "net/send.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define N 40

static const enum sc_sender_kind kinds[] = {SC_SENDER_PLAIN, SC_SENDER_URING};

static struct sc_sender *create(enum sc_sender_kind kind)
{
    struct sc_sender *sender = NULL;
    struct sc_err err = {0};
    int rc = sc_sender_create(kind, &sender, &err);
    if (rc < 0)
        print_message("not here: %s\n", err.text);
    return sender;
}

static void a_batch_reaches_every_socket_whole(void **state)
{
    static const char text[] = "one frame for all of them";
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        struct sc_sender *sender = create(kinds[k]);
        struct sc_send sends[N];
        int pairs[N][2];
        char got[64];
        if (!sender)
            continue;
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < N; i++) {
                assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pairs[i]), 0);
                sends[i] =
                    (struct sc_send){.fd = pairs[i][0], .data = text, .len_bytes = sizeof text};
            }
            sc_sender_send(sender, sends, N);
            for (int i = 0; i < N; i++) {
                assert_int_equal(sends[i].sent, sizeof text);
                assert_int_equal(read(pairs[i][1], got, sizeof got), sizeof text);
                assert_string_equal(got, text);
                (void)close(pairs[i][0]);
                (void)close(pairs[i][1]);
            }
        }
        sc_sender_destroy(&sender);
    }
}

static void full_and_closed_sockets_are_told_and_harm_no_other(void **state)
{
    static char much[30000];
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        struct sc_sender *sender = create(kinds[k]);
        struct sc_send sends[N];
        int pairs[N][2];
        if (!sender)
            continue;
        for (int i = 0; i < N; i++) {
            assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pairs[i]), 0);
            sends[i] = (struct sc_send){.fd = pairs[i][0], .data = much, .len_bytes = sizeof much};
        }
        while (send(pairs[3][0], much, sizeof much, MSG_DONTWAIT) > 0) {
        }
        (void)close(pairs[5][1]);
        sc_sender_send(sender, sends, N);
        for (int i = 0; i < N; i++) {
            ssize_t right = i == 3 ? -EAGAIN : i == 5 ? -EPIPE : (ssize_t)sizeof much;
            assert_int_equal(sends[i].sent, right);
        }
        for (int i = 0; i < N; i++) {
            (void)close(pairs[i][0]);
            if (i != 5)
                (void)close(pairs[i][1]);
        }
        sc_sender_destroy(&sender);
    }
}

struct io_uring;
__attribute__((weak)) int __real_io_uring_submit_and_wait(struct io_uring *ring, unsigned n);
int __wrap_io_uring_submit_and_wait(struct io_uring *ring, unsigned n);

static bool is_kernel_short_of_memory;

int __wrap_io_uring_submit_and_wait(struct io_uring *ring, unsigned n)
{
    return is_kernel_short_of_memory ? -EAGAIN : __real_io_uring_submit_and_wait(ring, n);
}

/* Sends to N new sockets. Each must have got it once; *out_last is one that stays open. */
static void send_once(struct sc_sender *sender, const char *text, size_t len, int out_last[2])
{
    struct sc_send sends[N];
    int pairs[N][2];
    char got[64];
    for (int i = 0; i < N; i++) {
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pairs[i]), 0);
        sends[i] = (struct sc_send){.fd = pairs[i][0], .data = text, .len_bytes = len};
    }
    sc_sender_send(sender, sends, N);
    for (int i = 0; i < N; i++) {
        assert_int_equal(sends[i].sent, len);
        assert_int_equal(recv(pairs[i][1], got, sizeof got, MSG_DONTWAIT), len);
        assert_memory_equal(got, text, len);
        if (i == N - 1)
            memcpy(out_last, pairs[i], sizeof pairs[i]);
        else
            (void)(close(pairs[i][0]), close(pairs[i][1]));
    }
}

static void what_the_kernel_did_not_take_is_sent_once_and_never_later(void **state)
{
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        struct sc_sender *sender = create(kinds[k]);
        int first[2], last[2];
        char got[64];
        if (!sender)
            continue;
        for (int round = 0; round < 10; round++) { /* more than a ring holds */
            is_kernel_short_of_memory = true;
            send_once(sender, "first", 5, first);
            is_kernel_short_of_memory = false;
            if (round % 2)
                send_once(sender, "and another", 11, last);
            assert_int_equal(recv(first[1], got, sizeof got, MSG_DONTWAIT), -1);
            (void)(close(first[0]), close(first[1]));
            if (round % 2)
                (void)(close(last[0]), close(last[1]));
        }
        sc_sender_destroy(&sender);
    }
}

int __real_memfd_create(const char *name, unsigned flags);
int __wrap_memfd_create(const char *name, unsigned flags);

static bool are_files_forbidden;
static int n_files;

int __wrap_memfd_create(const char *name, unsigned flags)
{
    n_files++;
    errno = ENOSYS;
    return are_files_forbidden ? -1 : __real_memfd_create(name, flags);
}

/* Viewers of two forms get two slices of one frame. One socket is full, the peer of another gone.
 */
static void send_large(struct sc_sender *sender, int n, size_t len)
{
    static char frame[200000], got[200000];
    struct sc_send sends[SC_SEND_BATCH];
    int pairs[SC_SEND_BATCH][2];
    for (size_t i = 0; i < sizeof frame; i++)
        frame[i] = (char)(i * 7 + i / 251);
    for (int i = 0; i < n; i++) {
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pairs[i]), 0);
        sends[i] = (struct sc_send){.fd = pairs[i][0],
                                    .data = frame + (i % 2 ? 99 : 0),
                                    .len_bytes = len - (i % 2 ? 70 : 0)};
    }
    while (send(pairs[3][0], got, 4096, MSG_DONTWAIT) > 0) {
    }
    (void)close(pairs[5][1]);
    sc_sender_send(sender, sends, (size_t)n);
    for (int i = 0; i < n; i++) {
        ssize_t right = i == 3 ? -EAGAIN : i == 5 ? -EPIPE : (ssize_t)sends[i].len_bytes;
        assert_int_equal(sends[i].sent, right);
        if (right > 0) {
            assert_int_equal(recv(pairs[i][1], got, sizeof got, MSG_WAITALL), right);
            assert_memory_equal(got, sends[i].data, (size_t)right);
        }
        (void)(close(pairs[i][0]), i == 5 ? 0 : close(pairs[i][1]));
    }
}

static void what_many_want_is_sent_from_a_file(void **state)
{
    static const struct {
        int n;
        size_t len;
        int n_files;
    } cases[] = {{64, 60000, 1}, {63, 60000, 0}, {64, 32768, 0},           {64, 32769, 1},
                 {64, 98304, 1}, {64, 98305, 0}, {SC_SEND_BATCH, 40000, 1}};
    (void)signal(SIGPIPE, SIG_IGN);
    for (int forbidden = 0; forbidden < 2; forbidden++) {
        struct sc_sender *sender = create(SC_SENDER_AUTO), *plain = create(SC_SENDER_PLAIN);
        are_files_forbidden = forbidden;
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            n_files = 0;
            send_large(sender, cases[i].n, cases[i].len);
            assert_int_equal(n_files, cases[i].n_files);
        }
        n_files = 0;
        send_large(plain, 64, 60000);
        assert_int_equal(n_files, 0);
        sc_sender_destroy(&sender);
        sc_sender_destroy(&plain);
    }
}

static void there_always_is_one(void **state)
{
    struct sc_sender *sender = create(SC_SENDER_AUTO);
    assert_non_null(sender);
    assert_true(strlen(sc_sender_name(sender)) > 0);
    sc_sender_destroy(&sender);
    sender = create(SC_SENDER_PLAIN);
    assert_string_equal(sc_sender_name(sender), "plain");
    sc_sender_destroy(&sender);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_batch_reaches_every_socket_whole),
        cmocka_unit_test(full_and_closed_sockets_are_told_and_harm_no_other),
        cmocka_unit_test(what_the_kernel_did_not_take_is_sent_once_and_never_later),
        cmocka_unit_test(what_many_want_is_sent_from_a_file),
        cmocka_unit_test(there_always_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
