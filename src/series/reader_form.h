/* SPDX-License-Identifier: MIT */
/* What the forms of lines share: one function per form, each in the file of its name. */
#pragma once

#include "base/buf.h"
#include "series/reader.h"

#define SC_READER_WORDS_MAX 256 /* of a line: fields of a CSV, columns of a table */

/* The names of columns: from the line that is their head. */
struct sc_reader_head {
    struct sc_buf line; /* owned; the names lie in it */
    struct sc_word names[SC_READER_WORDS_MAX];
    bool is_text[SC_READER_WORDS_MAX]; /* no column of numbers: passed over */
    size_t n;                          /* 0: none */
    int time, name, value;             /* which column; -1: none */
    uint64_t line_number;
    bool is_used;
    bool is_counted; /* there was no such line: the columns are counted from 1 */
    char delimiter;
};

struct sc_reader {
    enum sc_reader_format format, found; /* found: what it turned out to be */
    const char *name;
    sc_reader_take *take;
    void *self;
    struct sc_buf pending; /* the begin of a line whose end is still to come */
    struct sc_word line;   /* the one that is being taken */
    bool is_skipping;      /* to the end of a line that is too long */
    struct sc_reader_report report;
    struct sc_reader_head head;
};

/* Each takes one line, without its newline, neither empty nor a comment. Returns: NULL; a static
 * sentence that tells why the line is refused. */
const char *sc_reader_lines(struct sc_reader *reader, struct sc_word line);
const char *sc_reader_csv(struct sc_reader *reader, struct sc_word line);
const char *sc_reader_json(struct sc_reader *reader, struct sc_word line);

/** Hands a number on and counts it. */
void sc_reader_give(struct sc_reader *reader, struct sc_word name, double value, int64_t unix_us);

/** Counts what is refused, and keeps the first of it. */
void sc_reader_refuse(struct sc_reader *reader, uint64_t line_number, struct sc_word line,
                      const char *reason);

/** Whether a column or member of that name tells the time. */
bool sc_reader_is_time(struct sc_word name);

/** Returns: which form the first line is of. */
enum sc_reader_format sc_reader_tell(struct sc_word line);

/** Takes a line apart at blanks; "{...}" and what is quoted in it stays together. Returns: how many
 * words; -E2BIG. */
int sc_reader_split(struct sc_word line, struct sc_word out_words[static SC_READER_WORDS_MAX]);
