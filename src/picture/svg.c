/* SPDX-License-Identifier: MIT */
#include "picture/svg.h"

#include "picture/look.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

/* Where we are in it; what moves forward and finds the end instead says false. */
struct text {
    const char *data;
    size_t len_bytes, at;
};

struct word {
    const char *data;
    size_t len_bytes;
};

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == ':' || (unsigned char)c >= 0x80;
}

static bool has(const struct text *t, const char *what)
{
    size_t n = strlen(what);
    return t->len_bytes - t->at >= n && memcmp(t->data + t->at, what, n) == 0;
}

static bool pass_behind(struct text *t, const char *what)
{
    const char *found = memmem(t->data + t->at, t->len_bytes - t->at, what, strlen(what));
    if (!found)
        return false;
    t->at = (size_t)(found - t->data) + strlen(what);
    return true;
}

static void pass_space(struct text *t)
{
    while (t->at < t->len_bytes && is_space(t->data[t->at]))
        t->at++;
}

static struct word pass_name(struct text *t)
{
    size_t from = t->at;
    while (t->at < t->len_bytes && is_name(t->data[t->at]))
        t->at++;
    return (struct word){t->data + from, t->at - from};
}

/* A tag, or a DOCTYPE with what it has between brackets. */
static bool pass_markup(struct text *t)
{
    char quote = 0;
    unsigned brackets = 0;
    for (; t->at < t->len_bytes; t->at++) {
        char c = t->data[t->at];
        if (quote) {
            quote = c == quote ? 0 : quote;
        } else if (c == '"' || c == '\'') {
            quote = c;
        } else if (brackets && has(t, "<!--")) {
            if (!pass_behind(t, "-->"))
                return false;
            t->at--;
        } else if (c == '[' || c == ']') {
            brackets = c == '[' ? brackets + 1 : brackets - (brackets > 0);
        } else if (c == '>' && !brackets) {
            t->at++;
            return true;
        }
    }
    return false;
}

/* One thing that is no tag. */
static bool pass_other(struct text *t, bool *out_is_tag)
{
    *out_is_tag = false;
    if (has(t, "<!--"))
        return pass_behind(t, "-->");
    if (has(t, "<?"))
        return pass_behind(t, "?>");
    if (has(t, "<![CDATA["))
        return pass_behind(t, "]]>");
    if (has(t, "<!"))
        return pass_markup(t);
    *out_is_tag = true;
    return true;
}

static struct word word_of(const char *text)
{
    return (struct word){text, strlen(text)};
}

static bool is_same(struct word a, struct word b)
{
    return a.len_bytes == b.len_bytes && memcmp(a.data, b.data, a.len_bytes) == 0;
}

static bool is_svg(struct word name)
{
    const char *colon = memrchr(name.data, ':', name.len_bytes);
    size_t before = colon ? (size_t)(colon - name.data) + 1 : 0;
    return name.len_bytes - before == 3 && memcmp(name.data + before, "svg", 3) == 0;
}

/* To behind the name of the root tag. */
static bool pass_prolog(struct text *t, struct word *out_root)
{
    bool is_tag = false;
    if (has(t, "\xef\xbb\xbf"))
        t->at += 3;
    while (!is_tag) {
        pass_space(t);
        if (!has(t, "<") || !pass_other(t, &is_tag))
            return false;
    }
    t->at++;
    *out_root = pass_name(t);
    bool is_over = has(t, ">") || has(t, "/");
    return is_svg(*out_root) && (is_over || (t->at < t->len_bytes && is_space(t->data[t->at])));
}

bool sc_svg_begins(const uint8_t *data, size_t len_bytes)
{
    struct text t = {(const char *)data, len_bytes, 0};
    struct word root;
    return len_bytes > 0 && pass_prolog(&t, &root);
}

/* The value of an attribute of the tag whose name was just passed; empty when it has none such. */
static struct word attribute(struct text t, const char *name)
{
    for (;;) {
        pass_space(&t);
        struct word found = pass_name(&t);
        pass_space(&t);
        if (!found.len_bytes || !has(&t, "="))
            return word_of("");
        t.at++;
        pass_space(&t);
        if (!has(&t, "\"") && !has(&t, "'"))
            return word_of("");
        const char *value = t.data + t.at + 1;
        const char *end = memchr(value, value[-1], t.len_bytes - t.at - 1);
        if (!end)
            return word_of("");
        t.at = (size_t)(end - t.data) + 1;
        if (is_same(found, word_of(name)))
            return (struct word){value, (size_t)(end - value)};
    }
}

