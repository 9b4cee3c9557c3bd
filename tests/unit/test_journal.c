/* SPDX-License-Identifier: MIT */
#include "series/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/own.h"

#define COLUMN_US 1000000
#define N_COLUMNS 300
#define HEAD      "stillcast graph history 1\n"

struct kit {
    char path[64];
    struct sc_series *series;
    struct sc_journal *journal;
    struct sc_journal_found found;
    struct sc_err err;
    struct sc_series_view view;
    struct sc_series_column columns[N_COLUMNS];
    struct sc_series_point points[N_COLUMNS];
};

static int setup(void **state)
{
    struct kit *kit = calloc(1, sizeof *kit);
    assert_non_null(kit);
    (void)snprintf(kit->path, sizeof kit->path, "/tmp/stillcast-journal-XXXXXX");
    int fd = mkstemp(kit->path);
    assert_true(fd >= 0);
    sc_own_close(&fd);
    kit->view = (struct sc_series_view){.columns = kit->columns, .points = kit->points};
    *state = kit;
    return 0;
}

static void end(struct kit *kit)
{
    sc_journal_close(&kit->journal);
    sc_series_destroy(&kit->series);
}

static int teardown(void **state)
{
    struct kit *kit = *state;
    end(kit);
    (void)unlink(kit->path);
    free(kit);
    return 0;
}

static int begin(struct kit *kit)
{
    const struct sc_series_config config = {COLUMN_US, N_COLUMNS, 8};
    assert_int_equal(sc_series_create(&config, &kit->series), 0);
    return sc_journal_open(kit->path, kit->series, &kit->journal, &kit->found, &kit->err);
}

static int64_t now_us(void)
{
    return (int64_t)sc_clock_unix_us();
}

static void add(struct kit *kit, const char *name, int64_t unix_us, double value,
                struct sc_buf *lines)
{
    const struct sc_series_sample sample = {{name, strlen(name)}, value, unix_us};
    assert_int_equal(sc_series_add(kit->series, &sample, now_us()), 0);
    assert_int_equal(sc_journal_note(lines, &sample), 0);
}

