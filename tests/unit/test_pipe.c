/* SPDX-License-Identifier: MIT */
#include "source/table.h"

#include <errno.h>
#include <fcntl.h>
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/own.h"
#include "rig.h"

#define CHUNK_BYTES 7

static int open_writer(const char *fifo)
{
    int fd = open(fifo, O_WRONLY | O_CLOEXEC | O_NONBLOCK);
    assert_true(fd >= 0);
    return fd;
}

static void pour_picture(int fd, int n)
{
    size_t len_bytes;
    void *jpeg SC_AUTO(sc_own_free) = rig_picture(n, &len_bytes);
    rig_pour(fd, jpeg, len_bytes);
}

/* Returns: the old standard input, to be put back. */
static int put_stdin(int fd)
{
    int kept = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 10);
    assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
    return kept;
}

static void take_stdin_back(int *kept)
{
    (void)dup2(*kept, STDIN_FILENO);
    sc_own_close(kept);
}

static void pictures_come_out_however_the_bytes_come_in(void **state)
{
    struct rig *rig = *state;
    size_t len_bytes;
    uint8_t *jpeg SC_AUTO(sc_own_free) = rig_picture(3, &len_bytes);
    assert_int_equal(mkfifo("cam", 0600), 0);
    rig_start(rig, "cam");
    int fd SC_AUTO(sc_own_close) = open_writer("cam");
    size_t at = 0;
    for (; at + CHUNK_BYTES < len_bytes; at += CHUNK_BYTES) {
        rig_pour(fd, jpeg + at, CHUNK_BYTES);
        assert_int_equal(rig_read(rig, 1), -ECANCELED);
    }
    rig_pour(fd, jpeg + at, len_bytes - at);
    assert_int_equal(rig_read(rig, RIG_PATIENCE_MS), 3);
    pour_picture(fd, 4);
    pour_picture(fd, 5);
    assert_int_equal(rig_read(rig, RIG_PATIENCE_MS), 4);
    assert_int_equal(rig_read(rig, RIG_PATIENCE_MS), 5);
}

static void multipart_is_taken_apart(void **state)
{
    struct rig *rig = *state;
    size_t len_bytes;
    uint8_t *jpeg SC_AUTO(sc_own_free) = rig_picture(3, &len_bytes);
    char head[200];
    int n =
        snprintf(head, sizeof head,
                 "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %zu\r\n\r\n", len_bytes);
    assert_int_equal(mkfifo("cam", 0600), 0);
    rig_start(rig, "cam");
    int fd SC_AUTO(sc_own_close) = open_writer("cam");
    for (int i = 0; i < 2; i++) {
        rig_pour(fd, head, (size_t)n);
        rig_pour(fd, jpeg, len_bytes);
        rig_pour(fd, "\r\n", 2);
    }
    rig_pour(fd, "--frame--\r\n", 11);
    assert_int_equal(rig_read(rig, RIG_PATIENCE_MS), 3);
    assert_int_equal(rig_read(rig, RIG_PATIENCE_MS), 3);
}

static void a_fifo_is_opened_again_for_the_next_writer(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(mkfifo("cam", 0600), 0);
    rig_start(rig, "cam");
    for (int i = 1; i < 5; i++) {
        int fd = open_writer("cam");
        pour_picture(fd, i);
        sc_own_close(&fd);
        assert_int_equal(rig_read(rig, RIG_PATIENCE_MS), i);
        assert_int_equal(rig_read(rig, 5), -ECANCELED);
    }
}

static void a_writer_that_stops_inside_a_picture_does_not_spoil_the_next_one(void **state)
{
    struct rig *rig = *state;
    size_t len_bytes;
    uint8_t *jpeg SC_AUTO(sc_own_free) = rig_picture(3, &len_bytes);
    assert_int_equal(mkfifo("cam", 0600), 0);
    rig_start(rig, "cam");
    int fd = open_writer("cam");
    rig_pour(fd, jpeg, len_bytes / 2);
    sc_own_close(&fd);
    assert_int_equal(rig_read(rig, RIG_PATIENCE_MS), -EBADMSG);
    assert_int_equal(rig_read(rig, 5), -ECANCELED);
    fd = open_writer("cam");
    pour_picture(fd, 4);
    sc_own_close(&fd);
    assert_int_equal(rig_read(rig, RIG_PATIENCE_MS), 4);
}

