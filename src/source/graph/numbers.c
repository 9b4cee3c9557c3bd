/* SPDX-License-Identifier: MIT */
#include "source/graph/numbers.h"

#include <errno.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include "base/clock.h"
#include "base/list.h"
#include "base/own.h"
#include "series/journal.h"
#include "series/moment.h"
#include "stillcast/registry.h"

#define MATCH_BYTES 1024
#define LINES_BYTES 65536 /* written in one go */

struct sc_numbers {
    struct sc_intake intake;
    struct sc_numbers_config config;
    char name[SC_STREAM_NAME_BYTES];
    char match[MATCH_BYTES]; /* its patterns one behind the other, each with its NUL */
    size_t match_bytes;      /* of all of them; 0: everything is wanted */
    struct sc_series *series;
    char path[PATH_MAX];
    struct sc_journal *journal; /* NULL: none is kept */
    struct sc_err flaw;         /* of the history that was found */
    int bell_fd;
    atomic_bool is_closed;
};

struct sc_numbers_text {
    struct sc_numbers *numbers;
    enum sc_reader_format format;
    struct sc_reader *reader;
    int64_t now_unix_us;
    bool is_past;
    struct sc_buf lines;  /* for the history */
    struct sc_err unkept; /* why some could not be kept */
};

/* --- what is wanted --- */

static int keep_patterns(struct sc_numbers *numbers, struct sc_err *err)
{
    const char *match = numbers->config.match ? numbers->config.match : "";
    if (strlen(match) + 1 >= MATCH_BYTES)
        return sc_err_set(err, -EINVAL, "'#match=' is longer than %d characters", MATCH_BYTES - 2);
    (void)snprintf(numbers->match, sizeof numbers->match, "%s", match);
    for (char *comma = numbers->match; (comma = strchr(comma, ',')); comma++)
        *comma = '\0';
    numbers->match_bytes = *match ? strlen(match) + 1 : 0;
    return 0;
}

static bool is_wanted(const struct sc_numbers *numbers, struct sc_word name)
{
    char text[SC_SERIES_NAME_BYTES];
    if (!numbers->match_bytes || name.len_bytes >= sizeof text)
        return true; /* too long: the series refuse it */
    (void)snprintf(text, sizeof text, "%.*s", (int)name.len_bytes, name.data);
    for (size_t at = 0; at < numbers->match_bytes; at += strlen(numbers->match + at) + 1)
        if (fnmatch(numbers->match + at, text, 0) == 0)
            return true;
    return false;
}

/* The names that Prometheus' clients give to counters. */
static bool is_counter(const struct sc_numbers *numbers, struct sc_word name)
{
    static const char *const ends[] = {"_total", "_count", "_sum", "_bucket", NULL};
    const char *brace = memchr(name.data, '{', name.len_bytes);
    size_t len = brace ? (size_t)(brace - name.data) : name.len_bytes;
    if (numbers->config.rates != SC_NUMBERS_TOTALS)
        return numbers->config.rates == SC_NUMBERS_RATES;
    for (const char *const *end = ends; *end; end++) {
        size_t n = strlen(*end);
        if (len > n && memcmp(name.data + len - n, *end, n) == 0)
            return true;
    }
    return false;
}

/* Whoever asks for it later, in sc_numbers_keep, is told of a failure. */
static void note(struct sc_numbers_text *text, const struct sc_series_sample *sample)
{
    struct sc_err err;
    int rc = text->lines.len_bytes < LINES_BYTES
                 ? 0
                 : sc_journal_write(text->numbers->journal, &text->lines, &err);
    if (rc == 0 && sc_journal_note(&text->lines, sample) < 0)
        rc = sc_err_set(&err, -ENOMEM, "the numbers cannot be kept: out of memory");
    if (rc < 0)
        text->unkept = err;
}

static int take(void *self, struct sc_series_sample *sample)
{
    struct sc_numbers_text *text = self;
    struct sc_numbers *numbers = text->numbers;
    if (text->is_past && sample->unix_us == SC_MOMENT_NOW)
        return 1;
    if (!is_wanted(numbers, sample->name))
        return 1;
    if (sample->unix_us == SC_MOMENT_NOW)
        sample->unix_us = text->now_unix_us;
    int rc = is_counter(numbers, sample->name)
                 ? sc_series_to_rate(numbers->series, sample, text->now_unix_us)
                 : 0;
    if (rc == -EAGAIN)
        return 1;
    if (rc == 0)
        rc = sc_series_add(numbers->series, sample, text->now_unix_us);
    if (rc == 0 && numbers->journal)
        note(text, sample);
    return rc;
}

