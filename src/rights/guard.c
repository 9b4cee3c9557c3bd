/* SPDX-License-Identifier: MIT */
#include "rights/guard.h"

#include <string.h>

#include "http/authority.h"

static bool is_listed(const char *const *list, struct sc_text text)
{
    for (; list && *list; list++)
        if (strcmp(*list, "*") == 0 || sc_text_equals(text, sc_text_of(*list)))
            return true;
    return false;
}

static bool ends_with(struct sc_text text, const char *tail)
{
    size_t n = strlen(tail);
    return text.len_bytes > n &&
           sc_text_is((struct sc_text){text.data + text.len_bytes - n, n}, tail);
}

static bool is_machine(struct sc_text host, const char *machine_name)
{
    static const char *const domains[] = {"", ".local", ".lan", ".home", ".internal"};
    struct sc_text name = {machine_name, machine_name ? strcspn(machine_name, ".") : 0};
    if (name.len_bytes == 0 || host.len_bytes < name.len_bytes)
        return false;
    struct sc_text front = {host.data, name.len_bytes};
    struct sc_text rest = {host.data + name.len_bytes, host.len_bytes - name.len_bytes};
    if (sc_text_equals(host, sc_text_of(machine_name)))
        return true;
    for (size_t i = 0; i < sizeof domains / sizeof domains[0]; i++)
        if (sc_text_equals(front, name) && sc_text_is(rest, domains[i]))
            return true;
    return false;
}

int sc_guard_host(const struct sc_request *request, const char *machine_name,
                  const char *const *server_names, struct sc_err *err)
{
    struct sc_authority authority;
    if (!request->host.data)
        return 0;
    if (sc_authority_parse(request->host, &authority) < 0)
        return sc_err_set(err, -421, "Host is no host name.");
    struct sc_text host = authority.host;
    if (host.data[host.len_bytes - 1] == '.')
        host.len_bytes--;
    if (authority.is_address || sc_text_is(host, "localhost") || ends_with(host, ".localhost") ||
        is_machine(host, machine_name) || is_listed(server_names, host))
        return 0;
    return sc_err_set(err, -421,
                      "This server does not answer under the name '%.*s'. If it should: "
                      "stillcast --server-name %.*s",
                      (int)host.len_bytes, host.data, (int)host.len_bytes, host.data);
}

/* Takes "scheme://" off the front. */
static bool cut_scheme(struct sc_text *origin)
{
    size_t n = 0;
    while (n < origin->len_bytes && sc_text_is_token_byte(origin->data[n]))
        n++;
    struct sc_text rest = {origin->data + n, origin->len_bytes - n};
    if (n == 0 || !sc_text_begins(rest, "://"))
        return false;
    *origin = (struct sc_text){rest.data + 3, rest.len_bytes - 3};
    return true;
}

/* Whether it is safe to quote and to send back. */
static bool is_origin(struct sc_text origin)
{
    struct sc_authority authority;
    return origin.data && cut_scheme(&origin) && sc_authority_parse(origin, &authority) == 0;
}

static bool is_own(const struct sc_request *request, bool is_tls, struct sc_text origin)
{
    return sc_text_begins(origin, is_tls ? "https://" : "http://") && cut_scheme(&origin) &&
           sc_text_equals(origin, request->host);
}

int sc_guard_write(const struct sc_request *request, bool is_tls,
                   const char *const *publish_origins, struct sc_err *err)
{
    struct sc_text origin = sc_request_field(request, "origin");
    struct sc_text site = sc_request_field(request, "sec-fetch-site");
    if (sc_request_count(request, "origin") > 1 || sc_request_count(request, "sec-fetch-site") > 1)
        return sc_err_set(err, -403, "Origin or Sec-Fetch-Site is there twice.");
    if (origin.data && !is_origin(origin))
        return sc_err_set(err, -403,
                          "A page without an origin of its own may not change anything.");
    if (origin.data && is_listed(publish_origins, origin))
        return 0;
    if (origin.data && !is_own(request, is_tls, origin))
        return sc_err_set(err, -403,
                          "A page of '%.*s' may not change anything here. If it should: "
                          "stillcast --publish-origin %.*s",
                          (int)origin.len_bytes, origin.data, (int)origin.len_bytes, origin.data);
    if (site.data && !sc_text_is(site, "same-origin") && !sc_text_is(site, "none"))
        return sc_err_set(err, -403,
                          "A page of another site may not change anything here. If it should: "
                          "stillcast --publish-origin ORIGIN");
    return 0;
}

struct sc_text sc_guard_cors(const struct sc_request *request, const char *const *cors_origins)
{
    struct sc_text origin = sc_request_field(request, "origin");
    bool is_sane = is_origin(origin) || sc_text_is(origin, "null");
    if (sc_request_count(request, "origin") != 1 || !is_sane || !is_listed(cors_origins, origin))
        return (struct sc_text){NULL, 0};
    return origin;
}
