/* SPDX-License-Identifier: MIT */
#include "picture/cut/boundary.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define DASHES_MAX 64
#define BLANKS_MAX 8

static_assert(DASHES_MAX + SC_BOUNDARY_MAX_BYTES + BLANKS_MAX + 2 <= SC_DELIMITER_MAX_BYTES,
              "a delimiter is told from what is looked at");

static bool is_blank(int c)
{
    return c == ' ' || c == '\t';
}

static void trim(const char **text, size_t *len_bytes)
{
    while (*len_bytes && is_blank((*text)[*len_bytes - 1]))
        *len_bytes -= 1;
    for (; *len_bytes && is_blank(**text); *len_bytes -= 1)
        *text += 1;
}

/* What may follow the closing quote are other parameters. */
static void unquote(const char **text, size_t *len_bytes)
{
    if (!*len_bytes || **text != '"')
        return;
    *text += 1;
    *len_bytes -= 1;
    const char *closing = memchr(*text, '"', *len_bytes);
    if (closing)
        *len_bytes = (size_t)(closing - *text);
}

/* The prefix function of Knuth, Morris and Pratt: with it no byte is compared twice for long. */
static void fill_restart(struct sc_boundary *boundary)
{
    size_t matched = 0;
    boundary->restart[0] = 0;
    for (size_t i = 1; i < boundary->len_bytes; i++) {
        while (matched && boundary->text[i] != boundary->text[matched])
            matched = boundary->restart[matched - 1];
        matched += boundary->text[i] == boundary->text[matched];
        boundary->restart[i] = (uint8_t)matched;
    }
}

int sc_boundary_set(struct sc_boundary *boundary, const char *value, size_t value_bytes)
{
    trim(&value, &value_bytes);
    unquote(&value, &value_bytes);
    for (; value_bytes && *value == '-'; value_bytes--)
        value++;
    if (value_bytes == 0 || value_bytes > SC_BOUNDARY_MAX_BYTES)
        return -EINVAL;
    for (size_t i = 0; i < value_bytes; i++)
        if ((uint8_t)value[i] < ' ' || value[i] == 0x7f)
            return -EINVAL;
    boundary->len_bytes = value_bytes;
    memcpy(boundary->text, value, value_bytes);
    fill_restart(boundary);
    return 0;
}

/* What stands between the boundary, which ends at at, and the end of its line. */
static int match_ending(const uint8_t *data, size_t len_bytes, size_t at, bool is_ended,
                        struct sc_delimiter *out_delimiter)
{
    size_t dashes = 0, blanks = 0;
    while (dashes < 2 && at + dashes < len_bytes && data[at + dashes] == '-')
        dashes++;
    if (dashes == 2) {
        *out_delimiter = (struct sc_delimiter){.size_bytes = at + 2, .is_last = true};
        return 1;
    }
    if (dashes == 1)
        return at + 1 < len_bytes || is_ended ? 0 : -EAGAIN;
    while (blanks < BLANKS_MAX && at < len_bytes && is_blank(data[at]))
        blanks++, at++;
    if (at < len_bytes && data[at] == '\r')
        at++;
    if (at == len_bytes && !is_ended)
        return -EAGAIN;
    if (at < len_bytes && data[at] != '\n')
        return 0;
    *out_delimiter = (struct sc_delimiter){.size_bytes = at + (at < len_bytes)};
    return 1;
}

static int match_known(const struct sc_boundary *boundary, const uint8_t *data, size_t len_bytes,
                       bool is_ended, struct sc_delimiter *out_delimiter)
{
    size_t at = 0;
    while (at < DASHES_MAX && at < len_bytes && data[at] == '-')
        at++;
    size_t left = len_bytes - at;
    bool is_there = left >= boundary->len_bytes;
    if (at == 1 && left)
        return 0;
    if (memcmp(data + at, boundary->text, is_there ? boundary->len_bytes : left) != 0)
        return 0;
    if (!is_there)
        return is_ended ? 0 : -EAGAIN;
    return match_ending(data, len_bytes, at + boundary->len_bytes, is_ended, out_delimiter);
}

