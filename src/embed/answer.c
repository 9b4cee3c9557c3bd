/* SPDX-License-Identifier: MIT */
#include "embed/answer.h"

#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <string.h>
#include <strings.h>

#include "stillcast/err.h"

struct line {
    const char *data;
    size_t len_bytes;
};

/* Whether the line is the field of that name; moves it to the value. */
static bool is_field(struct line *line, const char *name)
{
    size_t name_bytes = strlen(name);
    if (line->len_bytes <= name_bytes || strncasecmp(line->data, name, name_bytes) != 0 ||
        line->data[name_bytes] != ':')
        return false;
    line->data += name_bytes + 1;
    line->len_bytes -= name_bytes + 1;
    while (line->len_bytes > 0 && *line->data == ' ') {
        line->data++;
        line->len_bytes--;
    }
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int parse_length(const struct line *line, size_t *out_bytes)
{
    size_t n = 0;
    if (line->len_bytes == 0)
        return -EPROTO;
    for (size_t i = 0; i < line->len_bytes; i++) {
        if (!is_digit(line->data[i]))
            return -EPROTO;
        n = n * 10 + (size_t)(line->data[i] - '0');
        if (n > SC_ANSWER_BODY_BYTES)
            return -EMSGSIZE;
    }
    *out_bytes = n;
    return 0;
}

/* "HTTP/1.1 200 OK" */
static int parse_status(const struct line *line, struct sc_answer *answer)
{
    const char *d = line->data;
    if (line->len_bytes < 12 || memcmp(d, "HTTP/1.", 7) != 0 || !is_digit(d[7]) || d[8] != ' ' ||
        d[9] < '1' || d[9] > '5' || !is_digit(d[10]) || !is_digit(d[11]))
        return -EPROTO;
    answer->status = (d[9] - '0') * 100 + (d[10] - '0') * 10 + (d[11] - '0');
    answer->is_last = d[7] == '0';
    return 0;
}

static int parse_field(struct line line, struct sc_answer *answer, bool *has_length)
{
    if (is_field(&line, "transfer-encoding"))
        return -EPROTO;
    if (is_field(&line, "content-length")) {
        *has_length = true;
        return parse_length(&line, &answer->body_bytes);
    }
    if (is_field(&line, "connection") && line.len_bytes == 5 &&
        strncasecmp(line.data, "close", 5) == 0)
        answer->is_last = true;
    return 0;
}

static int parse_head(const char *data, size_t head_bytes, struct sc_answer *answer)
{
    bool has_length = false;
    const char *at = data, *end = data + head_bytes - 2; /* behind the last field's line */
    for (bool is_first = true; at < end; is_first = false) {
        const char *mark = memmem(at, (size_t)(end - at), "\r\n", 2);
        struct line line = {at, (size_t)(mark - at)};
        int rc = is_first ? parse_status(&line, answer) : parse_field(line, answer, &has_length);
        if (rc < 0)
            return rc;
        at = mark + 2;
    }
    return has_length || answer->status < 200 ? 0 : -EPROTO;
}

static int parse_one(const char *data, size_t len_bytes, struct sc_answer *answer)
{
    size_t within = len_bytes < SC_ANSWER_HEAD_BYTES ? len_bytes : SC_ANSWER_HEAD_BYTES;
    const char *mark = memmem(data, within, "\r\n\r\n", 4);
    if (!mark)
        return len_bytes > SC_ANSWER_HEAD_BYTES ? -EMSGSIZE : -EAGAIN;
    *answer = (struct sc_answer){.head_bytes = (size_t)(mark - data) + 4};
    return parse_head(data, answer->head_bytes, answer);
}

int sc_answer_parse(const char *data, size_t len_bytes, struct sc_answer *out_answer,
                    size_t *out_skip_bytes)
{
    *out_skip_bytes = 0;
    for (;;) {
        struct sc_answer answer;
        size_t left = len_bytes - *out_skip_bytes;
        int rc = parse_one(data + *out_skip_bytes, left, &answer);
        if (rc < 0)
            return rc;
        if (answer.status >= 200 && left - answer.head_bytes < answer.body_bytes)
            return -EAGAIN;
        if (answer.status >= 200) {
            *out_answer = answer;
            return 0;
        }
        *out_skip_bytes += answer.head_bytes;
    }
}

int sc_answer_n_viewers(const char *body, size_t len_bytes)
{
    json_t *said = json_loadb(body, len_bytes, JSON_REJECT_DUPLICATES, NULL);
    const json_t *viewers = json_object_get(said, "viewers");
    json_int_t n = json_is_integer(viewers) ? json_integer_value(viewers) : -1;
    json_decref(said);
    return n >= 0 && n <= INT_MAX ? (int)n : -EPROTO;
}

static int code_of(int status)
{
    switch (status) {
    case 401:
    case 403:
        return -EACCES;
    case 404:
        return -ENOENT;
    case 408:
    case 409:
    case 429:
        return -EAGAIN;
    case 413:
        return -EMSGSIZE;
    case 400:
    case 415:
        return -EBADMSG;
    default:
        return status >= 500 ? -EAGAIN : -EPROTO;
    }
}

int sc_answer_refusal(int status, const char *body, size_t len_bytes, struct sc_err *err)
{
    json_t *said = json_loadb(body, len_bytes, 0, NULL);
    const char *text = json_string_value(json_object_get(json_object_get(said, "error"), "text"));
    int code = code_of(status);
    (void)sc_err_set(err, code, "%s (%d)", text ? text : "the server refused", status);
    json_decref(said);
    return code;
}
