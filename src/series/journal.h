/* SPDX-License-Identifier: MIT */
/* The history of a set of series in a file: a line is appended for every number, by one write for
 * many, and is in the system's hands when the write returns: it survives the end of this process,
 * however it comes. Every few seconds the file is brought to the disk as well. When it has grown it
 * is written anew with what the series still know, beside the old one, and renamed into its place.
 *
 * Its lines:    p UNIX_US VALUE NAME                                  a number
 *               c UNIX_US N SUM LEAST MOST FIRST LAST NAME            a column of many
 *
 * What cannot be understood is passed over and counted; a line without its end is cut off. */
#pragma once

#include "base/buf.h"
#include "series/series.h"
#include "stillcast/err.h"

#include <stdint.h>

struct sc_journal;

/* What was found in the file. */
struct sc_journal_found {
    uint64_t n_lines, n_bad, bad_line; /* bad_line: the first one, from 1; 0: none */
    uint64_t torn_bytes;               /* cut off at the end */
};

/**
 * Opens or makes the file, and adds what it knows to the series.
 *
 * path  borrowed for its life.
 *
 * Returns: 0; -EINVAL the file is no such history, and is left alone; -EBUSY another graph uses it;
 *          a negative errno of the file; each with a sentence; -ENOMEM.
 */
int sc_journal_open(const char *path, struct sc_series *series, struct sc_journal **out_journal,
                    struct sc_journal_found *out_found, struct sc_err *err);

/** Brings everything to the disk first. */
void sc_journal_close(struct sc_journal **journal);

/** Appends the line of a number to lines, for sc_journal_write. Returns: as sc_buf_append. */
int sc_journal_note(struct sc_buf *lines, const struct sc_series_sample *sample);

/**
 * Appends whole lines to the file and empties them. What cannot be written whole is not there at
 * all.
 *
 * Returns: 0; a negative errno, with a sentence.
 * Thread:  any.
 */
int sc_journal_write(struct sc_journal *journal, struct sc_buf *lines, struct sc_err *err);

/** Returns: when sc_journal_tidy has something to do, CLOCK_MONOTONIC; UINT64_MAX: nothing. */
uint64_t sc_journal_due_ns(const struct sc_journal *journal);

/** Brings the file to the disk, and writes it anew when it has grown. Returns: 0; a negative errno
 * with a sentence; the file is as it was. Thread: owner. */
int sc_journal_tidy(struct sc_journal *journal, struct sc_series *series, struct sc_err *err);
