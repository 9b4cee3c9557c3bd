/* SPDX-License-Identifier: MIT */
/* An object, or a list of objects, a line. Numbers and true and false become numbers under their
 * names, null and NaN gaps; objects within are told by "outer.inner"; texts and lists within are
 * passed over. {"name": "loss", "value": 0.3} is a number, too. */
#include <errno.h>
#include <math.h>

#include "series/moment.h"
#include "series/number.h"
#include "series/reader_form.h"

#define DEPTH_MAX 8

static const char not_json[] = "it is no JSON object with names and numbers";

struct member {
    struct sc_word name;
    double value;
};

struct json {
    struct sc_reader *reader;
    const char *at, *end;
    const char *reason; /* why it is refused; NULL: it is not */

    /* Of the object in hand. */
    struct member members[SC_READER_WORDS_MAX];
    size_t n;
    int64_t unix_us;
    struct sc_word long_name; /* the text under "name" */
    struct sc_buf names;      /* where the names lie that are not as they stand */
};

static bool fail(struct json *json, const char *reason)
{
    if (!json->reason)
        json->reason = reason;
    return false;
}

static void skip_blanks(struct json *json)
{
    while (json->at < json->end && sc_word_is_blank(*json->at))
        json->at++;
}

static bool eat(struct json *json, char byte)
{
    skip_blanks(json);
    if (json->at == json->end || *json->at != byte)
        return false;
    json->at++;
    return true;
}

/* --- texts --- */

static int hex_of(char byte)
{
    if (byte >= '0' && byte <= '9')
        return byte - '0';
    byte |= 0x20;
    return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

/* Returns: the code unit of the four digits behind "\u"; -1. */
static long eat_unit(const char **at, const char *end)
{
    long unit = 0;
    if (end - *at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int digit = hex_of(*(*at)++);
        if (digit < 0)
            return -1;
        unit = unit * 16 + digit;
    }
    return unit;
}

static size_t write_utf8(long point, char out[static 4])
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    int n_more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
    static const unsigned char lead[] = {0, 0xc0, 0xe0, 0xf0};
    for (int i = n_more; i > 0; i--, point >>= 6)
        out[i] = (char)(0x80 | (point & 0x3f));
    out[0] = (char)(lead[n_more] | point);
    return (size_t)n_more + 1;
}

/* Halves of pairs that stand alone become U+FFFD. */
static size_t unescape_unit(const char **at, const char *end, char out[static 4])
{
    long unit = eat_unit(at, end);
    if (unit < 0)
        return 0;
    if (unit >= 0xd800 && unit < 0xdc00 && end - *at >= 6 && (*at)[0] == '\\' && (*at)[1] == 'u') {
        const char *behind = *at + 2;
        long low = eat_unit(&behind, end);
        if (low >= 0xdc00 && low < 0xe000) {
            *at = behind;
            return write_utf8(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00), out);
        }
    }
    return write_utf8(unit >= 0xd800 && unit < 0xe000 ? 0xfffd : unit, out);
}

/* at stands behind a backslash. Returns: how many bytes it stands for; 0: malformed. */
static size_t unescape(const char **at, const char *end, char out[static 4])
{
    static const char letters[] = "\"\\/bfnrt", bytes[] = "\"\\/\b\f\n\r\t";
    if (*at == end)
        return 0;
    char letter = *(*at)++;
    if (letter == 'u')
        return unescape_unit(at, end, out);
    const char *found = letter ? strchr(letters, letter) : NULL;
    if (!found)
        return 0;
    out[0] = bytes[found - letters];
    return 1;
}

static bool append_unescaped(struct json *json, struct sc_word raw)
{
    const char *at = raw.data, *end = raw.data + raw.len_bytes;
    while (at < end) {
        char bytes[4] = {*at};
        size_t n = *at++ == '\\' ? unescape(&at, end, bytes) : 1;
        if (n == 0 || sc_buf_append(&json->names, bytes, n) < 0)
            return fail(json, not_json);
    }
    return true;
}

/* Returns: what stands between the quotes, escapes and all. */
static bool eat_raw(struct json *json, struct sc_word *out_raw)
{
    if (!eat(json, '"'))
        return fail(json, not_json);
    const char *from = json->at;
    for (; json->at < json->end; json->at++) {
        if ((unsigned char)*json->at < 0x20)
            return fail(json, not_json);
        if (*json->at == '"') {
            *out_raw = (struct sc_word){from, (size_t)(json->at++ - from)};
            return true;
        }
        json->at += *json->at == '\\';
    }
    json->at = json->end;
    return fail(json, not_json);
}

/* prefix, when there is one, and a dot in front of it. Names would move when their room grows, so
 * it has from the first all that it ever may. */
static bool name_member(struct json *json, struct sc_word prefix, struct sc_word raw,
                        struct sc_word *out_name)
{
    if (prefix.len_bytes == 0 && !memchr(raw.data, '\\', raw.len_bytes)) {
        *out_name = raw;
        return true;
    }
    size_t from = json->names.len_bytes;
    if (sc_buf_reserve(&json->names, SC_READER_LINE_BYTES - from) < 0)
        return fail(json, sc_series_reason(-ENOMEM));
    bool is_fine =
        prefix.len_bytes == 0 || (sc_buf_append(&json->names, prefix.data, prefix.len_bytes) == 0 &&
                                  sc_buf_append(&json->names, ".", 1) == 0);
    if (!is_fine)
        return fail(json, not_json);
    if (!append_unescaped(json, raw))
        return false;
    *out_name = (struct sc_word){json->names.data + from, json->names.len_bytes - from};
    return true;
}

