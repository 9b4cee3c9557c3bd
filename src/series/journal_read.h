/* SPDX-License-Identifier: MIT */
/* Reading a history back. */
#pragma once

#include "series/journal.h"

#define SC_JOURNAL_HEAD "stillcast graph history 1\n"

/** Adds what the file knows to the series; an empty file is all right. Returns: as
 * sc_journal_open. */
int sc_journal_read(int fd, const char *path, struct sc_series *series,
                    struct sc_journal_found *out_found, struct sc_err *err);

/**
 * Adds what one line says, without its newline.
 *
 * Returns: 0, also for what is older than the window or one series too many; -EBADMSG.
 */
int sc_journal_read_line(struct sc_word line, struct sc_series *series, int64_t now_unix_us);
