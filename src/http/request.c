/* SPDX-License-Identifier: MIT */
/* Bytes are judged from left to right and the first offence decides, so that a verdict never
 * changes with what follows. The fields wait until a cheap look says that they can be settled: a
 * head that arrives byte by byte is not parsed anew for each. */
#include "http/request.h"

#include <errno.h>
#include <string.h>

#include "http/request_rules.h"

#define BLANK_LINES_MAX  4
#define METHOD_MAX_BYTES 32
#define LINE_MAX_BYTES   (SC_REQUEST_LINE_MAX_BYTES + 1) /* with its CR */

struct cursor {
    const char *at, *end;
    const char **reason;
};

static const struct {
    const char *text;
    enum sc_method method;
} methods[] = {
    {"GET", SC_METHOD_GET},   {"HEAD", SC_METHOD_HEAD},     {"PUT", SC_METHOD_PUT},
    {"POST", SC_METHOD_POST}, {"DELETE", SC_METHOD_DELETE}, {"OPTIONS", SC_METHOD_OPTIONS},
};

static int refuse(struct cursor *cursor, int status, const char *reason)
{
    *cursor->reason = reason;
    return status;
}

/* What is not skipped here is no method either. */
static int skip_blank_lines(struct cursor *cursor)
{
    for (unsigned n = 0; n < BLANK_LINES_MAX; n++) {
        if (cursor->at == cursor->end || *cursor->at != '\r')
            return 0;
        if (cursor->end - cursor->at < 2)
            return -EAGAIN;
        if (cursor->at[1] != '\n')
            return 0;
        cursor->at += 2;
    }
    return 0;
}

static enum sc_method method_of(struct sc_text text)
{
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
        if (text.len_bytes == strlen(methods[i].text) &&
            memcmp(text.data, methods[i].text, text.len_bytes) == 0)
            return methods[i].method;
    return SC_METHOD_OTHER;
}

static int parse_method(struct cursor *cursor, struct sc_request *request)
{
    const char *start = cursor->at;
    for (; cursor->at < cursor->end; cursor->at++) {
        size_t n = (size_t)(cursor->at - start);
        if (*cursor->at == ' ' && n) {
            request->method_text = (struct sc_text){start, n};
            request->method = method_of(request->method_text);
            cursor->at++;
            return 0;
        }
        if (!sc_text_is_token_byte(*cursor->at))
            return refuse(cursor, -400, "The request does not begin with a method and one blank.");
        if (n == METHOD_MAX_BYTES)
            return refuse(cursor, -501, "The method is unknown.");
    }
    return -EAGAIN;
}

static int parse_target(struct cursor *cursor, struct sc_text *out_target)
{
    const char *start = cursor->at;
    for (; cursor->at < cursor->end; cursor->at++) {
        size_t n = (size_t)(cursor->at - start);
        char byte = *cursor->at;
        if (byte == ' ' && n) {
            *out_target = (struct sc_text){start, n};
            cursor->at++;
            return 0;
        }
        if (byte <= ' ' || byte >= 0x7f)
            return refuse(cursor, -400, "The target has a blank, control or non-ASCII character.");
        if (byte == '#')
            return refuse(cursor, -400, "The target has a fragment.");
        if (n == SC_REQUEST_TARGET_MAX_BYTES)
            return refuse(cursor, -414, "The target is longer than 4096 bytes.");
    }
    return -EAGAIN;
}

static bool is_like(char shape, char byte)
{
    return shape == '0' ? byte >= '0' && byte <= '9' : byte == shape;
}

static int parse_version(struct cursor *cursor, struct sc_request *request)
{
    static const char shape[] = "HTTP/0.0\r\n"; /* 0 stands for any digit */
    const char *start = cursor->at;
    for (size_t i = 0; i < sizeof shape - 1; i++, cursor->at++) {
        if (cursor->at == cursor->end)
            return -EAGAIN;
        if (!is_like(shape[i], *cursor->at))
            return refuse(cursor, -400, "The request line does not end with HTTP/1.1 and CRLF.");
    }
    if (start[5] != '1' || start[7] > '1')
        return refuse(cursor, -505, "Only HTTP/1.0 and HTTP/1.1 are spoken here.");
    request->minor_version = start[7] - '0';
    return 0;
}