/* --- texts --- */

int sc_numbers_begin(struct sc_numbers *numbers, enum sc_reader_format format,
                     struct sc_numbers_text **out_text)
{
    struct sc_numbers_text *text SC_AUTO(sc_numbers_drop) = calloc(1, sizeof *text);
    if (!text)
        return -ENOMEM;
    text->format = numbers->config.format != SC_READER_AUTO ? numbers->config.format : format;
    int rc = sc_reader_create(text->format, numbers->name, take, text, &text->reader);
    if (rc < 0)
        return rc;
    (void)sc_intake_ref(&numbers->intake);
    text->numbers = numbers;
    sc_buf_init(&text->lines, 2 * LINES_BYTES);
    *out_text = sc_steal(text);
    return 0;
}

int sc_numbers_begin_like(const struct sc_numbers_text *text, struct sc_numbers_text **out_text)
{
    return sc_numbers_begin(text->numbers, text->format, out_text);
}

void sc_numbers_drop(struct sc_numbers_text **text)
{
    struct sc_numbers_text *old = sc_steal(*text);
    if (!old)
        return;
    if (old->numbers && old->numbers->journal)
        (void)sc_journal_write(old->numbers->journal, &old->lines, NULL); /* nobody waits for it */
    sc_buf_fini(&old->lines);
    sc_reader_destroy(&old->reader);
    sc_numbers_unref(&old->numbers);
    free(old);
}

void sc_numbers_set_past(struct sc_numbers_text *text, bool is_past)
{
    text->is_past = is_past;
}

int sc_numbers_feed(struct sc_numbers_text *text, const char *data, size_t len_bytes)
{
    text->now_unix_us = (int64_t)sc_clock_unix_us();
    return sc_reader_feed(text->reader, data, len_bytes);
}

void sc_numbers_put(struct sc_numbers_text *text, const char *name, double value)
{
    struct sc_series_sample sample = {{name, strlen(name)}, value, SC_MOMENT_NOW};
    text->now_unix_us = (int64_t)sc_clock_unix_us();
    (void)take(text, &sample); /* the series count what they refuse */
}

void sc_numbers_put_rate(struct sc_numbers_text *text, const char *name, double counter)
{
    struct sc_series_sample sample = {{name, strlen(name)}, counter, SC_MOMENT_NOW};
    text->now_unix_us = (int64_t)sc_clock_unix_us();
    if (is_wanted(text->numbers, sample.name) &&
        sc_series_to_rate(text->numbers->series, &sample, text->now_unix_us) == 0)
        sc_numbers_put(text, name, sample.value);
}

int sc_numbers_keep(struct sc_numbers_text *text, struct sc_err *err)
{
    struct sc_err unkept = text->unkept;
    text->unkept = (struct sc_err){0};
    if (unkept.code < 0)
        return sc_err_set(err, unkept.code, "%s", unkept.text);
    return text->numbers->journal ? sc_journal_write(text->numbers->journal, &text->lines, err) : 0;
}

void sc_numbers_end(struct sc_numbers_text *text)
{
    text->now_unix_us = (int64_t)sc_clock_unix_us();
    sc_reader_end(text->reader);
}

const struct sc_reader_report *sc_numbers_report(const struct sc_numbers_text *text)
{
    return sc_reader_report(text->reader);
}

/* --- senders --- */

static void ring(struct sc_numbers *numbers)
{
    uint64_t one = 1;
    (void)!write(numbers->bell_fd, &one, sizeof one); /* full: it is readable already */
}

static struct sc_numbers *numbers_of(struct sc_intake *intake)
{
    return sc_container_of(intake, struct sc_numbers, intake);
}

static int intake_begin(struct sc_intake *intake, void **out_text)
{
    struct sc_numbers_text *text;
    int rc = sc_numbers_begin(numbers_of(intake), SC_READER_AUTO, &text);
    if (rc == 0)
        *out_text = text;
    return rc;
}

static int intake_feed(void *self, const char *data, size_t len_bytes)
{
    struct sc_numbers_text *text = self;
    int rc = sc_numbers_feed(text, data, len_bytes);
    ring(text->numbers);
    return rc;
}

