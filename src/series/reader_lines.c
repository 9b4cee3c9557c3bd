/* SPDX-License-Identifier: MIT */
/* "name value [time]", a number alone, and tables between blanks. A line without any number may be
 * the head of a table; it is refused when none follows. */
#include <errno.h>

#include "series/moment.h"
#include "series/number.h"
#include "series/reader_form.h"

#define TIME_LEAST                                                                                 \
    1e9 /* a number in a place where a time may stand is one from the year 2001 on                 \
         */

static const char not_a_line[] = "it is no 'name value' or 'name value unix-time'";

/* Returns: behind the '}' that belongs to the '{' at at; end when there is none. */
static const char *skip_braces(const char *at, const char *end)
{
    bool is_quoted = false;
    for (; at < end; at++) {
        if (is_quoted && *at == '\\')
            at++;
        else if (*at == '"')
            is_quoted = !is_quoted;
        else if (*at == '}' && !is_quoted)
            return at + 1;
    }
    return end;
}

int sc_reader_split(struct sc_word line, struct sc_word out_words[static SC_READER_WORDS_MAX])
{
    const char *at = line.data, *end = line.data + line.len_bytes;
    int n = 0;
    for (;;) {
        while (at < end && sc_word_is_blank(*at))
            at++;
        if (at == end)
            return n;
        if (n == SC_READER_WORDS_MAX)
            return -E2BIG;
        const char *from = at;
        while (at < end && !sc_word_is_blank(*at))
            at = *at == '{' ? skip_braces(at, end) : at + 1;
        out_words[n++] = (struct sc_word){from, (size_t)(at - from)};
    }
}

enum sc_reader_format sc_reader_tell(struct sc_word line)
{
    struct sc_word words[SC_READER_WORDS_MAX];
    double value;
    if (line.data[0] == '{' || line.data[0] == '[')
        return SC_READER_JSON;
    int n = sc_reader_split(line, words);
    if (n >= 2 && sc_number_parse(words[1], &value) == 0)
        return SC_READER_LINES;
    if (memchr(line.data, ',', line.len_bytes) || memchr(line.data, ';', line.len_bytes) ||
        memchr(line.data, '\t', line.len_bytes))
        return SC_READER_CSV;
    return SC_READER_LINES;
}

/* --- tables --- */

static bool is_between_dashes(struct sc_word word)
{
    const char *end = word.data + word.len_bytes;
    if (word.len_bytes < 3 || word.data[0] != '-' || end[-1] != '-')
        return false;
    for (const char *at = word.data; at < end; at++)
        if (*at != '-')
            return true;
    return false;
}

/* Whether the line is the heading that "vmstat 1" prints over the names of its columns, with
 * nothing to tell: "procs -----memory---- ---swap--". A word of dashes alone may be a value that is
 * missing. */
static bool is_banner(const struct sc_word *words, int n)
{
    for (int i = 1; i < n; i++)
        if (!is_between_dashes(words[i]))
            return false;
    return true;
}

static void forget_head(struct sc_reader *reader)
{
    struct sc_reader_head *head = &reader->head;
    struct sc_word line = {head->line.data, head->line.len_bytes};
    if (head->n && !head->is_used)
        sc_reader_refuse(reader, head->line_number, line, not_a_line);
    sc_buf_consume(&head->line, head->line.len_bytes);
    head->n = 0;
}

static const char *keep_head(struct sc_reader *reader, struct sc_word line)
{
    struct sc_reader_head *head = &reader->head;
    forget_head(reader);
    if (sc_buf_append(&head->line, line.data, line.len_bytes) < 0)
        return sc_series_reason(-ENOMEM);
    int n = sc_reader_split((struct sc_word){head->line.data, line.len_bytes}, head->names);
    head->n = n > 0 ? (size_t)n : 0;
    head->line_number = reader->report.n_lines;
    head->is_used = false;
    return NULL;
}

static void give_row(struct sc_reader *reader, const double *values, size_t n)
{
    static const char digits[] = "0123456789";
    struct sc_reader_head *head = &reader->head;
    bool has_names = head->n == n;
    head->is_used |= has_names;
    for (size_t i = 0; i < n; i++) {
        char text[3] = {digits[(i + 1) / 100], digits[(i + 1) / 10 % 10], digits[(i + 1) % 10]};
        size_t blank = (i + 1 < 100) + (i + 1 < 10);
        struct sc_word number = {text + blank, sizeof text - blank};
        sc_reader_give(reader, has_names ? head->names[i] : number, values[i], SC_MOMENT_NOW);
    }
}

/* --- lines --- */

static const char *take_named(struct sc_reader *reader, const struct sc_word *words, int n)
{
    double value;
    int64_t unix_us = SC_MOMENT_NOW;
    if (n < 2 || n > 3 || sc_number_parse(words[1], &value) < 0)
        return not_a_line;
    if (n == 3 && sc_moment_parse(words[2], &unix_us) < 0)
        return "what stands behind the value is no time: seconds since 1970 are wanted";
    sc_reader_give(reader, words[0], value, unix_us);
    return NULL;
}

static const char *take_numbers(struct sc_reader *reader, const struct sc_word *words,
                                const double *values, int n)
{
    int64_t unix_us = SC_MOMENT_NOW;
    bool is_table = reader->head.n == (size_t)n;
    bool has_time = n > 1 && !is_table && values[n - 1] >= TIME_LEAST &&
                    sc_moment_parse(words[n - 1], &unix_us) == 0;
    struct sc_word name = {reader->name, strlen(reader->name)};
    if (n == 1 && !is_table)
        sc_reader_give(reader, name, values[0], SC_MOMENT_NOW);
    else if (n == 2 && has_time)
        sc_reader_give(reader, name, values[0], unix_us);
    else if (n == 3 && has_time)
        sc_reader_give(reader, words[0], values[1], unix_us);
    else
        give_row(reader, values, (size_t)n);
    return NULL;
}

const char *sc_reader_lines(struct sc_reader *reader, struct sc_word line)
{
    struct sc_word words[SC_READER_WORDS_MAX];
    double values[SC_READER_WORDS_MAX];
    int n = sc_reader_split(line, words), n_numbers = 0;
    if (n < 0)
        return "the line has more than 256 words";
    for (int i = 0; i < n; i++)
        n_numbers += sc_number_parse(words[i], &values[i]) == 0;
    if (n_numbers == n)
        return take_numbers(reader, words, values, n);
    if (n_numbers == 0 && n > 1 && reader->found != SC_READER_GRAPHITE)
        return is_banner(words, n) ? NULL : keep_head(reader, line);
    return take_named(reader, words, n);
}