/* Whether parsing the fields now would settle them, or only find that more bytes are needed. */
static bool is_settled(const char *line, const char *end)
{
    const char *lf;
    for (size_t n = 0; (lf = memchr(line, '\n', (size_t)(end - line))); n++) {
        bool is_ordinary = lf > line && lf[-1] == '\r' && line[0] != '\r';
        if (!is_ordinary || lf - line > LINE_MAX_BYTES || n == SC_REQUEST_FIELDS_MAX)
            return true;
        line = lf + 1;
    }
    return end - line > LINE_MAX_BYTES;
}

/* The next line, without its CRLF. */
static int take_line(struct cursor *cursor, struct sc_text *out_line)
{
    const char *start = cursor->at;
    size_t left = (size_t)(cursor->end - start);
    const char *lf = memchr(start, '\n', left);
    size_t n = lf ? (size_t)(lf - start) : left;
    if (n > LINE_MAX_BYTES)
        return refuse(cursor, -431, "A header line is longer than 8192 bytes.");
    if (!lf)
        return -EAGAIN;
    if (n == 0 || lf[-1] != '\r')
        return refuse(cursor, -400, "A header line ends with a bare line feed.");
    *out_line = (struct sc_text){start, n - 1};
    cursor->at = lf + 1;
    return 0;
}

static int parse_field(struct cursor *cursor, struct sc_text line, struct sc_field *out_field)
{
    size_t n = 0;
    if (line.data[0] == ' ' || line.data[0] == '\t')
        return refuse(cursor, -400, "A header line begins with a blank; folding is not served.");
    while (n < line.len_bytes && sc_text_is_token_byte(line.data[n]))
        n++;
    if (n == 0 || n == line.len_bytes || line.data[n] != ':')
        return refuse(cursor, -400, "A header line does not begin with a name and a colon.");
    struct sc_text value = {line.data + n + 1, line.len_bytes - n - 1};
    for (size_t i = 0; i < value.len_bytes; i++)
        if (!sc_text_is_value_byte(value.data[i]))
            return refuse(cursor, -400, "A header value has a control character.");
    *out_field = (struct sc_field){{line.data, n}, sc_text_trim(value)};
    return 0;
}

static int parse_fields(struct cursor *cursor, struct sc_request *request)
{
    for (;;) {
        struct sc_text line;
        int rc = take_line(cursor, &line);
        if (rc < 0 || line.len_bytes == 0)
            return rc;
        if (request->n_fields == SC_REQUEST_FIELDS_MAX)
            return refuse(cursor, -431, "There are more than 100 header lines.");
        rc = parse_field(cursor, line, &request->fields[request->n_fields]);
        if (rc < 0)
            return rc;
        request->n_fields++;
    }
}

static int parse_head(struct cursor *cursor, bool is_full, struct sc_request *request)
{
    struct sc_text target, authority;
    int rc = skip_blank_lines(cursor);
    if (rc == 0)
        rc = parse_method(cursor, request);
    if (rc == 0)
        rc = parse_target(cursor, &target);
    if (rc == 0)
        rc = parse_version(cursor, request);
    if (rc == 0)
        rc = sc_request_split_target(request, target, &authority, cursor->reason);
    if (rc == 0 && !is_full && !is_settled(cursor->at, cursor->end))
        rc = -EAGAIN;
    if (rc == 0)
        rc = parse_fields(cursor, request);
    if (rc == 0)
        rc = sc_request_check(request, authority, cursor->reason);
    return rc;
}

int sc_request_parse(const char *data, size_t len_bytes, struct sc_request *out_request,
                     const char **out_reason)
{
    bool is_full = len_bytes >= SC_REQUEST_HEAD_MAX_BYTES;
    const char *unread, *end = data + (is_full ? SC_REQUEST_HEAD_MAX_BYTES : len_bytes);
    struct cursor cursor = {data, end, out_reason ? out_reason : &unread};
    struct sc_request request = {.n_fields = 0};
    int rc = parse_head(&cursor, is_full, &request);
    if (rc == -EAGAIN && is_full)
        return refuse(&cursor, -431, "The request's head is larger than 16384 bytes.");
    if (rc < 0)
        return rc;
    request.head = data;
    request.head_bytes = (size_t)(cursor.at - data);
    *out_request = request;
    return 0;
}

struct sc_text sc_request_field(const struct sc_request *request, const char *name)
{
    for (size_t i = 0; i < request->n_fields; i++)
        if (sc_text_is(request->fields[i].name, name))
            return request->fields[i].value;
    return (struct sc_text){NULL, 0};
}

size_t sc_request_count(const struct sc_request *request, const char *name)
{
    size_t n = 0;
    for (size_t i = 0; i < request->n_fields; i++)
        n += sc_text_is(request->fields[i].name, name);
    return n;
}