static void a_fifo_ends_when_told_to(void **state)
{
    struct rig *rig = *state;
    assert_int_equal(mkfifo("cam", 0600), 0);
    rig_start(rig, "cam#at_end=keep");
    int fd = open_writer("cam");
    pour_picture(fd, 1);
    sc_own_close(&fd);
    assert_int_equal(rig_read(rig, RIG_PATIENCE_MS), 1);
    assert_int_equal(rig_read(rig, RIG_PATIENCE_MS), -ENODATA);
}

static void a_file_is_read_to_its_end(void **state)
{
    struct rig *rig = *state;
    int fd = open("film", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    for (int i = 0; i < 3; i++)
        pour_picture(fd, i);
    sc_own_close(&fd);
    rig_start(rig, "pipe:film");
    for (int i = 0; i < 3; i++)
        assert_int_equal(rig_read(rig, RIG_PATIENCE_MS), i);
    assert_int_equal(rig_read(rig, RIG_PATIENCE_MS), -ENODATA);
}

static void standard_input_is_read_and_left_open(void **state)
{
    struct rig *rig = *state;
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    int kept = put_stdin(ends[0]);
    rig_start(rig, "-");
    pour_picture(ends[1], 7);
    assert_int_equal(rig_read(rig, RIG_PATIENCE_MS), 7);
    assert_int_equal(rig_read(rig, 5), -ECANCELED); /* it blocks, and still we come back */
    sc_own_close(&ends[1]);
    assert_int_equal(rig_read(rig, RIG_PATIENCE_MS), -ENODATA);
    rig_stop(rig);
    assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0);
    take_stdin_back(&kept);
    sc_own_close(&ends[0]);
}

static void garbage_and_what_is_too_large_is_skipped(void **state)
{
    struct rig *rig = *state;
    int fd = open("film", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    pour_picture(fd, 1);
    rig_pour(fd, "garbage", 7);
    pour_picture(fd, 2);
    sc_own_close(&fd);
    rig_start(rig, "pipe:film");
    assert_int_equal(rig_read(rig, RIG_PATIENCE_MS), 1);
    assert_int_equal(rig_read(rig, RIG_PATIENCE_MS), -EBADMSG);
    assert_non_null(strstr(rig->err.text, "'film'"));
    assert_int_equal(rig_read(rig, RIG_PATIENCE_MS), 2);
}

static void a_terminal_is_refused_with_a_sentence(void **state)
{
    struct rig *rig = *state;
    int leader, terminal;
    if (openpty(&leader, &terminal, NULL, NULL, NULL) < 0)
        skip();
    int kept = put_stdin(terminal);
    assert_int_equal(rig_make(rig, "-"), -EINVAL);
    assert_non_null(strstr(rig->err.text, "'plotter | stillcast -'"));
    take_stdin_back(&kept);
    sc_own_close(&leader);
    sc_own_close(&terminal);
}

static void what_can_never_work_is_refused_at_the_start(void **state)
{
    static const struct {
        const char *argument;
        int rc;
        const char *sentence;
    } rows[] = {
        {"pipe:nope", -ENOENT, "'mkfifo nope' makes a pipe"},
        {"pipe:/dev/null", -EINVAL, "neither a pipe nor a file"},
        {"pipe:.", -EINVAL, "neither a pipe nor a file"},
        {"-#at_end=reopen", -EINVAL, "standard input cannot be opened again"},
    };
    struct rig *rig = *state;
    int fd SC_AUTO(sc_own_close) = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int kept = put_stdin(fd);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(rig_make(rig, rows[i].argument), rows[i].rc);
        if (!strstr(rig->err.text, rows[i].sentence))
            fail_msg("\"%s\"", rig->err.text);
    }
    take_stdin_back(&kept);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_setup, rig_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(pictures_come_out_however_the_bytes_come_in),
        TEST(multipart_is_taken_apart),
        TEST(a_fifo_is_opened_again_for_the_next_writer),
        TEST(a_writer_that_stops_inside_a_picture_does_not_spoil_the_next_one),
        TEST(a_fifo_ends_when_told_to),
        TEST(a_file_is_read_to_its_end),
        TEST(standard_input_is_read_and_left_open),
        TEST(garbage_and_what_is_too_large_is_skipped),
        TEST(a_terminal_is_refused_with_a_sentence),
        TEST(what_can_never_work_is_refused_at_the_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