static void write_text(struct kit *kit, const char *text, size_t len_bytes)
{
    int fd SC_AUTO(sc_own_close) = open(kit->path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    assert_int_equal(write(fd, text, len_bytes), len_bytes);
}

static off_t size_of(const char *path)
{
    struct stat status;
    assert_int_equal(stat(path, &status), 0);
    return status.st_size;
}

static bool look(struct kit *kit, size_t i)
{
    int64_t from = now_us() / COLUMN_US * COLUMN_US - (N_COLUMNS - 1) * COLUMN_US;
    return sc_series_look(kit->series, i, from, &kit->view);
}

static void what_was_written_is_there_again(void **state)
{
    struct kit *kit = *state;
    const int64_t now = now_us();
    struct sc_buf lines;
    sc_buf_init(&lines, 10000);
    assert_int_equal(begin(kit), 0);
    add(kit, "loss", now - 2000000, 0.1, &lines);
    add(kit, "loss", now - 1000000, NAN, &lines);
    add(kit, "温度 a \\\"b\" ", now, -1e-300, &lines);
    add(kit, "loss", now, 1.0 / 3, &lines);
    assert_int_equal(sc_journal_write(kit->journal, &lines, &kit->err), 0);
    assert_int_equal(lines.len_bytes, 0);
    end(kit); /* no word of goodbye is needed: the write was all */
    assert_int_equal(begin(kit), 0);
    assert_int_equal(kit->found.n_bad, 0);
    assert_int_equal(kit->found.n_lines, 5);
    assert_true(look(kit, 0));
    assert_string_equal(kit->view.name, "loss");
    assert_int_equal(kit->view.n_points, 3);
    assert_true(kit->points[0].value == 0.1 && kit->points[0].unix_us == now - 2000000);
    assert_true(isnan(kit->points[1].value));
    assert_true(kit->view.latest == 1.0 / 3);
    assert_true(look(kit, 1));
    assert_string_equal(kit->view.name, "温度 a \\\"b\" ");
    assert_true(kit->view.latest == -1e-300);
    sc_buf_fini(&lines);
}

static void a_torn_line_is_cut_off_and_the_rest_stays(void **state)
{
    struct kit *kit = *state;
    char text[200];
    struct sc_buf lines;
    int n = snprintf(text, sizeof text, HEAD "p %lld 1 a\np %lld 2 a\np 17", (long long)now_us(),
                     (long long)now_us());
    write_text(kit, text, (size_t)n);
    assert_int_equal(begin(kit), 0);
    assert_int_equal(kit->found.n_bad, 0);
    assert_int_equal(kit->found.torn_bytes, 4);
    assert_int_equal(size_of(kit->path), n - 4);
    sc_buf_init(&lines, 1000);
    add(kit, "a", now_us(), 3, &lines);
    assert_int_equal(sc_journal_write(kit->journal, &lines, &kit->err), 0);
    end(kit);
    assert_int_equal(begin(kit), 0);
    assert_int_equal(kit->found.n_bad, 0);
    assert_true(look(kit, 0) && kit->view.n_points == 3 && kit->view.latest == 3);
    sc_buf_fini(&lines);
}

static void every_place_to_be_stopped_at_leaves_a_history(void **state)
{
    struct kit *kit = *state;
    char text[200];
    int n = snprintf(text, sizeof text, HEAD "p %lld 1 a\nc %lld 2 3 1 2 1 2 b\n",
                     (long long)now_us(), (long long)now_us());
    for (int cut = 0; cut <= n; cut++) {
        write_text(kit, text, (size_t)cut);
        assert_int_equal(begin(kit), 0);
        assert_int_equal(kit->found.n_bad, 0);
        end(kit);
        assert_true(size_of(kit->path) >= (off_t)(sizeof HEAD - 1));
        assert_int_equal(begin(kit), 0);
        assert_int_equal(kit->found.n_bad + kit->found.torn_bytes, 0);
        end(kit);
    }
}

static void lines_that_cannot_be_read_are_counted_and_the_others_taken(void **state)
{
    static const char *const bad[] = {
        "",
        "x 1 2 a",
        "p",
        "p 1",
        "p T 2",
        "p x 2 a",
        "p -1 2 a",
        "p 1e18 2 a",
        "p T inf a",
        "p 1 x a",
        "c 1 2 3 a",
        "p T 2 a\x1b",
        "c T 0 3 1 2 1 2 a",
        "c T 2 3 2 1 2 1 a",
        "c T 2 inf 1 2 1 2 a",
        "c T 2 3 1 2 5 2 a",
        "c T 2 3 1 1e99 1 1 a",
    };
    struct kit *kit = *state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[300], line[80];
        (void)snprintf(line, sizeof line, "%s", bad[i]);
        long long now = now_us();
        char *t = strchr(line, 'T');
        int n =
            t ? snprintf(text, sizeof text, HEAD "p %lld 1 a\n%.*s%lld%s\np %lld 2 a\n", now,
                         (int)(t - line), line, now, t + 1, now)
              : snprintf(text, sizeof text, HEAD "p %lld 1 a\n%s\np %lld 2 a\n", now, line, now);
        write_text(kit, text, (size_t)n);
        assert_int_equal(begin(kit), 0);
        if (kit->found.n_bad != 1)
            fail_msg("'%s' is taken", bad[i]);
        assert_int_equal(kit->found.bad_line, 3);
        assert_true(look(kit, 0) && kit->view.n_points == 2);
        end(kit);
    }
}

static void a_file_that_is_something_else_is_left_alone(void **state)
{
    static const char *const texts[] = {
        "my thesis\nchapter 1\n",      "my thesis", "stillcast graph",
        "stillcast graph history 2\n", "\n",        "stillcast graph history 1x"};
    struct kit *kit = *state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        bool is_begun = strcmp(texts[i], "stillcast graph") == 0;
        write_text(kit, texts[i], strlen(texts[i]));
        assert_int_equal(begin(kit), is_begun ? 0 : -EINVAL);
        end(kit);
        if (is_begun)
            continue;
        assert_non_null(strstr(kit->err.text, "no history of a graph"));
        assert_int_equal(size_of(kit->path), strlen(texts[i]));
    }
}

