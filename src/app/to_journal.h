/* SPDX-License-Identifier: MIT */
/* Log lines as systemd's journal takes them from standard error: without the time, which it knows,
 * and with their level in front, which it keeps ("journalctl -p err"). */
#pragma once

#include "stillcast/log.h"

/** Returns: the sink to log by when standard error is the journal; NULL when it is not. */
sc_log_sink *sc_to_journal_sink(void);

/** Returns: what stands in front of a line of that level where standard error is the journal; ""
 * where it is not. */
const char *sc_to_journal_mark(enum sc_log_level level);
