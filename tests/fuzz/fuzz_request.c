/* SPDX-License-Identifier: MIT */
/* The head of a request against a reference of its own: the same verdict in any pieces, the same
 * framing as the reference decides, and what was accepted reads back equal once written anew. */
#include "http/request.h"

#include <arpa/inet.h>
#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define COPY_BYTES     (SC_REQUEST_HEAD_MAX_BYTES + 1)
#define SPLITS_MAX     32
#define FIELD_OVERHEAD 4 /* colon, blank, CRLF */

static const char token[] = "!#$%&'*+-.^_`|~0123456789"
                            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

/* What the reference thinks of a whole head. */
struct verdict {
    bool is_accepted, is_chunked, has_length, is_keep_alive, has_host;
    uint64_t length_bytes;
    size_t head_bytes;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes);

static int parse(const uint8_t *data, size_t len_bytes, struct sc_request *out_request)
{
    const char *reason = NULL;
    int rc = sc_request_parse((const char *)data, len_bytes, out_request, &reason);
    assert(rc == 0 || rc == -EAGAIN || (rc <= -400 && rc > -600 && reason));
#ifdef PLANT_BUG /* a length is believed to be one more */
    if (rc == 0 && out_request->length_bytes % 64 == 61)
        out_request->length_bytes++;
#endif
    return rc;
}

static bool ref_host(char *host)
{
    char *port = host[0] == '[' ? strchr(host, ']') : strchr(host, ':');
    unsigned char address[16];
    if (host[0] == '[') {
        if (!port)
            return false;
        *port++ = '\0';
        if (inet_pton(AF_INET6, host + 1, address) != 1)
            return false;
        port = *port ? port : NULL;
    }
    if (port) {
        size_t n = strspn(port + 1, "0123456789");
        unsigned long number = strtoul(port + 1, NULL, 10);
        if (*port != ':' || n < 1 || n > 5 || port[1 + n] || number < 1 || number > 65535)
            return false;
        *port = '\0';
    }
    return host[0] == '[' || (*host && strlen(host) <= 253 &&
                              !host[strspn(host, "0123456789abcdefghijklmnopqrstuvwxyz"
                                                 "ABCDEFGHIJKLMNOPQRSTUVWXYZ._-")]);
}

static bool ref_target(const char *method, const char *target, char *out_authority)
{
    for (const char *c = target; *c; c++)
        if (*c < 0x21 || *c == 0x7f || *c == '#')
            return false;
    *out_authority = '\0';
    if (strcmp(method, "CONNECT") == 0 || !*target || strlen(target) > 4096)
        return false;
    if (*target == '/' || (strcmp(target, "*") == 0 && strcmp(method, "OPTIONS") == 0))
        return true;
    if (strncasecmp(target, "http", 4) != 0)
        return false;
    target += 4 + (target[4] == 's' || target[4] == 'S');
    if (strncmp(target, "://", 3) != 0)
        return false;
    size_t n = strcspn(target + 3, "/?");
    memcpy(out_authority, target + 3, n);
    out_authority[n] = '\0';
    return n > 0;
}

static bool ref_length(const char *text, uint64_t *out_length)
{
    size_t n = strspn(text, "0123456789");
    *out_length = strtoull(text, NULL, 10);
    return n && !text[n] && n <= 19 && *out_length <= INT64_MAX && !(n > 1 && *text == '0');
}

static bool has_word(const char *list, const char *word)
{
    for (size_t n; *list; list += n + (list[n] == ',')) {
        n = strcspn(list, ",");
        const char *from = list + strspn(list, " \t"), *to = list + n;
        while (to > from && strchr(" \t", to[-1]))
            to--;
        if (from < to && (size_t)(to - from) == strlen(word) &&
            strncasecmp(from, word, strlen(word)) == 0)
            return true;
    }
    return false;
}

struct fields {
    unsigned n, n_hosts, n_lengths, n_codings;
    bool is_kept, is_closed, is_expect_odd;
    char *host, *length, *coding; /* the last of each */
};