static void two_graphs_do_not_share_a_history(void **state)
{
    struct kit *kit = *state;
    struct sc_journal *other = NULL;
    assert_int_equal(begin(kit), 0);
    assert_int_equal(sc_journal_open(kit->path, kit->series, &other, &kit->found, &kit->err),
                     -EBUSY);
    assert_non_null(strstr(kit->err.text, "another graph"));
}

static void a_history_that_has_grown_is_written_anew_and_loses_nothing(void **state)
{
    struct kit *kit = *state;
    struct sc_buf lines;
    sc_buf_init(&lines, 1 << 20);
    assert_int_equal(begin(kit), 0);
    const int64_t from = now_us() / COLUMN_US * COLUMN_US - 290 * COLUMN_US;
    int n = 0;
    for (; size_of(kit->path) < 5 << 20; n++) {
        for (int i = 0; i < 10000; i++)
            add(kit, "many points in one series", from + i * 29000, (i * 7919) % 10007, &lines);
        assert_int_equal(sc_journal_write(kit->journal, &lines, &kit->err), 0);
    }
    add(kit, "few", from, 5, &lines);
    assert_int_equal(sc_journal_write(kit->journal, &lines, &kit->err), 0);
    assert_true(sc_journal_due_ns(kit->journal) < UINT64_MAX);
    assert_int_equal(sc_journal_tidy(kit->journal, kit->series, &kit->err), 0);
    assert_true(sc_journal_due_ns(kit->journal) == UINT64_MAX);
    assert_true(size_of(kit->path) < 100000);
    add(kit, "few", from + 1, 6, &lines); /* goes to the new file */
    assert_int_equal(sc_journal_write(kit->journal, &lines, &kit->err), 0);
    assert_true(look(kit, 0));
    struct sc_series_column before[N_COLUMNS];
    memcpy(before, kit->columns, sizeof before);
    end(kit);
    assert_int_equal(begin(kit), 0);
    assert_int_equal(kit->found.n_bad, 0);
    assert_true(look(kit, 0));
    unsigned n_points = 0;
    for (int i = 0; i < N_COLUMNS - 2; i++) {
        const struct sc_series_column *a = &before[i + 1], *b = &kit->columns[i + 1];
        assert_true(a->n == b->n && a->least == b->least && a->most == b->most &&
                    a->sum == b->sum && a->first == b->first && a->last == b->last);
        n_points += b->n;
    }
    assert_true(n_points > 9900U * (unsigned)n);
    assert_true(look(kit, 1) && kit->view.n_points == 2 && kit->view.latest == 6);
    sc_buf_fini(&lines);
}

static void a_full_disk_is_told_and_leaves_whole_lines(void **state)
{
    struct kit *kit = *state;
    struct rlimit old, small;
    struct sc_buf lines;
    sc_buf_init(&lines, 10000);
    assert_int_equal(begin(kit), 0);
    add(kit, "a", now_us(), 1, &lines);
    assert_int_equal(sc_journal_write(kit->journal, &lines, &kit->err), 0);
    off_t before = size_of(kit->path);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small = (struct rlimit){(rlim_t)before + 10, old.rlim_max};
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    add(kit, "a", now_us(), 2, &lines);
    int rc = sc_journal_write(kit->journal, &lines, &kit->err);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    assert_int_equal(rc, -EFBIG);
    assert_non_null(strstr(kit->err.text, "cannot be kept"));
    assert_int_equal(size_of(kit->path), before);
    add(kit, "a", now_us(), 3, &lines);
    assert_int_equal(sc_journal_write(kit->journal, &lines, &kit->err), 0);
    end(kit);
    assert_int_equal(begin(kit), 0);
    assert_int_equal(kit->found.n_bad, 0);
    assert_int_equal(kit->found.n_lines, 3);
    sc_buf_fini(&lines);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_was_written_is_there_again),
        TEST(a_torn_line_is_cut_off_and_the_rest_stays),
        TEST(every_place_to_be_stopped_at_leaves_a_history),
        TEST(lines_that_cannot_be_read_are_counted_and_the_others_taken),
        TEST(a_file_that_is_something_else_is_left_alone),
        TEST(two_graphs_do_not_share_a_history),
        TEST(a_history_that_has_grown_is_written_anew_and_loses_nothing),
        TEST(a_full_disk_is_told_and_leaves_whole_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
