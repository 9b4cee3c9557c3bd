/* SPDX-License-Identifier: MIT */
/* Rows of fields (RFC 4180, one row a line). The first row names the columns; one of them may be
 * the time, and where there are a "name" and a "value" each row is one number. Columns that begin
 * with a text are passed over. */
#include <errno.h>

#include "series/moment.h"
#include "series/number.h"
#include "series/reader_form.h"

#define TIME_LEAST 1e9 /* the year 2001: a number in the first column, from there on, is a time */

bool sc_reader_is_time(struct sc_word name)
{
    static const char *const names[] = {"time", "t",    "ts",       "timestamp", "@timestamp",
                                        "date", "unix", "datetime", NULL};
    for (const char *const *known = names; *known; known++)
        if (sc_word_is_like(name, *known))
            return true;
    return false;
}

static struct sc_word unquote(struct sc_word field)
{
    if (field.len_bytes >= 2 && field.data[0] == '"' && field.data[field.len_bytes - 1] == '"')
        return (struct sc_word){field.data + 1, field.len_bytes - 2};
    return field;
}

static int split(struct sc_word line, char delimiter,
                 struct sc_word out_fields[static SC_READER_WORDS_MAX])
{
    const char *at = line.data, *end = line.data + line.len_bytes, *from = at;
    bool is_quoted = false;
    int n = 0;
    for (;; at++) {
        if (at < end && *at == '"')
            is_quoted = !is_quoted;
        if (at < end && (*at != delimiter || is_quoted))
            continue;
        if (n == SC_READER_WORDS_MAX)
            return -E2BIG;
        out_fields[n++] = unquote(sc_word_trim((struct sc_word){from, (size_t)(at - from)}));
        from = at + 1;
        if (at >= end)
            return n;
    }
}

static size_t count_bytes(struct sc_word line, char byte)
{
    size_t n = 0;
    for (size_t i = 0; i < line.len_bytes; i++)
        n += line.data[i] == byte;
    return n;
}

static char find_delimiter(struct sc_word line)
{
    size_t n_commas = count_bytes(line, ','), n_tabs = count_bytes(line, '\t');
    size_t n_semicolons = count_bytes(line, ';');
    if (n_tabs > n_commas && n_tabs >= n_semicolons)
        return '\t';
    return n_semicolons > n_commas ? ';' : ',';
}

static const char *keep_head(struct sc_reader *reader, struct sc_word line)
{
    struct sc_reader_head *head = &reader->head;
    sc_buf_consume(&head->line, head->line.len_bytes);
    if (sc_buf_append(&head->line, line.data, line.len_bytes) < 0)
        return sc_series_reason(-ENOMEM);
    head->delimiter = find_delimiter(line);
    head->time = head->name = head->value = -1;
    int n = split((struct sc_word){head->line.data, line.len_bytes}, head->delimiter, head->names);
    if (n < 0)
        return "the line has more than 256 fields";
    head->n = (size_t)n;
    for (int i = 0; i < n; i++) {
        struct sc_word name = head->names[i];
        head->is_text[i] = name.len_bytes == 0;
        if (head->time < 0 && sc_reader_is_time(name))
            head->time = i;
        else if (sc_word_is_like(name, "name") || sc_word_is_like(name, "metric"))
            head->name = i;
        else if (sc_word_is_like(name, "value"))
            head->value = i;
    }
    head->is_used = head->is_counted = false;
    return NULL;
}

/* Numbers in the first row: there are no names; they are counted from 1. */
static bool is_row(struct sc_word line)
{
    struct sc_word fields[SC_READER_WORDS_MAX];
    double value;
    int64_t unix_us;
    int n = split(line, find_delimiter(line), fields);
    for (int i = 0; i < n; i++)
        if (fields[i].len_bytes && sc_number_parse(fields[i], &value) < 0 &&
            sc_moment_parse(fields[i], &unix_us) < 0)
            return false;
    return n > 0;
}

static bool is_time(struct sc_word field, bool is_first)
{
    double value;
    int64_t unix_us;
    if (sc_number_parse(field, &value) == 0)
        return is_first && value >= TIME_LEAST;
    return sc_moment_parse(field, &unix_us) == 0;
}

static const char *count_columns(struct sc_reader *reader, struct sc_word line)
{
    struct sc_word fields[SC_READER_WORDS_MAX];
    struct sc_buf names;
    char delimiter = find_delimiter(line);
    int n = split(line, delimiter, fields), rc = 0;
    sc_buf_init(&names, SC_READER_LINE_BYTES);
    for (int i = 0; rc == 0 && i < n; i++) {
        rc = i > 0 ? sc_buf_append(&names, &delimiter, 1) : 0;
        if (rc == 0 && n > 1 && is_time(fields[i], i == 0))
            rc = sc_buf_append(&names, "time", 4);
        else if (rc == 0)
            rc = sc_buf_printf(&names, "%d", i + 1);
    }
    const char *reason = sc_series_reason(-ENOMEM);
    if (rc == 0)
        reason = keep_head(reader, (struct sc_word){names.data, names.len_bytes});
    sc_buf_fini(&names);
    reader->head.is_counted = true;
    return reason;
}

/* --- rows --- */

static const char *give_long_row(struct sc_reader *reader, const struct sc_word *fields,
                                 int64_t unix_us)
{
    const struct sc_reader_head *head = &reader->head;
    double value;
    if (sc_number_parse(fields[head->value], &value) < 0)
        return "its value is no number";
    sc_reader_give(reader, fields[head->name], value, unix_us);
    return NULL;
}

static const char *give_row(struct sc_reader *reader, const struct sc_word *fields, int n,
                            int64_t unix_us)
{
    struct sc_reader_head *head = &reader->head;
    const char *reason = NULL;
    for (int i = 0; i < n; i++) {
        double value;
        if (i == head->time || head->is_text[i] || fields[i].len_bytes == 0)
            continue;
        if (sc_number_parse(fields[i], &value) == 0)
            sc_reader_give(reader, head->names[i], value, unix_us);
        else if (head->is_used)
            reason = "it has a field that is no number";
        else
            head->is_text[i] = true;
    }
    head->is_used = true;
    return reason;
}

static bool is_head_again(const struct sc_reader *reader, struct sc_word line)
{
    const struct sc_buf *head = &reader->head.line;
    return !reader->head.is_counted && head->len_bytes == line.len_bytes &&
           memcmp(head->data, line.data, line.len_bytes) == 0;
}

const char *sc_reader_csv(struct sc_reader *reader, struct sc_word line)
{
    struct sc_reader_head *head = &reader->head;
    struct sc_word fields[SC_READER_WORDS_MAX];
    int64_t unix_us = SC_MOMENT_NOW;
    if (head->n == 0 && !is_row(line))
        return keep_head(reader, line);
    if (head->n == 0) {
        const char *reason = count_columns(reader, line);
        if (reason)
            return reason;
    }
    if (is_head_again(reader, line))
        return NULL;
    int n = split(line, head->delimiter, fields);
    if (n != (int)head->n)
        return "it has more or fewer fields than the line of names";
    bool has_time = head->time >= 0 && fields[head->time].len_bytes > 0;
    if (has_time && sc_moment_parse(fields[head->time], &unix_us) < 0)
        return "its time cannot be understood: seconds since 1970, or as in 2026-11-23T01:27:22Z";
    if (head->name >= 0 && head->value >= 0)
        return give_long_row(reader, fields, unix_us);
    return give_row(reader, fields, n, unix_us);
}