static bool ref_field(char *line, struct fields *fields)
{
    size_t n = strspn(line, token);
    char *value = line + n + 1, *end = line + strlen(line);
    if (n == 0 || line[n] != ':' || ++fields->n > 100 || strlen(line) > 8192)
        return false;
    line[n] = '\0';
    value += strspn(value, " \t");
    while (end > value && strchr(" \t", end[-1]))
        *--end = '\0';
    for (const char *c = value; *c; c++)
        if (((unsigned char)*c < 0x20 && *c != '\t') || *c == 0x7f)
            return false;
    if (strcasecmp(line, "host") == 0 && ++fields->n_hosts)
        fields->host = value;
    if (strcasecmp(line, "content-length") == 0 && ++fields->n_lengths)
        fields->length = value;
    if (strcasecmp(line, "transfer-encoding") == 0 && ++fields->n_codings)
        fields->coding = value;
    if (strcasecmp(line, "expect") == 0 && strcasecmp(value, "100-continue") != 0)
        fields->is_expect_odd = true;
    if (strcasecmp(line, "connection") == 0) {
        fields->is_kept |= has_word(value, "keep-alive");
        fields->is_closed |= has_word(value, "close");
    }
    return true;
}

static bool ref_together(struct fields *fields, char *authority, bool is_new,
                         struct verdict *verdict)
{
    verdict->has_host = fields->n_hosts || *authority;
    verdict->is_chunked = fields->n_codings;
    verdict->has_length = fields->n_lengths;
    verdict->is_keep_alive = !fields->is_closed && (is_new || fields->is_kept);
    if (fields->n_hosts + !is_new < 1 || fields->n_hosts > 1)
        return false;
    if (fields->n_hosts && *authority && strcasecmp(fields->host, authority) != 0)
        return false;
    if (verdict->has_host && !ref_host(fields->n_hosts ? fields->host : authority))
        return false;
    if (fields->n_lengths + fields->n_codings > 1 || (is_new && fields->is_expect_odd))
        return false;
    if (fields->n_codings && (!is_new || strcmp(fields->coding, "chunked") != 0))
        return false;
    return !fields->n_lengths || ref_length(fields->length, &verdict->length_bytes);
}

/* head  lines, each ended by CRLF, of a head without NUL; is written to. */
static bool ref_head(char *head, struct verdict *verdict)
{
    static char authority[COPY_BYTES];
    struct fields fields = {.n = 0};
    char *end = strstr(head, "\r\n"), *method = head, *target = strchr(head, ' ');
    *end = '\0';
    if (!target || strspn(method, token) != (size_t)(target - method) || target == method ||
        target - method > 32)
        return false;
    *target++ = '\0';
    char *version = strchr(target, ' ');
    if (!version || strncmp(version, " HTTP/1.", 8) != 0 || !strchr("01", version[8]) ||
        !version[8] || version[9])
        return false;
    *version = '\0';
    if (!ref_target(method, target, authority))
        return false;
    for (char *line = end + 2; *line; line = end + 2) {
        end = strstr(line, "\r\n");
        *end = '\0';
        if (!ref_field(line, &fields))
            return false;
    }
    return ref_together(&fields, authority, version[8] == '1', verdict);
}

/* Returns: whether there is a whole head to have an opinion about. */
static bool refer(const uint8_t *data, size_t len_bytes, struct verdict *out_verdict)
{
    static char copy[COPY_BYTES];
    size_t n = len_bytes < COPY_BYTES - 1 ? len_bytes : COPY_BYTES - 1, skipped = 0;
    memcpy(copy, data, n);
    copy[n] = '\0';
    while (skipped < 8 && strncmp(copy + skipped, "\r\n", 2) == 0)
        skipped += 2;
    char *end = memmem(copy + skipped, n - skipped, "\r\n\r\n", 4);
    *out_verdict = (struct verdict){.is_accepted = false};
    if (!end)
        return false;
    end[2] = '\0';
    out_verdict->head_bytes = (size_t)(end + 4 - copy);
    if (strlen(copy) == (size_t)(end + 2 - copy))
        out_verdict->is_accepted = ref_head(copy + skipped, out_verdict);
    return true;
}

