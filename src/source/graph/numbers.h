/* SPDX-License-Identifier: MIT */
/* The numbers of one graph: its series, what of all that comes is wanted for them, and everybody
 * who brings them: the graph's own feed and whoever sends to its stream. Counted, because senders
 * may outlive the graph. */
#pragma once

#include "media/intake.h"
#include "series/reader.h"

#include <stdbool.h>

enum sc_numbers_rates {
    SC_NUMBERS_AS_THEY_ARE,
    SC_NUMBERS_RATES,  /* all numbers are counters: draw by how much they grow in a second */
    SC_NUMBERS_TOTALS, /* those that are named as counters are named: "..._total" */
};

struct sc_numbers_config {
    struct sc_series_config series;
    enum sc_reader_format format;
    const char *
        match; /* patterns (fnmatch) of the names that are wanted, with ',' between; NULL; copied */
    enum sc_numbers_rates rates;
    const char *state; /* the file of their history; NULL: none; copied */
};

struct sc_numbers;

/**
 * name  of numbers that stand alone; copied.
 *
 * Returns: 0; -EINVAL, -EMFILE, -ENOMEM, with a sentence.
 */
int sc_numbers_create(const struct sc_numbers_config *config, const char *name,
                      struct sc_numbers **out_numbers, struct sc_err *err);
void sc_numbers_unref(struct sc_numbers **numbers);

/** Returns: borrowed; for the stream. */
struct sc_intake *sc_numbers_intake(struct sc_numbers *numbers);

/** Returns: borrowed. */
struct sc_series *sc_numbers_series(struct sc_numbers *numbers);

/** Returns: a descriptor that is readable when a sender has brought something, until it is heard.
 */
int sc_numbers_fd(const struct sc_numbers *numbers);
void sc_numbers_hear(struct sc_numbers *numbers);

/** Returns: what is wrong with the history that was found, one sentence; NULL: nothing. */
const char *sc_numbers_flaw(const struct sc_numbers *numbers);

/** Returns: when sc_numbers_tidy has something to do, CLOCK_MONOTONIC; UINT64_MAX: nothing. */
uint64_t sc_numbers_tidy_ns(const struct sc_numbers *numbers);

/** Looks after the history. Returns: 0; a negative errno with a sentence. Thread: source. */
int sc_numbers_tidy(struct sc_numbers *numbers, struct sc_err *err);

/** Nothing is drawn any more: senders are told so. */
void sc_numbers_close(struct sc_numbers *numbers);

/* --- what one feed or sender brings --- */

struct sc_numbers_text;

/**
 * format  of a text where the configuration leaves it to the text.
 *
 * Returns: 0; -ENOMEM.
 */
int sc_numbers_begin(struct sc_numbers *numbers, enum sc_reader_format format,
                     struct sc_numbers_text **out_text);

/** Another one of the same form for the same graph. Returns: 0; -ENOMEM. */
int sc_numbers_begin_like(const struct sc_numbers_text *text, struct sc_numbers_text **out_text);
void sc_numbers_drop(struct sc_numbers_text **text);

/** is_past  numbers that do not tell their time are of another time, and passed over. */
void sc_numbers_set_past(struct sc_numbers_text *text, bool is_past);

/** Takes bytes, in any of the reader's forms. Returns: 0; -ENOMEM. */
int sc_numbers_feed(struct sc_numbers_text *text, const char *data, size_t len_bytes);

/** Takes one number of now. */
void sc_numbers_put(struct sc_numbers_text *text, const char *name, double value);

/** Takes by how much a counter has grown in a second since it was told last. */
void sc_numbers_put_rate(struct sc_numbers_text *text, const char *name, double counter);

/** Keeps what was taken since the last time in the history. Returns: 0; a negative errno with a
 * sentence: it could not be kept. */
int sc_numbers_keep(struct sc_numbers_text *text, struct sc_err *err);

/** The bytes have ended; others may follow. */
void sc_numbers_end(struct sc_numbers_text *text);

/** Returns: what was read since it began, borrowed. */
const struct sc_reader_report *sc_numbers_report(const struct sc_numbers_text *text);
