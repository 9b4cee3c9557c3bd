/* SPDX-License-Identifier: MIT */
#include "source/words.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/own.h"

#define US_PER_S       1000000U
#define GLANCE_US      (US_PER_S / 2)
#define NOTHING        "\xe2\x80\x93"
#define VALUE_BYTES    256
#define TEXT_MAX_BYTES (SC_WORDS_BYTES / 2)

typedef void put_value(const struct sc_stream_view *view, char *out, size_t bytes);

static void put_state(const struct sc_stream_view *view, char *out, size_t bytes)
{
    (void)snprintf(out, bytes, "%s", sc_stream_state_name(view->state));
}

static void put_viewers(const struct sc_stream_view *view, char *out, size_t bytes)
{
    (void)snprintf(out, bytes, "%u", view->n_viewers);
}

static void put_fps(const struct sc_stream_view *view, char *out, size_t bytes)
{
    (void)snprintf(out, bytes, view->rate_hz < 9.95 ? "%.1f" : "%.0f", view->rate_hz);
}

static void put_age(const struct sc_stream_view *view, char *out, size_t bytes)
{
    if (view->age_ms == UINT64_MAX)
        (void)snprintf(out, bytes, NOTHING);
    else
        (void)snprintf(out, bytes, "%.1f s", (double)view->age_ms / 1000);
}

static void put_size(const struct sc_stream_view *view, char *out, size_t bytes)
{
    if (view->width_px == 0)
        (void)snprintf(out, bytes, NOTHING);
    else
        (void)snprintf(out, bytes, "%ux%u", view->width_px, view->height_px);
}

static void put_note(const struct sc_stream_view *view, char *out, size_t bytes)
{
    (void)snprintf(out, bytes, "%s", view->note);
}

static const struct {
    const char *word;
    put_value *put; /* NULL: the name */
} values[] = {
    {"name", NULL},   {"state", put_state}, {"viewers", put_viewers}, {"fps", put_fps},
    {"age", put_age}, {"size", put_size},   {"note", put_note},
};
#define N_VALUES    (sizeof values / sizeof *values)
#define KNOWN_WORDS "name, state, viewers, fps, age, size or note"

/* One {stream.word}. */
struct brace {
    char stream[SC_STREAM_NAME_BYTES];
    size_t value;       /* index */
    size_t total_bytes; /* with its braces */
};

static int find_value(const char *word, size_t bytes)
{
    for (size_t i = 0; i < N_VALUES; i++)
        if (strlen(values[i].word) == bytes && memcmp(values[i].word, word, bytes) == 0)
            return (int)i;
    return -1;
}

/* No stream can have that name. */
static bool is_own(const struct brace *brace)
{
    return strcmp(brace->stream, "stream") == 0;
}

/* text is at its '{'. Returns: 0; -EINVAL. */
static int parse(const char *text, struct brace *out)
{
    const char *end = strchr(text, '}');
    const char *dot = end ? memrchr(text, '.', (size_t)(end - text)) : NULL;
    if (!dot)
        return -EINVAL;
    const size_t name_bytes = (size_t)(dot - text) - 1;
    const int value = find_value(dot + 1, (size_t)(end - dot) - 1);
    if (value < 0 || name_bytes == 0 || name_bytes >= sizeof out->stream)
        return -EINVAL;
    *out = (struct brace){.value = (size_t)value, .total_bytes = (size_t)(end - text) + 1};
    memcpy(out->stream, text + 1, name_bytes);
    return is_own(out) ? 0 : sc_registry_check_name(out->stream, NULL);
}

int sc_words_check(const char *text, struct sc_err *err)
{
    if (strlen(text) > TEXT_MAX_BYTES)
        return sc_err_set(err, -EINVAL, "a text of %zu bytes: there is room for %d", strlen(text),
                          TEXT_MAX_BYTES);
    for (const char *at = strchr(text, '{'); at; at = strchr(at, '{')) {
        struct brace brace;
        if (at[1] == '{') {
            at += 2;
            continue;
        }
        if (parse(at, &brace) < 0)
            return sc_err_set(err, -EINVAL,
                              "'%.*s': in braces stand a stream, or 'stream' for this one, a dot, "
                              "and " KNOWN_WORDS ", as in {stream.viewers}; {{ is a brace",
                              (int)strcspn(at, "}") + 1, at);
        at += brace.total_bytes;
    }
    return 0;
}

static void fill_time(const char *text, uint64_t unix_us, char out[SC_WORDS_BYTES])
{
    const time_t seconds = (time_t)(unix_us / US_PER_S);
    struct tm tm = {.tm_mday = 1};
    (void)localtime_r(&seconds, &tm);
    out[0] = '\0';
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored                                                                     \
    "-Wformat-nonliteral" /* people write it, and strftime is safe with any */
    const size_t bytes = strftime(out, SC_WORDS_BYTES, text, &tm);
#pragma GCC diagnostic pop
    if (bytes == 0) /* nothing, or too much */
        (void)snprintf(out, SC_WORDS_BYTES, "%s", strchr(text, '%') ? "" : text);
}

static void fill_value(const struct brace *brace, const struct sc_words_ctx *ctx, char *out)
{
    const char *name = is_own(brace) ? ctx->stream : brace->stream;
    SC_AUTO(sc_stream_unref)
    struct sc_stream *stream = ctx->registry ? sc_registry_get(ctx->registry, name) : NULL;
    struct sc_stream_view view;
    (void)snprintf(out, VALUE_BYTES, "%s", values[brace->value].put ? NOTHING : name);
    if (!stream || !values[brace->value].put)
        return;
    sc_stream_look(stream, &view);
    values[brace->value].put(&view, out, VALUE_BYTES);
}

void sc_words_fill(const char *text, const struct sc_words_ctx *ctx, uint64_t unix_us,
                   char out[SC_WORDS_BYTES])
{
    char timed[SC_WORDS_BYTES];
    size_t used = 0;
    fill_time(text, unix_us, timed);
    for (const char *at = timed; *at && used + 1 < SC_WORDS_BYTES;) {
        struct brace brace;
        char value[VALUE_BYTES];
        const bool is_value = *at == '{' && at[1] != '{' && parse(at, &brace) == 0;
        if (!is_value) {
            at += *at == '{' && at[1] == '{';
            out[used++] = *at++;
            continue;
        }
        fill_value(&brace, ctx, value);
        const size_t bytes = strnlen(value, SC_WORDS_BYTES - 1 - used);
        memcpy(out + used, value, bytes);
        used += bytes;
        at += brace.total_bytes;
    }
    out[used] = '\0';
}

uint64_t sc_words_lasts_us(const char *text, uint64_t unix_us)
{
    if (strchr(text, '{'))
        return GLANCE_US - unix_us % GLANCE_US;
    return strchr(text, '%') ? US_PER_S - unix_us % US_PER_S : UINT64_MAX;
}