/* --- values --- */

static bool eat_object(struct json *json, struct sc_word prefix, int depth);
static bool skip_value(struct json *json, int depth);

static bool eat_bare(struct json *json, double *out_value)
{
    skip_blanks(json);
    const char *from = json->at;
    while (json->at < json->end && !strchr(",]} \t\r", *json->at))
        json->at++;
    struct sc_word word = {from, (size_t)(json->at - from)};
    bool is_true = sc_word_is(word, "true");
    *out_value = is_true ? 1 : 0;
    if (is_true || sc_word_is(word, "false"))
        return true;
    *out_value = NAN;
    if (sc_word_is(word, "null") || sc_number_parse(word, out_value) == 0)
        return true;
    return fail(json, not_json);
}

static bool skip_list(struct json *json, int depth)
{
    if (depth > DEPTH_MAX)
        return fail(json, "it is nested more than 8 deep");
    if (eat(json, ']'))
        return true;
    do
        if (!skip_value(json, depth))
            return false;
    while (eat(json, ','));
    return eat(json, ']') || fail(json, not_json);
}

static bool skip_value(struct json *json, int depth)
{
    struct sc_word raw;
    double value;
    skip_blanks(json);
    if (json->at < json->end && *json->at == '"')
        return eat_raw(json, &raw);
    if (eat(json, '['))
        return skip_list(json, depth + 1);
    if (!eat(json, '{'))
        return eat_bare(json, &value);
    if (depth > DEPTH_MAX)
        return fail(json, "it is nested more than 8 deep");
    if (eat(json, '}'))
        return true;
    do
        if (!eat_raw(json, &raw) || !eat(json, ':') || !skip_value(json, depth + 1))
            return fail(json, not_json);
    while (eat(json, ','));
    return eat(json, '}') || fail(json, not_json);
}

static bool take_text(struct json *json, struct sc_word name)
{
    struct sc_word raw;
    if (!eat_raw(json, &raw))
        return false;
    if (sc_reader_is_time(name) && sc_moment_parse(raw, &json->unix_us) < 0)
        return fail(json, "its time cannot be understood");
    if (sc_word_is(name, "name") || sc_word_is(name, "metric"))
        return name_member(json, (struct sc_word){0}, raw, &json->long_name);
    return true;
}

static bool take_number(struct json *json, struct sc_word name)
{
    const char *from = json->at;
    double value;
    if (!eat_bare(json, &value))
        return false;
    if (sc_reader_is_time(name)) {
        struct sc_word word = sc_word_trim((struct sc_word){from, (size_t)(json->at - from)});
        return sc_moment_parse(word, &json->unix_us) == 0 ||
               fail(json, "its time cannot be understood");
    }
    if (json->n == SC_READER_WORDS_MAX)
        return fail(json, "it has more than 256 numbers");
    json->members[json->n++] = (struct member){name, value};
    return true;
}

static bool eat_member(struct json *json, struct sc_word prefix, int depth)
{
    struct sc_word raw, name;
    if (!eat_raw(json, &raw) || !eat(json, ':'))
        return fail(json, not_json);
    if (!name_member(json, prefix, raw, &name))
        return false;
    skip_blanks(json);
    char first = json->at < json->end ? *json->at : '\0';
    if (first == '"')
        return take_text(json, name);
    if (first == '[')
        return skip_value(json, depth);
    if (first != '{')
        return take_number(json, name);
    json->at++;
    return eat_object(json, name, depth + 1);
}

static bool eat_object(struct json *json, struct sc_word prefix, int depth)
{
    if (depth > DEPTH_MAX)
        return fail(json, "it is nested more than 8 deep");
    if (eat(json, '}'))
        return true;
    do
        if (!eat_member(json, prefix, depth))
            return false;
    while (eat(json, ','));
    return eat(json, '}') || fail(json, not_json);
}

/* --- lines --- */

static void give_members(struct json *json)
{
    for (size_t i = 0; i < json->n; i++) {
        const struct member *member = &json->members[i];
        bool is_long = json->long_name.data && sc_word_is(member->name, "value");
        sc_reader_give(json->reader, is_long ? json->long_name : member->name, member->value,
                       json->unix_us);
    }
}

static bool take_object(struct json *json)
{
    json->n = 0;
    json->unix_us = SC_MOMENT_NOW;
    json->long_name = (struct sc_word){0};
    sc_buf_consume(&json->names, json->names.len_bytes);
    if (!eat(json, '{'))
        return fail(json, not_json);
    if (!eat_object(json, (struct sc_word){0}, 1))
        return false;
    give_members(json);
    return true;
}

static bool take_list(struct json *json)
{
    if (eat(json, ']'))
        return true;
    do
        if (!take_object(json))
            return false;
    while (eat(json, ','));
    return eat(json, ']') || fail(json, not_json);
}

const char *sc_reader_json(struct sc_reader *reader, struct sc_word line)
{
    struct json json = {
        .reader = reader, .at = line.data, .end = line.data + line.len_bytes, .names = {0}};
    sc_buf_init(&json.names, SC_READER_LINE_BYTES);
    bool is_fine = eat(&json, '[') ? take_list(&json) : take_object(&json);
    skip_blanks(&json);
    if (is_fine && json.at != json.end)
        (void)fail(&json, not_json);
    sc_buf_fini(&json.names);
    return json.reason;
}
