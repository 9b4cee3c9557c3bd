/* SPDX-License-Identifier: MIT */
/* Bytes in pieces of any size -> lines -> numbers. It takes
 *
 *   name value [unix-time]     Graphite's plaintext and Prometheus' exposition; a number alone
 *   a table                    numbers between blanks, the names in a line above them: vmstat
 *   CSV                        with names in its first line; commas, semicolons or tabs
 *   JSON                       an object a line, or a list of them: {"loss": 0.3, "t": 1795385147}
 *
 * Lines that cannot be understood are counted, the first of them is kept to be quoted, and the rest
 * is taken. Empty lines and comments ("#") are passed over. Not thread-safe. */
#pragma once

#include "series/series.h"

#include <stdint.h>

#define SC_READER_LINE_BYTES  65536 /* the longest line */
#define SC_READER_QUOTE_BYTES 81

enum sc_reader_format {
    SC_READER_AUTO, /* told from the first line */
    SC_READER_LINES,
    SC_READER_CSV,
    SC_READER_JSON,
    SC_READER_GRAPHITE, /* lines that stand alone: none is the head of a table */
};

/* In that order, but for the last one, ending with NULL: for options. */
extern const char *const sc_reader_format_names[];

/* Gets every number. sample's name is valid for the call. Returns: 0; 1: it is not wanted, and not
 * counted; a code of sc_series_add: it was refused. */
typedef int sc_reader_take(void *self, struct sc_series_sample *sample);

/* What has been read. */
struct sc_reader_report {
    uint64_t n_lines, n_taken, n_refused; /* taken: numbers; refused: numbers and lines */
    uint64_t bad_line;                    /* the first one refused, from 1; 0: none */
    const char *bad_reason;               /* one static sentence */
    char bad_text[SC_READER_QUOTE_BYTES]; /* its begin, in printable UTF-8 or less */
};

struct sc_reader;

/**
 * name  borrowed: of numbers that stand alone.
 *
 * Returns: 0; -ENOMEM.
 */
int sc_reader_create(enum sc_reader_format format, const char *name, sc_reader_take *take,
                     void *self, struct sc_reader **out_reader);
void sc_reader_destroy(struct sc_reader **reader);

/** Returns: 0; -ENOMEM for a line that is in two pieces; it is lost. */
int sc_reader_feed(struct sc_reader *reader, const char *data, size_t len_bytes);

/** The bytes have ended: the last line may do without its newline. Another text may follow. */
void sc_reader_end(struct sc_reader *reader);

/** Returns: borrowed. */
const struct sc_reader_report *sc_reader_report(const struct sc_reader *reader);
