/* SPDX-License-Identifier: MIT */
#include "app/to_journal.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* The marks of sd-daemon(3). */
static const char *const marks[] = {
    [SC_ERROR] = "<3>",
    [SC_WARN] = "<4>",
    [SC_INFO] = "<6>",
    [SC_DEBUG] = "<7>",
};

/* $JOURNAL_STREAM is inherited by those whose output goes elsewhere, too. */
static bool is_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    uintmax_t device, inode;
    struct stat st;
    return stream && sscanf(stream, "%ju:%ju", &device, &inode) == 2 &&
           fstat(STDERR_FILENO, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

static void to_journal(enum sc_log_level level, const char *topic, const char *text, void *self)
{
    (void)self;
    (void)fprintf(stderr, "%s%s %s\n", marks[level], topic, text);
}

sc_log_sink *sc_to_journal_sink(void)
{
    return is_journal() ? to_journal : NULL;
}

const char *sc_to_journal_mark(enum sc_log_level level)
{
    return is_journal() ? marks[level] : "";
}
