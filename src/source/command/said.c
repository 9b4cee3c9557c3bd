/* SPDX-License-Identifier: MIT */
#include "source/command/said.h"

#include <string.h>

#include "base/clock.h"
#include "base/url.h"

#define SC_LOG_TOPIC "source.command"
#include "stillcast/log.h"

#define LINE_NS  SC_NS_PER_S
#define LINES_NS (20 * LINE_NS)

/* A bucket of time: each line takes a second out, a second puts a second in. */
static bool may_tell(struct sc_said *said)
{
    uint64_t now = sc_clock_ns();
    uint64_t full_ns = said->full_ns > now ? said->full_ns : now;
    if (full_ns + LINE_NS > now + LINES_NS)
        return false;
    said->full_ns = full_ns + LINE_NS;
    return true;
}

static void tell(struct sc_said *said, const char *line)
{
    if (!may_tell(said)) {
        said->n_swallowed++;
        return;
    }
    if (said->n_swallowed)
        sc_log(SC_INFO, "stream=%s %s: %s (%u lines before it were left out)", said->stream,
               said->program, line, said->n_swallowed);
    else
        sc_log(SC_INFO, "stream=%s %s: %s", said->stream, said->program, line);
    said->n_swallowed = 0;
}

/* Returns: bytes of the character that begins here; 0 when it is none of UTF-8. */
static size_t character_bytes(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t n = at[0] < 0x80                     ? 1
               : at[0] >= 0xc2 && at[0] < 0xe0  ? 2
               : at[0] >= 0xe0 && at[0] < 0xf0  ? 3
               : at[0] >= 0xf0 && at[0] <= 0xf4 ? 4
                                                : 0;
    for (size_t i = 1; i < n; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    bool is_overlong = (at[0] == 0xe0 && at[1] < 0xa0) || (at[0] == 0xf0 && at[1] < 0x90);
    bool is_beyond = (at[0] == 0xed && at[1] >= 0xa0) || (at[0] == 0xf4 && at[1] >= 0x90);
    return is_overlong || is_beyond ? 0 : n;
}

/* Copies whole characters; what is none is told as "?". */
static void copy_plain(const char *from, char *to, size_t to_bytes)
{
    const char *end = to + to_bytes - 1;
    while (*from) {
        size_t n = character_bytes(from);
        if (to + (n ? n : 1) > end)
            break;
        if (n)
            memcpy(to, from, n);
        else
            *to = '?';
        to += n ? n : 1;
        from += n ? n : 1;
    }
    *to = '\0';
}

static void end_line(struct sc_said *said, bool is_told)
{
    char line[SC_SAID_LINE_BYTES];
    said->line[said->len_bytes] = '\0';
    said->len_bytes = 0;
    said->has_returned = false;
    sc_url_redact(said->line, line, sizeof line);
    if (!line[strspn(line, " ")])
        return;
    copy_plain(line, said->last, sizeof said->last);
    copy_plain(line, said->line, sizeof said->line);
    if (is_told)
        tell(said, said->line);
}

static void add_one(struct sc_said *said, char c)
{
    if (c == '\n') {
        end_line(said, true);
        return;
    }
    if (said->has_returned)
        end_line(said, false);
    if (c == '\r')
        said->has_returned = true;
    else if (c && said->len_bytes + 1 < sizeof said->line)
        said->line[said->len_bytes++] = (char)(c == '\t' ? ' ' : c);
}

void sc_said_add(struct sc_said *said, const char *text, size_t len_bytes)
{
    for (size_t i = 0; i < len_bytes; i++)
        add_one(said, text[i]);
}

void sc_said_end(struct sc_said *said)
{
    end_line(said, true);
}
