/* SPDX-License-Identifier: MIT */
#include "picture/svg.h"

#include "picture/look.h"

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
