/* SPDX-License-Identifier: MIT */
#include "source/command/command.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/own.h"
#include "stillcast/log.h"

#define PATIENCE_MS 5000
#define TEXT_BYTES  4096
#define ALL         SIZE_MAX

struct bench {
    struct sc_commands *commands;
    struct sc_command *command;
    unsigned n_lines; /* in the log */
};

static void count_line(enum sc_log_level level, const char *topic, const char *text, void *self)
{
    struct bench *bench = self;
    (void)level;
    (void)text;
    if (strcmp(topic, "source.command") == 0)
        bench->n_lines++;
}

static int set_up(void **state)
{
    struct bench *bench = calloc(1, sizeof *bench);
    *state = bench;
    assert_non_null(bench);
    sc_log_set(SC_INFO, count_line, bench);
    return sc_commands_create(&bench->commands);
}

static int tear_down(void **state)
{
    struct bench *bench = *state;
    sc_commands_destroy(&bench->commands);
    free(bench);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child is left */
    return 0;
}

static void start(struct bench *bench, const char *text)
{
    struct sc_command_config config = {.text = text, .stream = "here"};
    struct sc_err err;
    assert_int_equal(sc_command_add(bench->commands, &config, &bench->command, NULL), 0);
    assert_int_equal(sc_commands_begin(bench->commands, NULL), 0);
    if (sc_command_start(bench->command, &err) < 0)
        fail_msg("%s", err.text);
}

/* Returns: so many lines that it writes; ALL until it ends. */
static const char *read_text(struct sc_command *command, size_t n_lines, char *out_text)
{
    size_t n = 0, n_seen = 0;
    for (;;) {
        struct pollfd wanted = {sc_command_fd(command), POLLIN, 0};
        out_text[n] = '\0';
        if (n_seen >= n_lines)
            return out_text;
        if (poll(&wanted, 1, PATIENCE_MS) == 0)
            fail_msg("nothing more after '%s'", out_text);
        ssize_t got = sc_command_read(command, out_text + n, TEXT_BYTES - 1 - n);
        if (got == -ENODATA)
            return out_text;
        assert_true(got > 0 || got == -EAGAIN);
        for (; got > 0; got--)
            n_seen += out_text[n++] == '\n';
    }
}

static int is_alive(pid_t pid)
{
    char path[64], line[200] = "";
    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    if (!file)
        return 0;
    (void)!fgets(line, sizeof line, file);
    (void)fclose(file);
    const char *end = strrchr(line, ')');
    return end && end[2] != 'Z';
}

static void its_output_is_read_and_its_end_is_told(void **state)
{
    static const struct {
        const char *text, *output, *sentence;
    } cases[] = {
        {"echo some words", "some words\n", "'echo' ended with exit status 0"},
        {"sh -c 'echo a; echo b >&2; exit 3'", "a\n", "'sh' ended with exit status 3: b"},
        {"sh -c 'printf half >&2; kill -9 $$'", "", "'sh' was ended by SIGKILL: half"},
        {"sh -c 'echo http://a:b@c/ >&2; exit 1'", "",
         "'sh' ended with exit status 1: http://***@c/"},
        {"sh -c 'printf \"\\\\303(\" >&2; exit 1'", "", "'sh' ended with exit status 1: ?("},
        {"sh -c 'exec 1>&-; echo late >&2'", "", "'sh' ended with exit status 0: late"},
        {"sh -c 'cat; echo $STILLCAST_STREAM'", "here\n", "'sh' ended with exit status 0"},
    };
    struct bench *bench = *state;
    char text[TEXT_BYTES];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct sc_err err;
        start(bench, cases[i].text);
        assert_string_equal(read_text(bench->command, ALL, text), cases[i].output);
        sc_command_stop(bench->command);
        assert_int_equal(sc_command_tell_end(bench->command, &err), -EPIPE);
        assert_string_equal(err.text, cases[i].sentence);
        assert_int_equal(sc_command_has_succeeded(bench->command), !!strstr(err.text, " 0"));
        sc_commands_destroy(&bench->commands);
        assert_int_equal(sc_commands_create(&bench->commands), 0);
    }
}

static void it_inherits_nothing_but_its_three_descriptors(void **state)
{
    struct bench *bench = *state;
    char text[TEXT_BYTES];
    int leak SC_AUTO(sc_own_close) = dup(STDERR_FILENO); /* without close-on-exec */
    start(bench, "sh -c 'for fd in 3 4 5 6 7 8 9; do [ -e /proc/self/fd/$fd ] && echo $fd; done; "
                 "readlink /proc/self/fd/0; grep NoNewPrivs /proc/self/status'");
    assert_true(leak >= 3);
    assert_string_equal(read_text(bench->command, ALL, text), "/dev/null\nNoNewPrivs:\t1\n");
}