static void check_reference(const uint8_t *data, size_t len_bytes, int rc,
                            const struct sc_request *request)
{
    struct verdict verdict;
    bool is_whole = refer(data, len_bytes, &verdict);
    assert(is_whole || rc != 0);
    assert(!is_whole || rc != -EAGAIN);
    assert(verdict.is_accepted == (rc == 0));
    if (rc != 0)
        return;
    assert(request->head_bytes == verdict.head_bytes);
    assert(request->is_chunked == verdict.is_chunked);
    assert(request->has_length == verdict.has_length);
    assert(request->length_bytes == verdict.length_bytes);
    assert(request->is_keep_alive == verdict.is_keep_alive);
    assert(!!request->host.data == verdict.has_host);
}

static void check_splits(const uint8_t *data, size_t len_bytes, int whole,
                         const struct sc_request *request)
{
    static struct sc_request piece;
    size_t step = 1 + len_bytes / SPLITS_MAX;
    bool is_decided = false;
    for (size_t n = len_bytes ? data[0] % step : 0; n < len_bytes; n += step) {
        int rc = parse(data, n, &piece);
        assert(rc == -EAGAIN ? !is_decided : rc == whole);
        is_decided = rc != -EAGAIN;
        assert(rc != 0 || (n >= request->head_bytes && piece.head_bytes == request->head_bytes));
        assert(whole != 0 || is_decided == (n >= request->head_bytes));
    }
}

static size_t put(char *out, size_t at, struct sc_text text)
{
    if (text.len_bytes)
        memcpy(out + at, text.data, text.len_bytes);
    return at + text.len_bytes;
}

static size_t rewrite(const struct sc_request *request, char *out)
{
    size_t n = put(out, 0, request->method_text);
    n = put(out, n, sc_text_of(" "));
    n = put(out, n, request->path);
    n = put(out, n, sc_text_of(request->query.data ? "?" : ""));
    n = put(out, n, request->query);
    n = put(out, n, sc_text_of(request->minor_version ? " HTTP/1.1\r\n" : " HTTP/1.0\r\n"));
    for (size_t i = 0; i < request->n_fields; i++) {
        n = put(out, n, request->fields[i].name);
        n = put(out, n, sc_text_of(":"));
        n = put(out, n, request->fields[i].value);
        n = put(out, n, sc_text_of("\r\n"));
    }
    return put(out, n, sc_text_of("\r\n"));
}

static bool is_same(struct sc_text a, struct sc_text b)
{
    return a.len_bytes == b.len_bytes && (!a.len_bytes || !memcmp(a.data, b.data, a.len_bytes));
}

static void check_rewritten(const struct sc_request *request)
{
    static char head[COPY_BYTES + SC_REQUEST_FIELDS_MAX * FIELD_OVERHEAD];
    static struct sc_request again;
    size_t n = rewrite(request, head);
    if (n > SC_REQUEST_HEAD_MAX_BYTES)
        return;
    assert(parse((const uint8_t *)head, n, &again) == 0 && again.head_bytes == n);
    assert(again.method == request->method && again.n_fields == request->n_fields);
    assert(is_same(again.path, request->path) && is_same(again.query, request->query));
    assert(again.minor_version == request->minor_version);
    assert(again.is_keep_alive == request->is_keep_alive);
    assert(again.is_chunked == request->is_chunked && again.has_length == request->has_length);
    assert(again.length_bytes == request->length_bytes);
    assert(again.wants_continue == request->wants_continue);
    for (size_t i = 0; i < request->n_fields; i++)
        assert(is_same(again.fields[i].name, request->fields[i].name) &&
               is_same(again.fields[i].value, request->fields[i].value));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    static struct sc_request request;
    int rc = parse(data, len_bytes, &request);
    check_reference(data, len_bytes, rc, &request);
    check_splits(data, len_bytes, rc, &request);
    if (rc == 0)
        check_rewritten(&request);
    return 0;
}
