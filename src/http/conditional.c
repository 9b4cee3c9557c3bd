/* SPDX-License-Identifier: MIT */
#include "http/conditional.h"

#include <string.h>

#include "http/date.h"

static void skip(struct sc_text *text, size_t n)
{
    text->data += n;
    text->len_bytes -= n;
}

static struct sc_text without_weakness(struct sc_text tag)
{
    if (tag.len_bytes >= 2 && memcmp(tag.data, "W/", 2) == 0)
        skip(&tag, 2);
    return tag;
}

/* Takes a tag with its quotes off the front, and the comma behind it. A tag may hold commas. */
static bool take_tag(struct sc_text *list, struct sc_text *out_tag)
{
    *list = sc_text_trim(*list);
    struct sc_text tag = without_weakness(*list);
    const char *quote = tag.len_bytes > 1 ? memchr(tag.data + 1, '"', tag.len_bytes - 1) : NULL;
    if (!quote || tag.data[0] != '"')
        return false;
    tag.len_bytes = (size_t)(quote + 1 - tag.data);
    skip(list, (size_t)(quote + 1 - list->data));
    *list = sc_text_trim(*list);
    if (list->len_bytes && list->data[0] != ',')
        return false;
    while (list->len_bytes && strchr(", \t", list->data[0]))
        skip(list, 1);
    *out_tag = tag;
    return true;
}

bool sc_etag_is_listed(struct sc_text list, const char *etag)
{
    struct sc_text ours = without_weakness(sc_text_of(etag)), tag;
    if (sc_text_is(sc_text_trim(list), "*"))
        return true;
    while (take_tag(&list, &tag))
        if (tag.len_bytes == ours.len_bytes && memcmp(tag.data, ours.data, tag.len_bytes) == 0)
            return true;
    return false;
}

bool sc_request_is_fresh(const struct sc_request *request, const char *etag,
                         int64_t modified_unix_s)
{
    int64_t since_unix_s;
    if (!(request->method & (SC_METHOD_GET | SC_METHOD_HEAD)))
        return false;
    for (size_t i = 0; i < request->n_fields; i++)
        if (sc_text_is(request->fields[i].name, "if-none-match") &&
            sc_etag_is_listed(request->fields[i].value, etag))
            return true;
    if (sc_request_count(request, "if-none-match") ||
        sc_request_count(request, "if-modified-since") != 1)
        return false;
    struct sc_text since = sc_request_field(request, "if-modified-since");
    return sc_date_parse(since, &since_unix_s) == 0 && modified_unix_s <= since_unix_s;
}