static void it_can_be_started_again_and_again_without_leaving_anything(void **state)
{
    struct bench *bench = *state;
    char text[TEXT_BYTES];
    int lowest = dup(STDERR_FILENO);
    assert_int_equal(close(lowest), 0);
    start(bench, "echo x");
    for (int i = 0; i < 200; i++) {
        assert_string_equal(read_text(bench->command, ALL, text), "x\n");
        sc_command_stop(bench->command);
        assert_int_equal(sc_command_start(bench->command, NULL), 0);
    }
    sc_command_stop(bench->command);
    int next = dup(STDERR_FILENO);
    assert_int_equal(close(next), 0);
    assert_int_equal(next, lowest + 1); /* the way to the helper is all that is open */
}

static void a_stubborn_command_and_its_group_are_killed(void **state)
{
    struct bench *bench = *state;
    char text[TEXT_BYTES];
    start(bench,
          "sh -c 'trap \"\" TERM; (sleep 1000 & echo $!); echo $$; while :; do sleep 1000; done'");
    (void)read_text(bench->command, 2, text);
    pid_t grandchild = (pid_t)strtol(text, NULL, 10);
    pid_t child = (pid_t)strtol(strchr(text, '\n'), NULL, 10);
    assert_true(is_alive(child) && is_alive(grandchild));
    sc_command_stop(bench->command);
    assert_false(is_alive(child));
    for (uint64_t until = sc_clock_ns() + SC_NS_PER_S; is_alive(grandchild);)
        assert_true(sc_clock_ns() < until);
}

static void a_stopped_command_is_ended_too(void **state)
{
    struct bench *bench = *state;
    char text[TEXT_BYTES];
    start(bench, "sh -c 'echo $$; kill -STOP $$; sleep 1000'");
    pid_t child = (pid_t)strtol(read_text(bench->command, 1, text), NULL, 10);
    sc_command_stop(bench->command);
    assert_false(is_alive(child));
}

static void a_talkative_command_does_not_wait_for_us_nor_fill_the_log(void **state)
{
    struct bench *bench = *state;
    char text[TEXT_BYTES];
    start(bench, "sh -c 'i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done >&2; "
                 "printf \"1\\\\r2\\\\r\" >&2; echo done'");
    assert_string_equal(read_text(bench->command, ALL, text), "done\n");
    assert_in_range(bench->n_lines, 20, 25);
    assert_string_equal(sc_command_last_words(bench->command), "2");
}

static void only_what_was_added_before_can_run(void **state)
{
    struct bench *bench = *state;
    struct sc_command_config config = {.text = "echo x", .stream = "here"};
    struct sc_command *other = NULL;
    start(bench, "cat");
    assert_int_equal(sc_command_add(bench->commands, &config, &other, NULL), -EPERM);
    assert_int_equal(sc_command_add(NULL, &config, &other, NULL), -EPERM);
}

static int say_who_runs(const char *text)
{
    (void)dprintf(STDOUT_FILENO, "%s: %d\n", text, (int)getpid());
    return 3;
}

static void a_function_of_ours_runs_in_a_process_of_its_own(void **state)
{
    struct bench *bench = *state;
    const struct sc_command_config config = {
        .text = "'as it stands", .stream = "here", .run = say_who_runs};
    char text[TEXT_BYTES], *number;
    assert_int_equal(sc_command_add(bench->commands, &config, &bench->command, NULL), 0);
    assert_int_equal(sc_commands_begin(bench->commands, NULL), 0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(sc_command_start(bench->command, NULL), 0);
        (void)read_text(bench->command, ALL, text);
        number = strrchr(text, ' ');
        assert_non_null(number);
        assert_memory_equal(text, "'as it stands: ", 15);
        assert_int_not_equal(strtol(number, NULL, 10), getpid());
        assert_int_equal(sc_command_has_succeeded(bench->command), 0);
        sc_command_stop(bench->command);
    }
}

static void what_can_never_run_is_refused(void **state)
{
    struct bench *bench = *state;
    struct sc_command_config config = {.text = "no-such-program -x", .stream = "here"};
    struct sc_command *command = NULL;
    struct sc_err err;
    assert_int_equal(sc_command_add(bench->commands, &config, &command, &err), -ENOENT);
    assert_non_null(strstr(err.text, "'no-such-program'"));
    config.text = "echo 'x";
    assert_int_equal(sc_command_add(bench->commands, &config, &command, &err), -EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(its_output_is_read_and_its_end_is_told),
        TEST(it_inherits_nothing_but_its_three_descriptors),
        TEST(it_can_be_started_again_and_again_without_leaving_anything),
        TEST(a_stubborn_command_and_its_group_are_killed),
        TEST(a_stopped_command_is_ended_too),
        TEST(a_talkative_command_does_not_wait_for_us_nor_fill_the_log),
        TEST(only_what_was_added_before_can_run),
        TEST(a_function_of_ours_runs_in_a_process_of_its_own),
        TEST(what_can_never_run_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
