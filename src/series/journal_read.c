/* SPDX-License-Identifier: MIT */
#include "series/journal_read.h"

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/own.h"
#include "series/number.h"

#define PIECE_BYTES  65536
#define LINE_BYTES   4096
#define TIME_MOST_US 9e15 /* the year 2255; far from where sums overflow */

/* Takes the next word off the line. */
static struct sc_word next(struct sc_word *line)
{
    const char *blank = memchr(line->data, ' ', line->len_bytes);
    struct sc_word word = {line->data, blank ? (size_t)(blank - line->data) : line->len_bytes};
    size_t used = word.len_bytes + (blank != NULL);
    *line = (struct sc_word){line->data + used, line->len_bytes - used};
    return word;
}

static int next_numbers(struct sc_word *line, double *out_numbers, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (sc_number_parse(next(line), &out_numbers[i]) < 0)
            return -EBADMSG;
    return 0;
}

static int check_time(double unix_us)
{
    return unix_us >= 0 && unix_us <= TIME_MOST_US ? 0 : -EBADMSG;
}

static int settle(int rc)
{
    return rc == -EINVAL || rc == -EDOM ? -EBADMSG : rc == -ENOMEM ? rc : 0;
}

static int read_point(struct sc_word rest, struct sc_series *series, int64_t now_unix_us)
{
    double n[2];
    if (next_numbers(&rest, n, 2) < 0 || check_time(n[0]) < 0)
        return -EBADMSG;
    const struct sc_series_sample sample = {rest, n[1], (int64_t)n[0]};
    return settle(sc_series_add(series, &sample, now_unix_us));
}

static int read_column(struct sc_word rest, struct sc_series *series, int64_t now_unix_us)
{
    enum { TIME, COUNT, SUM, LEAST, MOST, FIRST, LAST, N };
    double n[N];
    if (next_numbers(&rest, n, N) < 0 || check_time(n[TIME]) < 0 || !isfinite(n[SUM]) ||
        !(n[COUNT] >= 1 && n[COUNT] <= UINT32_MAX))
        return -EBADMSG;
    for (int i = LEAST; i < N; i++)
        if (!(fabs(n[i]) <= (double)FLT_MAX) || n[i] < n[LEAST] || n[i] > n[MOST])
            return -EBADMSG;
    const struct sc_series_column column = {(float)n[LEAST], (float)n[MOST], (float)n[FIRST],
                                            (float)n[LAST],  n[SUM],         (uint32_t)n[COUNT]};
    const struct sc_series_sample at = {rest, 0, (int64_t)n[TIME]};
    return settle(sc_series_merge(series, &at, &column, now_unix_us));
}

int sc_journal_read_line(struct sc_word line, struct sc_series *series, int64_t now_unix_us)
{
    struct sc_word kind = next(&line);
    if (sc_word_is(kind, "p"))
        return read_point(line, series, now_unix_us);
    if (sc_word_is(kind, "c"))
        return read_column(line, series, now_unix_us);
    return -EBADMSG;
}

/* --- files --- */

struct reading {
    struct sc_series *series;
    struct sc_journal_found *found;
    int64_t now_unix_us;
    struct sc_buf pending;
    bool is_too_long;
};

/* Returns: 0; -EINVAL the first line is not ours; -ENOMEM. */
static int take_line(struct reading *reading, struct sc_word line)
{
    struct sc_journal_found *found = reading->found;
    if (found->n_lines++ == 0) {
        struct sc_word head = {SC_JOURNAL_HEAD, sizeof SC_JOURNAL_HEAD - 2};
        bool is_ours =
            line.len_bytes == head.len_bytes && memcmp(line.data, head.data, head.len_bytes) == 0;
        return is_ours ? 0 : -EINVAL;
    }
    int rc = reading->is_too_long
                 ? -EBADMSG
                 : sc_journal_read_line(line, reading->series, reading->now_unix_us);
    if (rc == -EBADMSG) {
        found->n_bad++;
        found->bad_line = found->bad_line ? found->bad_line : found->n_lines;
        rc = 0;
    }
    reading->is_too_long = false;
    return rc;
}

static int take_piece(struct reading *reading, const char *data, size_t len_bytes)
{
    struct sc_buf *pending = &reading->pending;
    const char *end = data + len_bytes, *newline;
    int rc = 0;
    for (; rc == 0 && (newline = memchr(data, '\n', (size_t)(end - data))); data = newline + 1) {
        struct sc_word line = {data, (size_t)(newline - data)};
        if (pending->len_bytes > 0) {
            reading->is_too_long |= sc_buf_append(pending, line.data, line.len_bytes) < 0;
            line = (struct sc_word){pending->data, pending->len_bytes};
        }
        rc = take_line(reading, line);
        sc_buf_consume(pending, pending->len_bytes);
        reading->found->torn_bytes = 0;
    }
    reading->found->torn_bytes += (uint64_t)(end - data);
    if (data < end && sc_buf_append(pending, data, (size_t)(end - data)) < 0)
        reading->is_too_long = true;
    return rc;
}

/* Nothing, or what is left when we were stopped within our first write. */
static bool is_begun_head(const struct sc_buf *text, bool is_too_long)
{
    return !is_too_long && text->len_bytes < sizeof SC_JOURNAL_HEAD &&
           (text->len_bytes == 0 || memcmp(text->data, SC_JOURNAL_HEAD, text->len_bytes) == 0);
}

int sc_journal_read(int fd, const char *path, struct sc_series *series,
                    struct sc_journal_found *out_found, struct sc_err *err)
{
    struct reading reading = {
        .series = series, .found = out_found, .now_unix_us = (int64_t)sc_clock_unix_us()};
    char *room SC_AUTO(sc_own_free) = malloc(PIECE_BYTES);
    int rc = room ? 0 : -ENOMEM;
    ssize_t n = 1;
    *out_found = (struct sc_journal_found){0};
    sc_buf_init(&reading.pending, LINE_BYTES);
    while (rc == 0 && (n = read(fd, room, PIECE_BYTES)) > 0)
        rc = take_piece(&reading, room, (size_t)n);
    if (rc == 0 && n < 0)
        rc = -errno;
    if (rc == 0 && out_found->n_lines == 0 && !is_begun_head(&reading.pending, reading.is_too_long))
        rc = -EINVAL;
    sc_buf_fini(&reading.pending);
    if (rc == -EINVAL)
        return sc_err_set(err, rc, "'%s' is no history of a graph, and is left as it is", path);
    return rc < 0 ? sc_err_set(err, rc, "the history '%s': %s", path, strerror(-rc)) : 0;
}