int sc_boundary_learn(struct sc_boundary *boundary, const uint8_t *data, size_t len_bytes,
                      bool is_ended)
{
    if (memcmp(data, "--", len_bytes < 2 ? len_bytes : 2) != 0)
        return 0;
    bool is_cut = len_bytes > SC_DELIMITER_MAX_BYTES;
    size_t line_bytes = is_cut ? SC_DELIMITER_MAX_BYTES : len_bytes;
    const uint8_t *lf = memchr(data, '\n', line_bytes);
    if (!lf && (is_cut || !is_ended))
        return is_cut ? 0 : -EAGAIN;
    if (lf)
        line_bytes = (size_t)(lf - data) - (lf[-1] == '\r');
    for (size_t i = 0; i < line_bytes; i++)
        if ((data[i] < ' ' || data[i] > '~') && !is_blank(data[i]))
            return 0;
    struct sc_boundary learnt;
    struct sc_delimiter delimiter;
    if (sc_boundary_set(&learnt, (const char *)data, line_bytes) < 0 ||
        match_known(&learnt, data, len_bytes, is_ended, &delimiter) != 1)
        return 0;
    *boundary = learnt;
    return 1;
}

int sc_boundary_match(struct sc_boundary *boundary, const uint8_t *data, size_t len_bytes,
                      bool is_ended, struct sc_delimiter *out_delimiter)
{
    int rc = 1;
    if (boundary->len_bytes == 0)
        rc = sc_boundary_learn(boundary, data, len_bytes, is_ended);
    return rc == 1 ? match_known(boundary, data, len_bytes, is_ended, out_delimiter) : rc;
}

static size_t next_matched(const struct sc_boundary *boundary, size_t matched, uint8_t byte)
{
    if (matched == boundary->len_bytes)
        matched = boundary->restart[matched - 1];
    while (matched && (uint8_t)boundary->text[matched] != byte)
        matched = boundary->restart[matched - 1];
    return matched + ((uint8_t)boundary->text[matched] == byte);
}

/* The boundary ends at end; a delimiter is more than that. */
static int match_around(const struct sc_boundary *boundary, const uint8_t *data, size_t len_bytes,
                        size_t end, bool is_ended, struct sc_delimiter *out_delimiter)
{
    size_t at = end - boundary->len_bytes, dashes = 0;
    while (dashes < DASHES_MAX && at > 0 && data[at - 1] == '-')
        dashes++, at--;
    if (dashes == 1 || (dashes == 0 && at > 0 && data[at - 1] != '\n'))
        return 0;
    out_delimiter->at = at;
    struct sc_delimiter found;
    int rc = match_ending(data, len_bytes, end, is_ended, &found);
    if (rc == 1)
        *out_delimiter = (struct sc_delimiter){at, found.size_bytes - at, found.is_last};
    return rc;
}

int sc_boundary_find(const struct sc_boundary *boundary, struct sc_boundary_search *search,
                     const uint8_t *data, size_t len_bytes, bool is_ended,
                     struct sc_delimiter *out_delimiter, size_t *out_safe_bytes)
{
    *out_safe_bytes = len_bytes;
    for (; boundary->len_bytes && search->at < len_bytes; search->at++) {
        size_t matched = next_matched(boundary, search->matched, data[search->at]);
        if (matched == boundary->len_bytes) {
            struct sc_delimiter found;
            int rc = match_around(boundary, data, len_bytes, search->at + 1, is_ended, &found);
            if (rc == 1)
                *out_delimiter = found;
            if (rc == -EAGAIN)
                *out_safe_bytes = found.at;
            if (rc != 0)
                return rc;
        }
        search->matched = matched;
    }
    size_t open_bytes = search->matched + DASHES_MAX;
    if (boundary->len_bytes)
        *out_safe_bytes = len_bytes > open_bytes ? len_bytes - open_bytes : 0;
    return is_ended ? 0 : -EAGAIN;
}
