/* SPDX-License-Identifier: MIT */
#include "series/reader.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/own.h"
#include "series/reader_form.h"

const char *const sc_reader_format_names[] = {"auto", "lines", "csv", "json", NULL};

int sc_reader_create(enum sc_reader_format format, const char *name, sc_reader_take *take,
                     void *self, struct sc_reader **out_reader)
{
    struct sc_reader *reader = calloc(1, sizeof *reader);
    if (!reader)
        return -ENOMEM;
    reader->format = reader->found = format;
    reader->name = name;
    reader->take = take;
    reader->self = self;
    sc_buf_init(&reader->pending, SC_READER_LINE_BYTES);
    sc_buf_init(&reader->head.line, SC_READER_LINE_BYTES);
    *out_reader = reader;
    return 0;
}

void sc_reader_destroy(struct sc_reader **reader)
{
    struct sc_reader *old = sc_steal(*reader);
    if (!old)
        return;
    sc_buf_fini(&old->pending);
    sc_buf_fini(&old->head.line);
    free(old);
}

const struct sc_reader_report *sc_reader_report(const struct sc_reader *reader)
{
    return &reader->report;
}

/* Returns: how many bytes the character at at has; 0: it is none, or a control character. */
static size_t character_bytes(const char *at, size_t left)
{
    unsigned char first = (unsigned char)*at;
    size_t n = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (first < 0x20 || first == 0x7f || first > 0xf4 || n > left)
        return 0;
    for (size_t i = 1; i < n; i++)
        if (((unsigned char)at[i] & 0xc0) != 0x80)
            return 0;
    unsigned char second = n > 2 ? (unsigned char)at[1] : 0; /* too long, a half, beyond the end */
    bool is_odd = (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
                  (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f);
    return is_odd ? 0 : n;
}

/* Always UTF-8, and printable. */
static void quote(struct sc_word line, char out_text[static SC_READER_QUOTE_BYTES])
{
    size_t n_out = 0;
    for (size_t at = 0; at < line.len_bytes;) {
        size_t n = character_bytes(line.data + at, line.len_bytes - at);
        if (n_out + (n ? n : 1) >= SC_READER_QUOTE_BYTES)
            break;
        memcpy(out_text + n_out, n ? line.data + at : "?", n ? n : 1);
        n_out += n ? n : 1;
        at += n ? n : 1;
    }
    out_text[n_out] = '\0';
}

void sc_reader_refuse(struct sc_reader *reader, uint64_t line_number, struct sc_word line,
                      const char *reason)
{
    struct sc_reader_report *report = &reader->report;
    report->n_refused++;
    if (report->bad_line)
        return;
    report->bad_line = line_number;
    report->bad_reason = reason;
    quote(line, report->bad_text);
}

void sc_reader_give(struct sc_reader *reader, struct sc_word name, double value, int64_t unix_us)
{
    struct sc_series_sample sample = {name, value, unix_us};
    int rc = reader->take(reader->self, &sample);
    if (rc == 0)
        reader->report.n_taken++;
    else if (rc < 0)
        sc_reader_refuse(reader, reader->report.n_lines, reader->line, sc_series_reason(rc));
}

/* --- lines --- */

static const char *take_form(struct sc_reader *reader, struct sc_word line)
{
    if (reader->found == SC_READER_AUTO)
        reader->found = sc_reader_tell(line);
    switch (reader->found) {
    case SC_READER_JSON:
        return sc_reader_json(reader, line);
    case SC_READER_CSV:
        return sc_reader_csv(reader, line);
    default:
        return sc_reader_lines(reader, line);
    }
}

static void take_line(struct sc_reader *reader, struct sc_word line)
{
    static const char mark[] = "\xef\xbb\xbf";
    if (reader->report.n_lines++ == 0 && line.len_bytes >= 3 && memcmp(line.data, mark, 3) == 0)
        line = (struct sc_word){line.data + 3, line.len_bytes - 3};
    struct sc_word text = sc_word_trim(line);
    if (text.len_bytes == 0 || text.data[0] == '#')
        return;
    reader->line = text;
    const char *reason = take_form(reader, text);
    if (reason)
        sc_reader_refuse(reader, reader->report.n_lines, text, reason);
}

static void take_too_long(struct sc_reader *reader)
{
    struct sc_word begin = {reader->pending.data, reader->pending.len_bytes};
    reader->report.n_lines++;
    sc_reader_refuse(reader, reader->report.n_lines, begin, "the line is longer than 64 KiB");
}

/* Returns: 0; -EMSGSIZE; -ENOMEM. */
static int keep_pending(struct sc_reader *reader, const char *data, size_t len_bytes)
{
    int rc = reader->is_skipping ? 0 : sc_buf_append(&reader->pending, data, len_bytes);
    if (rc == -EMSGSIZE) {
        take_too_long(reader);
        reader->is_skipping = true;
        sc_buf_consume(&reader->pending, reader->pending.len_bytes);
        return 0;
    }
    return rc;
}

static int end_line(struct sc_reader *reader, const char *data, size_t len_bytes)
{
    if (!reader->is_skipping && reader->pending.len_bytes == 0 &&
        len_bytes <= SC_READER_LINE_BYTES) {
        take_line(reader, (struct sc_word){data, len_bytes});
        return 0;
    }
    int rc = keep_pending(reader, data, len_bytes);
    if (rc == 0 && !reader->is_skipping)
        take_line(reader, (struct sc_word){reader->pending.data, reader->pending.len_bytes});
    sc_buf_consume(&reader->pending, reader->pending.len_bytes);
    reader->is_skipping = false;
    return rc;
}

int sc_reader_feed(struct sc_reader *reader, const char *data, size_t len_bytes)
{
    const char *end = data + len_bytes, *newline;
    int rc = 0;
    while (data < end && (newline = memchr(data, '\n', (size_t)(end - data)))) {
        int status = end_line(reader, data, (size_t)(newline - data));
        rc = status < 0 ? status : rc;
        data = newline + 1;
    }
    if (data < end) {
        int status = keep_pending(reader, data, (size_t)(end - data));
        rc = status < 0 ? status : rc;
    }
    return rc;
}

void sc_reader_end(struct sc_reader *reader)
{
    struct sc_reader_head *head = &reader->head;
    if (reader->pending.len_bytes || reader->is_skipping)
        (void)end_line(reader, NULL, 0);
    if (head->n && !head->is_used && reader->found == SC_READER_LINES)
        sc_reader_refuse(reader, head->line_number,
                         (struct sc_word){head->line.data, head->line.len_bytes},
                         "it is no 'name value' or 'name value unix-time'");
    head->n = 0;
    reader->found = reader->format;
}
