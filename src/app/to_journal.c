/* SPDX-License-Identifier: MIT */
#include "app/to_journal.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The marks of sd-daemon(3). */
static const char *const marks[] = {
    [SC_ERROR] = "<3>",
    [SC_WARN] = "<4>",
    [SC_INFO] = "<6>",
    [SC_DEBUG] = "<7>",
};

/* $JOURNAL_STREAM, "DEVICE:INODE", is inherited by those whose output goes elsewhere, too. */
static bool is_journal(void)
{
    const char *stream = getenv("JOURNAL_STREAM");
    char ours[64];
    struct stat st;
    if (!stream || fstat(STDERR_FILENO, &st) < 0)
        return false;
    (void)snprintf(ours, sizeof ours, "%ju:%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
    return strcmp(stream, ours) == 0;
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
