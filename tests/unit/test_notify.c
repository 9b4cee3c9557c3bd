/* SPDX-License-Identifier: MIT */
#include "app/notify.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/own.h"

/* A manager that listens at an address which the system chooses in the abstract name space. */
static int manager_open(char out_path[static 64])
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    socklen_t bytes = sizeof address;
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address.sun_family), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &bytes), 0);
    int name_bytes = (int)(bytes - offsetof(struct sockaddr_un, sun_path)) - 1;
    (void)snprintf(out_path, 64, "@%.*s", name_bytes, address.sun_path + 1);
    return fd;
}

static void the_manager_hears_the_state(void **state)
{
    char path[64], heard[64] = "";
    SC_AUTO(sc_own_close) int fd = manager_open(path);
    (void)state;
    assert_int_equal(setenv("NOTIFY_SOCKET", path, 1), 0);
    assert_int_equal(sc_notify("READY=1"), 0);
    assert_int_equal(recv(fd, heard, sizeof heard - 1, 0), 7);
    assert_string_equal(heard, "READY=1");
}

static void without_a_manager_nothing_happens(void **state)
{
    (void)state;
    (void)unsetenv("NOTIFY_SOCKET");
    assert_int_equal(sc_notify("READY=1"), 0);
    assert_int_equal(setenv("NOTIFY_SOCKET", "", 1), 0);
    assert_int_equal(sc_notify("READY=1"), 0);
}

static void a_manager_that_is_gone_is_told_of(void **state)
{
    (void)state;
    assert_int_equal(setenv("NOTIFY_SOCKET", "/nowhere/at/all", 1), 0);
    assert_int_equal(sc_notify("READY=1"), -ENOENT);
}

static void an_address_has_room_for_107_bytes(void **state)
{
    char path[109];
    (void)state;
    (void)memset(path, 'x', sizeof path);
    path[0] = '/';
    path[107] = '\0';
    assert_int_equal(setenv("NOTIFY_SOCKET", path, 1), 0);
    assert_int_equal(sc_notify("READY=1"), -ENOENT);
    path[107] = 'x';
    path[108] = '\0';
    assert_int_equal(setenv("NOTIFY_SOCKET", path, 1), 0);
    assert_int_equal(sc_notify("READY=1"), -ENAMETOOLONG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_manager_hears_the_state),
        cmocka_unit_test(without_a_manager_nothing_happens),
        cmocka_unit_test(a_manager_that_is_gone_is_told_of),
        cmocka_unit_test(an_address_has_room_for_107_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