static int intake_end(void *self, struct sc_intake_receipt *out_receipt, struct sc_err *err)
{
    struct sc_numbers_text *text = self;
    sc_numbers_end(text);
    ring(text->numbers);
    if (atomic_load(&text->numbers->is_closed))
        return sc_err_set(err, -EPIPE,
                          "the graph '%s' has come to its end: nothing is drawn any "
                          "more",
                          text->numbers->name);
    int rc = sc_numbers_keep(text, err);
    if (rc < 0)
        return rc;
    const struct sc_reader_report *report = sc_numbers_report(text);
    *out_receipt = (struct sc_intake_receipt){
        .n_lines = report->n_lines,
        .n_taken = report->n_taken,
        .n_refused = report->n_refused,
        .bad_line = report->bad_line,
        .bad_reason = report->bad_reason,
    };
    _Static_assert(sizeof out_receipt->bad_text == sizeof report->bad_text, "quotes fit");
    memcpy(out_receipt->bad_text, report->bad_text, sizeof report->bad_text);
    return 0;
}

static void intake_drop(void **self)
{
    struct sc_numbers_text *text = *self;
    *self = NULL;
    sc_numbers_drop(&text);
}

static void intake_destroy(struct sc_intake *intake)
{
    struct sc_numbers *numbers = numbers_of(intake);
    sc_journal_close(&numbers->journal);
    sc_series_destroy(&numbers->series);
    sc_own_close(&numbers->bell_fd);
    free(numbers);
}

static const struct sc_intake_ops intake_ops = {
    .begin = intake_begin,
    .feed = intake_feed,
    .end = intake_end,
    .drop = intake_drop,
    .destroy = intake_destroy,
};

/* --- history --- */

static int open_history(struct sc_numbers *numbers, struct sc_err *err)
{
    const char *state = numbers->config.state;
    struct sc_journal_found found;
    if (!state)
        return 0;
    if (snprintf(numbers->path, sizeof numbers->path, "%s", state) >= (int)sizeof numbers->path)
        return sc_err_set(err, -ENAMETOOLONG, "'#state=': the path is too long");
    int rc = sc_journal_open(numbers->path, numbers->series, &numbers->journal, &found, err);
    if (rc == 0 && found.n_bad > 0)
        (void)sc_err_set(&numbers->flaw, -EBADMSG,
                         "of the history '%s' %llu of %llu lines cannot be read, the first is line "
                         "%llu; all others are there",
                         state, (unsigned long long)found.n_bad, (unsigned long long)found.n_lines,
                         (unsigned long long)found.bad_line);
    return rc;
}

const char *sc_numbers_flaw(const struct sc_numbers *numbers)
{
    return numbers->flaw.code < 0 ? numbers->flaw.text : NULL;
}

uint64_t sc_numbers_tidy_ns(const struct sc_numbers *numbers)
{
    return numbers->journal ? sc_journal_due_ns(numbers->journal) : UINT64_MAX;
}

int sc_numbers_tidy(struct sc_numbers *numbers, struct sc_err *err)
{
    return sc_journal_tidy(numbers->journal, numbers->series, err);
}

/* --- life --- */

int sc_numbers_create(const struct sc_numbers_config *config, const char *name,
                      struct sc_numbers **out_numbers, struct sc_err *err)
{
    struct sc_numbers *numbers SC_AUTO(sc_numbers_unref) = calloc(1, sizeof *numbers);
    if (!numbers)
        return sc_err_set(err, -ENOMEM, "out of memory");
    sc_intake_init(&numbers->intake, &intake_ops);
    numbers->config = *config;
    (void)snprintf(numbers->name, sizeof numbers->name, "%s", name);
    numbers->bell_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (numbers->bell_fd < 0)
        return sc_err_set(err, -errno, "graph '%s': %s", name, strerror(errno));
    int rc = keep_patterns(numbers, err);
    if (rc < 0)
        return rc;
    if (sc_series_create(&config->series, &numbers->series) < 0)
        return sc_err_set(err, -ENOMEM, "out of memory");
    rc = open_history(numbers, err);
    if (rc == 0)
        *out_numbers = sc_steal(numbers);
    return rc;
}

void sc_numbers_unref(struct sc_numbers **numbers)
{
    struct sc_intake *intake = *numbers ? &(*numbers)->intake : NULL;
    *numbers = NULL;
    sc_intake_unref(&intake);
}

struct sc_intake *sc_numbers_intake(struct sc_numbers *numbers)
{
    return &numbers->intake;
}

struct sc_series *sc_numbers_series(struct sc_numbers *numbers)
{
    return numbers->series;
}

int sc_numbers_fd(const struct sc_numbers *numbers)
{
    return numbers->bell_fd;
}

void sc_numbers_hear(struct sc_numbers *numbers)
{
    uint64_t n;
    (void)!read(numbers->bell_fd, &n, sizeof n); /* nobody rang */
}

void sc_numbers_close(struct sc_numbers *numbers)
{
    atomic_store(&numbers->is_closed, true);
}
