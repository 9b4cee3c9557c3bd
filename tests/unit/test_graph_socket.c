/* SPDX-License-Identifier: MIT */
#include "source/graph/socket.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "base/own.h"

static int type_of(int fd)
{
    int type = 0;
    socklen_t len = sizeof type;
    assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len), 0);
    return type;
}

static void addresses_are_bound_and_told_with_the_port_that_the_system_chose(void **state)
{
    static const struct {
        const char *url, *begin;
        bool is_insecure;
        int type;
    } rows[] = {
        {"tcp://127.0.0.1:0", "tcp://127.0.0.1:", false, SOCK_STREAM},
        {"udp://127.0.0.1:0", "udp://127.0.0.1:", false, SOCK_DGRAM},
        {"tcp://:0", "tcp://127.0.0.1:", false, SOCK_STREAM},
        {"tcp://[]:0", "tcp://127.0.0.1:", false, SOCK_STREAM},
        {"udp://[127.0.0.2]:0", "udp://127.0.0.2:", false, SOCK_DGRAM},
        {"udp://0.0.0.0:0", "udp://0.0.0.0:", true, SOCK_DGRAM},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char url[SC_GRAPH_SOCKET_BYTES] = "";
        struct sc_err err = {0};
        int fd SC_AUTO(sc_own_close) = -1;
        if (sc_graph_socket_open(rows[i].url, rows[i].is_insecure, &fd, url, &err) < 0)
            fail_msg("'%s': %s", rows[i].url, err.text);
        assert_memory_equal(url, rows[i].begin, strlen(rows[i].begin));
        assert_true(strtoul(url + strlen(rows[i].begin), NULL, 10) > 0);
        assert_int_equal(type_of(fd), rows[i].type);
    }
}

static void what_cannot_be_bound_or_should_not_be_is_refused(void **state)
{
    static const struct {
        const char *url, *words;
        int code;
    } rows[] = {
        {"tcp://127.0.0.1:65536", "write tcp://ADDRESS:PORT", -EINVAL},
        {"tcp://127.0.0.1:000001", "write tcp://ADDRESS:PORT", -EINVAL},
        {"tcp://127.0.0.1:", "write tcp://ADDRESS:PORT", -EINVAL},
        {"udp://127.0.0.1:-1", "write udp://ADDRESS:PORT", -EINVAL},
        {"udp://127.0.0.1:1/", "write udp://ADDRESS:PORT", -EINVAL},
        {"udp://[::1", "write udp://ADDRESS:PORT", -EINVAL},
        {"udp://[::1]1", "write udp://ADDRESS:PORT", -EINVAL},
        {"udp://::1:1", "write udp://ADDRESS:PORT", -EINVAL},
        {"tcp://0.0.0.0:0", "#insecure=yes", -EKEYREJECTED},
        {"udp://0.0.0.0:0", "#insecure=yes", -EKEYREJECTED},
        {"udp://[::]:0", "#insecure=yes", -EKEYREJECTED},
        {"tcp://192.0.2.1:0", "#insecure=yes", -EKEYREJECTED},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char url[SC_GRAPH_SOCKET_BYTES] = "";
        struct sc_err err = {0};
        int fd = -1;
        assert_int_equal(sc_graph_socket_open(rows[i].url, false, &fd, url, &err), rows[i].code);
        if (!strstr(err.text, rows[i].words) || fd != -1)
            fail_msg("'%s': %s", rows[i].url, err.text);
    }
}

static void a_port_that_is_taken_is_told(void **state)
{
    static const char *const kinds[] = {"tcp://:0", "udp://:0"};
    for (size_t i = 0; i < 2; i++) {
        char url[SC_GRAPH_SOCKET_BYTES], other[SC_GRAPH_SOCKET_BYTES];
        int fd SC_AUTO(sc_own_close) = -1, another SC_AUTO(sc_own_close) = -1;
        struct sc_err err = {0};
        assert_int_equal(sc_graph_socket_open(kinds[i], false, &fd, url, &err), 0);
        assert_int_equal(sc_graph_socket_open(url, false, &another, other, &err), -EADDRINUSE);
        assert_non_null(strstr(err.text, "another program"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_bound_and_told_with_the_port_that_the_system_chose),
        cmocka_unit_test(what_cannot_be_bound_or_should_not_be_is_refused),
        cmocka_unit_test(a_port_that_is_taken_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
