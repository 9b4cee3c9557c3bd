/* SPDX-License-Identifier: MIT */
/* The chunked coding against a reference that sees the whole body: the same data, the same end and
 * the same verdict, in pieces of any size. The first byte is the size of the pieces. */
#include "http/request.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define DATA_MAX_BYTES 65536

struct body {
    int rc;
    size_t used_bytes, len_bytes;
    char data[DATA_MAX_BYTES];
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes);

static void decode(const char *coded, size_t len_bytes, size_t step, struct body *body)
{
    struct sc_chunked chunked = {.state = 0};
    size_t at = 0;
    body->rc = -EAGAIN;
    body->len_bytes = 0;
    while (at < len_bytes && (body->rc == 0 || body->rc == -EAGAIN)) {
        size_t piece = len_bytes - at < step ? len_bytes - at : step, used;
        body->rc = sc_chunked_parse(&chunked, coded + at, piece, &used);
        assert(used <= piece);
        at += used;
        if (body->rc != 0)
            continue;
        assert(chunked.left_bytes > 0);
        size_t n = piece - used < chunked.left_bytes ? piece - used : chunked.left_bytes;
        memcpy(body->data + body->len_bytes, coded + at, n);
        body->len_bytes += n;
        chunked.left_bytes -= n;
        at += n;
    }
    body->used_bytes = at;
    if (body->rc == 0)
        body->rc = -EAGAIN;
#ifdef PLANT_BUG /* a byte of a body of 7 is lost */
    if (body->rc == -ENODATA && body->len_bytes == 7)
        body->len_bytes--;
#endif
}

/* A line without its CRLF. Returns: its length; -EAGAIN there is no end of it; -EPROTO. */
static long line_at(const char *at, const char *end)
{
    long n = 0;
    while (at + n < end && at[n] != '\r' && at[n] != '\n')
        n++;
    if (at + n == end || (at[n] == '\r' && at + n + 1 == end))
        return -EAGAIN;
    return at[n] == '\r' && at[n + 1] == '\n' ? n : -EPROTO;
}

static bool is_trailer(const char *line, long n)
{
    static const char token[] = "!#$%&'*+-.^_`|~0123456789"
                                "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    long colon = 0;
    while (colon < n && line[colon] && strchr(token, line[colon]))
        colon++;
    for (long i = colon; i < n; i++)
        if (((unsigned char)line[i] < ' ' && line[i] != '\t') || line[i] == 0x7f)
            return false;
    return colon > 0 && colon < n && line[colon] == ':';
}

/* Returns: as the decoder; moves *at behind what it understood. */
static int ref_trailers(const char **at, const char *end)
{
    long total = 0;
    for (;;) {
        long n = line_at(*at, end);
        if (n < 0)
            return (int)n;
        total += n + 2;
        if (n > 0 && (!is_trailer(*at, n) || total > 1024))
            return -EPROTO;
        *at += n + 2;
        if (n == 0)
            return -ENODATA;
    }
}

/* Returns: the chunk's size; -EAGAIN; -EPROTO. Moves *at behind the line. */
static long ref_size(const char **at, const char *end)
{
    char digits[9] = "";
    long n = line_at(*at, end);
    if (n < 0)
        return n;
    if (n < 1 || n > 8)
        return -EPROTO;
    memcpy(digits, *at, (size_t)n);
    *at += n + 2;
    bool is_hex = strspn(digits, "0123456789abcdefABCDEF") == (size_t)n;
    return is_hex ? strtol(digits, NULL, 16) : -EPROTO;
}

static int ref_decode(const char **at, const char *end, struct body *body)
{
    body->len_bytes = 0;
    for (;;) {
        long size = ref_size(at, end);
        if (size < 0)
            return (int)size;
        if (size == 0)
            return ref_trailers(at, end);
        size_t here = end - *at < size ? (size_t)(end - *at) : (size_t)size;
        memcpy(body->data + body->len_bytes, *at, here);
        body->len_bytes += here;
        *at += here;
        if (end - *at < 2)
            return end - *at == 1 && **at != '\r' ? -EPROTO : -EAGAIN;
        if (memcmp(*at, "\r\n", 2) != 0)
            return -EPROTO;
        *at += 2;
    }
}

static void check_reference(const char *coded, size_t len_bytes, const struct body *whole)
{
    static struct body reference;
    const char *at = coded;
    int rc = ref_decode(&at, coded + len_bytes, &reference);
    assert(rc == whole->rc || (rc == -EAGAIN && whole->rc == -EPROTO)); /* ours sees it earlier */
    assert(rc != -ENODATA || (size_t)(at - coded) == whole->used_bytes);
    assert(reference.len_bytes == whole->len_bytes);
    assert(memcmp(reference.data, whole->data, whole->len_bytes) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    static struct body whole, pieces;
    if (len_bytes < 1 || len_bytes > DATA_MAX_BYTES)
        return 0;
    const char *coded = (const char *)data + 1;
    len_bytes--;
    decode(coded, len_bytes, SIZE_MAX, &whole);
    decode(coded, len_bytes, 1 + (size_t)data[0], &pieces);
    assert(whole.rc == pieces.rc && whole.used_bytes == pieces.used_bytes);
    assert(whole.len_bytes == pieces.len_bytes);
    assert(memcmp(whole.data, pieces.data, whole.len_bytes) == 0);
    check_reference(coded, len_bytes, &whole);
    return 0;
}
