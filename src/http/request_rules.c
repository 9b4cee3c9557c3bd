/* SPDX-License-Identifier: MIT */
#include "http/request_rules.h"

#include <errno.h>
#include <string.h>

#include "http/authority.h"

static int refuse(const char **out_reason, int status, const char *reason)
{
    *out_reason = reason;
    return status;
}

static void split_query(struct sc_request *request, struct sc_text path)
{
    const char *mark = memchr(path.data, '?', path.len_bytes);
    request->path = path;
    if (!mark)
        return;
    request->path.len_bytes = (size_t)(mark - path.data);
    request->query = (struct sc_text){mark + 1, path.len_bytes - request->path.len_bytes - 1};
}

/* Takes the scheme and the authority off the front of an absolute target. */
static bool cut_authority(struct sc_text *target, struct sc_text *out_authority)
{
    size_t scheme_bytes = sc_text_begins(*target, "http://")    ? strlen("http://")
                          : sc_text_begins(*target, "https://") ? strlen("https://")
                                                                : 0;
    if (!scheme_bytes)
        return false;
    size_t n = scheme_bytes;
    while (n < target->len_bytes && target->data[n] != '/' && target->data[n] != '?')
        n++;
    *out_authority = (struct sc_text){target->data + scheme_bytes, n - scheme_bytes};
    *target = (struct sc_text){target->data + n, target->len_bytes - n};
    return true;
}

int sc_request_split_target(struct sc_request *request, struct sc_text target,
                            struct sc_text *out_authority, const char **out_reason)
{
    bool is_options = request->method == SC_METHOD_OPTIONS;
    *out_authority = (struct sc_text){NULL, 0};
    if (request->method_text.len_bytes == 7 && memcmp(request->method_text.data, "CONNECT", 7) == 0)
        return refuse(out_reason, -400, "This is no proxy: CONNECT is not served.");
    if (target.data[0] == '/') {
        split_query(request, target);
        return 0;
    }
    if (sc_text_is(target, "*") && is_options) {
        request->path = target;
        return 0;
    }
    if (!cut_authority(&target, out_authority))
        return refuse(out_reason, -400, "The target is neither a path nor an http URL.");
    if (target.len_bytes && target.data[0] == '/') {
        split_query(request, target);
        return 0;
    }
    request->path = sc_text_of(is_options && !target.len_bytes ? "*" : "/");
    if (target.len_bytes)
        request->query = (struct sc_text){target.data + 1, target.len_bytes - 1};
    return 0;
}

static int check_host(struct sc_request *request, struct sc_text authority, const char **out_reason)
{
    struct sc_authority parsed;
    size_t n = sc_request_count(request, "host");
    struct sc_text host = n ? sc_request_field(request, "host") : authority;
    if (n > 1)
        return refuse(out_reason, -400, "There is more than one Host.");
    if (n == 0 && request->minor_version == 1)
        return refuse(out_reason, -400, "Host is missing.");
    if (host.data && sc_authority_parse(host, &parsed) < 0)
        return refuse(out_reason, -400, "Host is no host name or address with an optional port.");
    if (authority.data && !sc_text_equals(host, authority))
        return refuse(out_reason, -421, "The target and Host name different servers.");
    request->host = host;
    return 0;
}

static int parse_length(struct sc_text digits, uint64_t *out_length_bytes)
{
    int64_t length = 0;
    if (digits.len_bytes == 0 || (digits.len_bytes > 1 && digits.data[0] == '0'))
        return -EINVAL;
    for (size_t i = 0; i < digits.len_bytes; i++) {
        char digit = digits.data[i];
        if (digit < '0' || digit > '9')
            return -EINVAL;
        if (__builtin_mul_overflow(length, 10, &length) ||
            __builtin_add_overflow(length, digit - '0', &length))
            return -EINVAL;
    }
    *out_length_bytes = (uint64_t)length;
    return 0;
}

static int check_coding(struct sc_request *request, const char **out_reason)
{
    size_t n = sc_request_count(request, "transfer-encoding");
    struct sc_text coding = sc_request_field(request, "transfer-encoding");
    if (n == 0)
        return 0;
    if (n > 1)
        return refuse(out_reason, -400, "There is more than one Transfer-Encoding.");
    if (request->minor_version == 0)
        return refuse(out_reason, -400, "HTTP/1.0 has no Transfer-Encoding.");
    if (coding.len_bytes != 7 || memcmp(coding.data, "chunked", 7) != 0)
        return refuse(out_reason, -501, "The only Transfer-Encoding is \"chunked\".");
    request->is_chunked = true;
    return 0;
}

static int check_framing(struct sc_request *request, const char **out_reason)
{
    size_t n = sc_request_count(request, "content-length");
    if (n && sc_request_count(request, "transfer-encoding"))
        return refuse(out_reason, -400, "There are both Content-Length and Transfer-Encoding.");
    if (n > 1)
        return refuse(out_reason, -400, "There is more than one Content-Length.");
    if (n == 0)
        return check_coding(request, out_reason);
    if (parse_length(sc_request_field(request, "content-length"), &request->length_bytes) < 0)
        return refuse(out_reason, -400, "Content-Length is not one plain number.");
    request->has_length = true;
    return 0;
}

static int check_expect(struct sc_request *request, const char **out_reason)
{
    if (request->minor_version == 0)
        return 0;
    for (size_t i = 0; i < request->n_fields; i++) {
        if (!sc_text_is(request->fields[i].name, "expect"))
            continue;
        if (!sc_text_is(request->fields[i].value, "100-continue"))
            return refuse(out_reason, -417, "The only Expect is \"100-continue\".");
        request->wants_continue = request->is_chunked || request->length_bytes;
    }
    return 0;
}

static void settle_connection(struct sc_request *request)
{
    bool is_kept = false, is_closed = false;
    for (size_t i = 0; i < request->n_fields; i++) {
        if (!sc_text_is(request->fields[i].name, "connection"))
            continue;
        is_kept |= sc_text_has_token(request->fields[i].value, "keep-alive");
        is_closed |= sc_text_has_token(request->fields[i].value, "close");
    }
    request->is_keep_alive = !is_closed && (is_kept || request->minor_version == 1);
}

int sc_request_check(struct sc_request *request, struct sc_text authority, const char **out_reason)
{
    int rc = check_host(request, authority, out_reason);
    if (rc == 0)
        rc = check_framing(request, out_reason);
    if (rc == 0)
        rc = check_expect(request, out_reason);
    if (rc == 0)
        settle_connection(request);
    return rc;
}