/* A decimal number at the beginning of w, which is moved behind it. */
static double pass_number(struct word *w)
{
    double value = 0, digit = 1;
    bool is_fraction = false;
    for (; w->len_bytes; w->data++, w->len_bytes--) {
        char c = *w->data;
        if (c == '.' && !is_fraction)
            is_fraction = true;
        else if (c >= '0' && c <= '9' && is_fraction)
            value += (c - '0') * (digit /= 10);
        else if (c >= '0' && c <= '9')
            value = value * 10 + (c - '0');
        else
            break;
    }
    return value;
}

/* CSS pixels; 0 for none, a percentage, or what depends on a font. */
static double pixels(struct word length)
{
    static const struct {
        const char *unit;
        double px;
    } units[] = {{"", 1},    {"px", 1},         {"pt", 96 / 72.0}, {"pc", 16},
                 {"in", 96}, {"cm", 96 / 2.54}, {"mm", 96 / 25.4}};
    double value = pass_number(&length);
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
        if (is_same(length, word_of(units[i].unit)))
            return value * units[i].px;
    return 0;
}

static void pass_separator(struct word *w)
{
    while (w->len_bytes && (is_space(*w->data) || *w->data == ',')) {
        w->data++;
        w->len_bytes--;
    }
}

/* Of "min-x min-y width height". */
static void view_box(struct word box, double *out_width, double *out_height)
{
    double numbers[4] = {0};
    for (int i = 0; i < 4; i++) {
        pass_separator(&box);
        if (i < 2 && box.len_bytes && (*box.data == '-' || *box.data == '+')) {
            box.data++;
            box.len_bytes--;
        }
        numbers[i] = pass_number(&box);
    }
    *out_width = numbers[2];
    *out_height = numbers[3];
}

static uint64_t whole(double length)
{
    return length < 1 ? 1 : length > UINT32_MAX ? UINT32_MAX : (uint64_t)(length + 0.5);
}

/* t stands behind the name of the root tag. */
static int take_size(struct text t, const struct sc_picture_limits *limits,
                     struct sc_look *out_look)
{
    double width = pixels(attribute(t, "width")), height = pixels(attribute(t, "height"));
    if (width <= 0 || height <= 0)
        view_box(attribute(t, "viewBox"), &width, &height);
    if (width <= 0 || height <= 0)
        return 0; /* as large as the page wants it */
    return sc_look_take_size(out_look, limits, whole(width), whole(height), t.at);
}

static bool pass_tag(struct text *t, size_t *depth)
{
    bool is_end = has(t, "</");
    if (!pass_markup(t))
        return false;
    if (is_end)
        --*depth;
    else if (t->data[t->at - 2] != '/')
        ++*depth;
    return true;
}

/* From the '<' of the root to behind its last '>'. */
static bool pass_root(struct text *t, size_t *out_last_at)
{
    size_t depth = 0;
    bool is_tag = true;
    do {
        *out_last_at = is_tag ? t->at : *out_last_at;
        if (is_tag && !pass_tag(t, &depth))
            return false;
        if (depth == 0)
            return true;
        const char *next = memchr(t->data + t->at, '<', t->len_bytes - t->at);
        t->at = next ? (size_t)(next - t->data) : t->len_bytes;
    } while (t->at < t->len_bytes && pass_other(t, &is_tag));
    return false;
}

int sc_svg_look(const uint8_t *data, size_t len_bytes, const struct sc_picture_limits *limits,
                struct sc_look *out_look)
{
    struct text t = {(const char *)data, len_bytes, 0};
    struct word root;
    bool is_told = pass_prolog(&t, &root);
    assert(is_told); /* or it would not have been told as an SVG */
    struct text behind_name = t;
    size_t root_at = t.at - root.len_bytes - 1, last_at = root_at;
    t.at = root_at;
    if (!pass_root(&t, &last_at))
        return -EAGAIN;
    struct text last = {t.data, t.len_bytes, last_at + 2};
    bool is_empty = last_at == root_at;
    if (!is_empty && !is_same(pass_name(&last), root))
        return sc_look_fault(out_look, -EBADMSG, last_at, "its last end tag is not the root's");
    out_look->info.size_bytes = t.at;
    return take_size(behind_name, limits, out_look);
}
