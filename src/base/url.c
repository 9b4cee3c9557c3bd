/* SPDX-License-Identifier: MIT */
#include "base/url.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/hex.h"

#define NUMBER_BYTES 24 /* digits of a uint64_t and some zeros before them */

static bool is_control(unsigned char byte)
{
    return byte < 0x20 || byte == 0x7f;
}

/* The byte that the escape at text stands for, or -1. */
static int escaped_byte(const char *text, const char *end)
{
    if (end - text < 3)
        return -1;
    int high = sc_hex_value(text[1]), low = sc_hex_value(text[2]);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
}

/* The next byte of a path, decoded, or -1. */
static int path_byte(const char **at, const char *end)
{
    bool is_escape = **at == '%';
    int byte = is_escape ? escaped_byte(*at, end) : (unsigned char)**at;
    if (byte < 0 || byte > 0x7e || is_control((unsigned char)byte) || byte == '\\')
        return -1;
    if (is_escape && (byte == '/' || byte == '%'))
        return -1;
    *at += is_escape ? 3 : 1;
    return byte;
}

static bool is_level_safe(const char *level, size_t len_bytes)
{
    if (len_bytes == 0)
        return false;
    if (level[0] != '.')
        return true;
    char second = len_bytes > 1 ? level[1] : '.';
    return (second >= 'a' && second <= 'z') || (second >= 'A' && second <= 'Z') ||
           (second >= '0' && second <= '9') || second == '_';
}

static bool are_levels_safe(const char *path, size_t len_bytes)
{
    const char *level = path + 1, *end = path + len_bytes;
    while (level < end) {
        const char *slash = memchr(level, '/', (size_t)(end - level));
        const char *level_end = slash ? slash : end;
        if (!is_level_safe(level, (size_t)(level_end - level)))
            return false;
        level = slash ? slash + 1 : end;
    }
    return true;
}

int sc_url_decode_path(const char *path, size_t len_bytes, char *out_path, size_t path_bytes)
{
    const char *at = path, *end = path + len_bytes;
    size_t n = 0;
    assert(path_bytes > 0);
    if (len_bytes == 0 || path[0] != '/')
        return -EINVAL;
    while (at < end) {
        int byte = path_byte(&at, end);
        if (byte < 0)
            return -EINVAL;
        if (n == path_bytes - 1)
            return -EMSGSIZE;
        out_path[n++] = (char)byte;
    }
    if (!are_levels_safe(out_path, n))
        return -EINVAL;
    out_path[n] = '\0';
    return (int)n;
}

static int decode_value(const char *at, const char *end, char *out_value, size_t value_bytes)
{
    size_t n = 0;
    assert(value_bytes > 0);
    while (at < end) {
        bool is_escape = *at == '%';
        int byte = is_escape ? escaped_byte(at, end) : *at == '+' ? ' ' : (unsigned char)*at;
        if (byte < 0 || is_control((unsigned char)byte))
            return -EINVAL;
        if (n == value_bytes - 1)
            return -EMSGSIZE;
        out_value[n++] = (char)byte;
        at += is_escape ? 3 : 1;
    }
    out_value[n] = '\0';
    return (int)n;
}

int sc_url_query(const char *query, size_t len_bytes, const char *name, char *out_value,
                 size_t value_bytes)
{
    size_t name_bytes = strlen(name);
    const char *at = query, *end = query ? query + len_bytes : NULL;
    while (at < end) {
        const char *amp = memchr(at, '&', (size_t)(end - at));
        const char *pair_end = amp ? amp : end;
        const char *equals = memchr(at, '=', (size_t)(pair_end - at));
        const char *name_end = equals ? equals : pair_end;
        if ((size_t)(name_end - at) == name_bytes && memcmp(at, name, name_bytes) == 0)
            return decode_value(equals ? equals + 1 : pair_end, pair_end, out_value, value_bytes);
        at = amp ? amp + 1 : end;
    }
    return -ENOENT;
}

int sc_url_query_number(const char *query, size_t len_bytes, const char *name, uint64_t most,
                        uint64_t *out_number)
{
    char digits[NUMBER_BYTES];
    uint64_t number = 0;
    int n = sc_url_query(query, len_bytes, name, digits, sizeof digits);
    if (n <= 0)
        return n == -ENOENT ? -ENOENT : -EINVAL;
    for (int i = 0; i < n; i++) {
        if (digits[i] < '0' || digits[i] > '9')
            return -EINVAL;
        if (__builtin_mul_overflow(number, 10U, &number) ||
            __builtin_add_overflow(number, (uint64_t)(digits[i] - '0'), &number))
            return -EINVAL;
    }
    if (number > most)
        return -EINVAL;
    *out_number = number;
    return 0;
}

/* Returns: the '@' behind user and password of an authority, NULL when it has none. */
static const char *secrets_end(const char *authority)
{
    size_t n = strcspn(authority, "/?# \t\r\n'\"");
    return memrchr(authority, '@', n);
}

void sc_url_redact(const char *text, char *out_text, size_t text_bytes)
{
    size_t n = 0;
    while (*text && n + 1 < text_bytes) {
        const char *mark = strstr(text, "//");
        const char *at = mark ? secrets_end(mark + 2) : NULL;
        size_t plain_bytes = mark ? (size_t)(mark + 2 - text) : strlen(text);
        int len = snprintf(out_text + n, text_bytes - n, "%.*s%s", (int)plain_bytes, text,
                           at ? "***" : "");
        n += (size_t)len < text_bytes - n ? (size_t)len : text_bytes - n - 1;
        text = at ? at : text + plain_bytes;
    }
    out_text[n] = '\0';
}
