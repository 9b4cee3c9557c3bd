/* SPDX-License-Identifier: MIT */
/* Numbers from lines, tables, CSV and JSON: the same bytes in other pieces give the same numbers
 * and the same refusals; names have no room outside of their line; what is a number to us is one to
 * the C library. The first byte is the size of the pieces,
 * and whether lines stand alone. */
#include "series/reader.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "series/number.h"

struct outcome {
    uint64_t hash; /* of all that was taken, in order */
    size_t n;
    struct sc_reader_report report;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes);

static uint64_t mix(uint64_t hash, const void *data, size_t len_bytes)
{
    return hash * 31 + sc_hash(data, len_bytes);
}

static int take(void *self, struct sc_series_sample *sample)
{
    struct outcome *outcome = self;
    bool is_nan = isnan(sample->value);
    outcome->hash = mix(outcome->hash, sample->name.data, sample->name.len_bytes);
    outcome->hash = mix(outcome->hash, &sample->unix_us, sizeof sample->unix_us);
    if (!is_nan)
        outcome->hash = mix(outcome->hash, &sample->value, sizeof sample->value);
    outcome->n++;
    if (sample->name.len_bytes == 0)
        return -EINVAL;
    return isinf(sample->value) ? -EDOM : 0;
}

static int feed(struct sc_reader *reader, const char *data, size_t len_bytes)
{
#ifdef PLANT_BUG /* a piece of 3 that begins a JSON object in the middle loses its last byte */
    if (len_bytes == 3 && data[0] == '{' && data[2] == ':')
        len_bytes--;
#endif
    return sc_reader_feed(reader, data, len_bytes);
}

static void read_all(enum sc_reader_format format, const char *data, size_t len_bytes, size_t piece,
                     struct outcome *out)
{
    struct sc_reader *reader = NULL;
    *out = (struct outcome){0};
    assert(sc_reader_create(format, "me", take, out, &reader) == 0);
    for (size_t at = 0; at < len_bytes; at += piece) {
        size_t n = len_bytes - at < piece ? len_bytes - at : piece;
        char *copy = malloc(n); /* so that a step beyond it is seen */
        assert(copy);
        memcpy(copy, data + at, n);
        assert(feed(reader, copy, n) == 0);
        free(copy);
    }
    sc_reader_end(reader);
    out->report = *sc_reader_report(reader);
    sc_reader_destroy(&reader);
}

static void check_report(const struct outcome *outcome)
{
    const struct sc_reader_report *report = &outcome->report;
    assert(report->n_taken <= outcome->n);
    assert((report->n_refused > 0) == (report->bad_line > 0));
    assert((report->n_refused > 0) == (report->bad_reason != NULL));
    assert(report->bad_line <= report->n_lines);
    assert(strlen(report->bad_text) < SC_READER_QUOTE_BYTES);
}

static void check_number(const char *data, size_t len_bytes)
{
    char text[64];
    double value, expected;
    if (len_bytes >= sizeof text || memchr(data, '\0', len_bytes))
        return;
    (void)snprintf(text, sizeof text, "%.*s", (int)len_bytes, data);
    if (sc_number_parse((struct sc_word){data, len_bytes}, &value) < 0)
        return;
    char *end;
    expected = strtod(text, &end);
    assert(*end == '\0');
    assert(isnan(value) ? isnan(expected) : memcmp(&value, &expected, sizeof value) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    struct outcome whole, pieces;
    if (len_bytes < 2)
        return 0;
    const char *text = (const char *)data + 1;
    size_t piece = data[0] % 64 + 1;
    enum sc_reader_format format = data[0] & 128 ? SC_READER_GRAPHITE : SC_READER_AUTO;
    read_all(format, text, len_bytes - 1, len_bytes, &whole);
    read_all(format, text, len_bytes - 1, piece, &pieces);
    check_report(&whole);
    assert(whole.hash == pieces.hash && whole.n == pieces.n);
    assert(whole.report.n_lines == pieces.report.n_lines &&
           whole.report.n_refused == pieces.report.n_refused &&
           whole.report.bad_line == pieces.report.bad_line &&
           strcmp(whole.report.bad_text, pieces.report.bad_text) == 0);
    check_number(text, len_bytes - 1);
    return 0;
}
