/* SPDX-License-Identifier: MIT */
/* Paths and queries: what a path decodes to never climbs, decodes to itself, and is what a
 * reference makes of it; a value is found and decoded as a reference does, and fits or is refused.
 */
#include "base/url.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MAX_BYTES 4096

/* Between "//" and the '@' of an authority there is nothing but "***", and doing it twice changes
 * nothing. */
static void check_redact(const char *data, size_t len_bytes)
{
    static char text[TEXT_MAX_BYTES + 1], shown[4 * TEXT_MAX_BYTES], again[4 * TEXT_MAX_BYTES];
    memcpy(text, data, len_bytes);
    text[len_bytes] = '\0';
    sc_url_redact(text, shown, sizeof shown);
    sc_url_redact(shown, again, sizeof again);
    assert(strcmp(shown, again) == 0);
    for (const char *at = shown; (at = strstr(at, "//")); at += 2) {
        size_t n = strcspn(at + 2, "/?# \t\r\n'\"");
        const char *mark = memrchr(at + 2, '@', n);
        assert(!mark || strncmp(at, "//***@", 6) == 0);
    }
    size_t n = strlen(shown) / 2 + 1;
    char *exact = malloc(n); /* so that a sanitizer sees a byte too many */
    assert(exact);
    sc_url_redact(text, exact, n);
    assert(strncmp(exact, shown, n - 1) == 0 && strlen(exact) == n - 1);
    free(exact);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes);

static int decode_path(const char *path, size_t len_bytes, char *out, size_t out_bytes)
{
    int n = sc_url_decode_path(path, len_bytes, out, out_bytes);
#ifdef PLANT_BUG /* an escaped dot in a path of 9 escapes the check */
    if (n == 9 && memchr(path, '%', len_bytes))
        memcpy(out + 3, "/..", 3);
#endif
    return n;
}

/* Decodes escapes into out, which has room. Returns: length, -1 when one is malformed. */
static int ref_unescape(const char *text, size_t len_bytes, const char *forbidden, char *out)
{
    int n = 0;
    for (size_t i = 0; i < len_bytes; i++) {
        char byte = text[i];
        if (byte == '%') {
            if (i + 2 >= len_bytes || !isxdigit((unsigned char)text[i + 1]) ||
                !isxdigit((unsigned char)text[i + 2]))
                return -1;
            char digits[3] = {text[i + 1], text[i + 2], '\0'};
            byte = (char)strtoul(digits, NULL, 16);
            i += 2;
            if (byte && strchr(forbidden, byte))
                return -1;
        }
        if ((unsigned char)byte < 0x20 || byte == 0x7f)
            return -1;
        out[n++] = byte;
    }
    out[n] = '\0';
    return n;
}

static int ref_path(const char *path, size_t len_bytes, char *out)
{
    int n = ref_unescape(path, len_bytes, "/%", out);
    if (n < 1 || out[0] != '/' || strchr(out, '\\') || strstr(out, "//"))
        return -1;
    for (int i = 0; i < n; i++)
        if (out[i] & 0x80)
            return -1;
    for (const char *dot = out; (dot = strstr(dot, "/.")); dot++)
        if (!isalnum((unsigned char)dot[2]) && dot[2] != '_')
            return -1;
    return n;
}

/* That no level is "." or "..", as a file system would see it. */
static void check_levels(const char *path)
{
    while (*path == '/') {
        size_t n = strcspn(++path, "/");
        assert(!(n == 1 && path[0] == '.') && !(n == 2 && path[0] == '.' && path[1] == '.'));
        assert(n > 0 || !*path);
        path += n;
    }
    assert(!*path);
}

static void check_path(const char *path, size_t len_bytes)
{
    static char out[TEXT_MAX_BYTES + 1], again[TEXT_MAX_BYTES + 1], reference[TEXT_MAX_BYTES + 1];
    int n = decode_path(path, len_bytes, out, sizeof out);
    int expected = ref_path(path, len_bytes, reference);
    assert(n == (expected < 0 ? -EINVAL : expected));
    if (n < 0)
        return;
    assert(strlen(out) == (size_t)n && strcmp(out, reference) == 0);
    assert(!strstr(out, "/..") && !strchr(out, '\\'));
    check_levels(out);
    assert(decode_path(out, (size_t)n, again, sizeof again) == n && strcmp(out, again) == 0);
    char *exact = malloc((size_t)n + 1); /* so that a sanitizer sees a byte too many */
    assert(exact && sc_url_decode_path(path, len_bytes, exact, (size_t)n + 1) == n);
    assert(sc_url_decode_path(path, len_bytes, exact, (size_t)n) == -EMSGSIZE);
    free(exact);
}

static int ref_query(const char *query, size_t len_bytes, const char *name, char *out)
{
    char pair[TEXT_MAX_BYTES + 1];
    for (size_t i = 0, n; i < len_bytes; i += n + 1) {
        for (n = 0; i + n < len_bytes && query[i + n] != '&'; n++)
            pair[n] = query[i + n] == '+' ? ' ' : query[i + n];
        size_t name_bytes = strlen(name);
        if (n < name_bytes || memcmp(query + i, name, name_bytes) != 0)
            continue;
        if (n == name_bytes)
            return ref_unescape("", 0, "", out);
        if (pair[name_bytes] == '=')
            return ref_unescape(pair + name_bytes + 1, n - name_bytes - 1, "", out);
    }
    return -2;
}

static void check_number(const char *query, size_t len_bytes, int n, const char *value)
{
    uint64_t number, expected;
    int rc = sc_url_query_number(query, len_bytes, "n", UINT64_MAX / 2, &number);
    bool is_number = n > 0 && n < 20 && strspn(value, "0123456789") == (size_t)n;
    expected = is_number ? strtoull(value, NULL, 10) : 0;
    if (n == -2)
        assert(rc == -ENOENT);
    else if (is_number && expected <= UINT64_MAX / 2)
        assert(rc == 0 && number == expected);
    else if (n < 20)
        assert(rc == -EINVAL);
}

static void check_query(const char *query, size_t len_bytes)
{
    static char out[TEXT_MAX_BYTES + 1], reference[TEXT_MAX_BYTES + 1];
    int n = sc_url_query(query, len_bytes, "n", out, sizeof out);
    int expected = ref_query(query, len_bytes, "n", reference);
    assert(n == (expected == -2 ? -ENOENT : expected < 0 ? -EINVAL : expected));
    assert(n < 0 || strcmp(out, reference) == 0);
    check_number(query, len_bytes, expected, reference);
    if (n < 0)
        return;
    char *exact = malloc((size_t)n + 1);
    assert(exact && sc_url_query(query, len_bytes, "n", exact, (size_t)n + 1) == n);
    assert(n == 0 || sc_url_query(query, len_bytes, "n", exact, (size_t)n) == -EMSGSIZE);
    free(exact);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    if (len_bytes > TEXT_MAX_BYTES)
        return 0;
    check_path((const char *)data, len_bytes);
    check_query((const char *)data, len_bytes);
    check_redact((const char *)data, len_bytes);
    return 0;
}
