/* SPDX-License-Identifier: MIT */
/* Finds the endpoint of a request and keeps away what no endpoint should see: foreign names,
 * foreign pages, methods that a path does not have. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/url.h"
#include "rights/guard.h"
#include "web/endpoints.h"
#include "web/permit.h"
#include "web/redirect.h"

#define PATH_BYTES  512
#define WRITES      (SC_METHOD_PUT | SC_METHOD_POST | SC_METHOD_DELETE)
#define ALLOW_BYTES 80

static const struct sc_endpoint *const all_rows[] = {
#define ENDPOINT(name) sc_endpoint_##name,
#include "web/endpoint_list.h"
#undef ENDPOINT
};

const struct sc_endpoint *sc_endpoint_at(size_t i)
{
    for (size_t f = 0; f < sizeof all_rows / sizeof *all_rows; f++)
        for (const struct sc_endpoint *row = all_rows[f]; row->path; row++)
            if (i-- == 0)
                return row;
    return NULL;
}

/* How well a row fits: characters that are not '*', 0 for not at all. out_star is borrowed from
 * path's bytes by offset and length. */
static size_t fit(const struct sc_endpoint *row, const char *path, size_t *out_at, size_t *out_len)
{
    size_t path_len = strlen(path), row_len = strlen(row->path);
    const char *star = strchr(row->path, '*');
    *out_at = *out_len = 0;
    if (!star)
        return strcmp(row->path, path) == 0 ? row_len + 1 : 0;
    size_t front = (size_t)(star - row->path), back = row_len - front - 1;
    if (path_len <= front + back || strncmp(path, row->path, front) != 0 ||
        strcmp(path + path_len - back, star + 1) != 0)
        return 0;
    *out_at = front;
    *out_len = path_len - front - back;
    return front + back;
}

struct match {
    const struct sc_endpoint *row; /* the best one that has the method */
    unsigned methods;              /* of all that fit as well as the best */
    size_t fit, star_at, star_len;
};

static bool has_query(const struct sc_endpoint *row, const struct sc_request *request)
{
    char value[2];
    return !row->query || sc_url_query(request->query.data, request->query.len_bytes, row->query,
                                       value, sizeof value) != -ENOENT;
}

static unsigned with_head(unsigned methods)
{
    return methods & SC_METHOD_GET ? methods | SC_METHOD_HEAD : methods;
}

static void weigh(struct match *best, const struct sc_endpoint *row, const char *path,
                  const struct sc_request *request)
{
    size_t at, len, f = fit(row, path, &at, &len);
    if (f && row->query)
        f = has_query(row, request) ? f + 1 : 0;
    if (f == 0 || f < best->fit)
        return;
    if (f > best->fit)
        *best = (struct match){.fit = f};
    best->methods |= with_head(row->methods);
    if (with_head(row->methods) & request->method) {
        best->row = row;
        best->star_at = at;
        best->star_len = len;
    }
}

static void find(const char *path, const struct sc_request *request, struct match *out_best)
{
    *out_best = (struct match){0};
    for (size_t f = 0; f < sizeof all_rows / sizeof *all_rows; f++)
        for (const struct sc_endpoint *row = all_rows[f]; row->path; row++)
            weigh(out_best, row, path, request);
}

static void write_allow(unsigned methods, const char *cors, char *out, size_t out_bytes)
{
    static const struct {
        unsigned bit;
        const char *name;
    } names[] = {{SC_METHOD_GET, "GET, "},       {SC_METHOD_HEAD, "HEAD, "},
                 {SC_METHOD_PUT, "PUT, "},       {SC_METHOD_POST, "POST, "},
                 {SC_METHOD_DELETE, "DELETE, "}, {0, NULL}};
    char allow[ALLOW_BYTES] = "";
    size_t n = 0;
    for (int i = 0; names[i].name; i++)
        if (methods & names[i].bit)
            n += (size_t)snprintf(allow + n, sizeof allow - n, "%s", names[i].name);
    (void)snprintf(out, out_bytes, "Allow: %sOPTIONS\r\n", allow);
    if (cors[0] && n < sizeof allow) {
        size_t used = strlen(out);
        (void)snprintf(out + used, out_bytes - used,
                       "Access-Control-Allow-Methods: %sOPTIONS\r\n"
                       "Access-Control-Allow-Headers: Content-Type, Authorization\r\n"
                       "Access-Control-Max-Age: 600\r\n",
                       allow);
    }
}

static bool text_contains(struct sc_text text, const char *word)
{
    return text.data && memmem(text.data, text.len_bytes, word, strlen(word));
}

/* Who may read the answer by script: the pages listed for reading, and those listed for publishing.
 */
static void prepare_reply(const struct sc_web *web, struct sc_exchange *x,
                          const struct sc_request *request, struct sc_reply *out_reply)
{
    out_reply->x = x;
    out_reply->wants_json = text_contains(sc_request_field(request, "accept"), "application/json");
    out_reply->cors[0] = '\0';
    if (!web->config.cors_origins && !web->config.publish_origins)
        return;
    struct sc_text origin = sc_guard_cors(request, web->config.cors_origins);
    if (!origin.data)
        origin = sc_guard_cors(request, web->config.publish_origins);
    if (origin.data && origin.len_bytes < SC_WEB_CORS_BYTES / 2)
        (void)snprintf(out_reply->cors, sizeof out_reply->cors,
                       "Access-Control-Allow-Origin: %.*s\r\nVary: Origin\r\n",
                       (int)origin.len_bytes, origin.data);
    else
        (void)snprintf(out_reply->cors, sizeof out_reply->cors, "Vary: Origin\r\n");
}

/* Returns whether the request may go on; else it is answered. */
static bool pass_host(struct sc_call *call)
{
    struct sc_web *web = call->web;
    struct sc_err err = {0};
    if (sc_guard_host(call->request, web->machine_name, web->config.server_names, &err) == 0)
        return true;
    sc_web_count(&web->stats.n_wrong_host);
    sc_reply_error(&call->reply, 421, NULL, "%s", err.text);
    return false;
}

/* Returns as pass_host. */
static bool pass_guards(struct sc_call *call)
{
    struct sc_web *web = call->web;
    const struct sc_request *request = call->request;
    struct sc_err err = {0};
    if (!(request->method & WRITES))
        return true;
    if (web->config.is_read_only) {
        sc_reply_error(
            &call->reply, 403, NULL,
            "this server takes no pictures and settings over HTTP: it runs with --read-only");
        return false;
    }
    if (sc_guard_write(request, call->client.is_https, web->config.publish_origins, &err) < 0) {
        sc_web_count(&web->stats.n_foreign_writes);
        sc_reply_error(&call->reply, 403, NULL, "%s", err.text);
        return false;
    }
    return true;
}

static const char *what_it_is_for(unsigned method)
{
    return method == SC_METHOD_DELETE ? "it ends a published stream as DELETE /NAME"
                                      : "one picture is published at /NAME.jpg, many at /NAME.mjpg";
}

static void reply_unmatched(const struct sc_call *call, const struct match *match, const char *path)
{
    char headers[512];
    write_allow(match->methods, call->reply.cors, headers, sizeof headers);
    if (call->request->method == SC_METHOD_OPTIONS && match->fit) {
        struct sc_answer answer = {.status = 204, .headers = headers};
        size_t used = strlen(headers);
        (void)snprintf(headers + used, sizeof headers - used, "%s", call->reply.cors);
        sc_exchange_answer(call->reply.x, &answer);
    } else if (!match->fit) {
        sc_reply_error(&call->reply, 404, NULL, "there is nothing at %s; / lists the streams",
                       path);
    } else if (call->request->method == SC_METHOD_OTHER) {
        sc_reply_error(&call->reply, 501, headers, "this server does not know the method %.*s",
                       (int)call->request->method_text.len_bytes, call->request->method_text.data);
    } else {
        sc_reply_error(&call->reply, 405, headers, "%.*s is not for %s: %s",
                       (int)call->request->method_text.len_bytes, call->request->method_text.data,
                       path, what_it_is_for(call->request->method));
    }
}

static bool is_name_fine(const struct sc_call *call, const struct match *match)
{
    struct sc_err err = {0};
    if (match->star_len == 0 || match->row->is_any_star ||
        sc_registry_check_name(call->star, &err) == 0)
        return true;
    sc_reply_error(&call->reply, call->request->method & WRITES ? 400 : 404, NULL, "%s", err.text);
    return false;
}

/* Takes the path that we live under off the front. Returns false after it has answered. */
static bool strip_base(const struct sc_call *call, char *path)
{
    const char *base = call->web->config.base_path;
    size_t len = base ? strlen(base) : 0;
    if (len == 0)
        return true;
    if (strncmp(path, base, len) == 0 && path[len] == '/') {
        memmove(path, path + len, strlen(path + len) + 1);
        return true;
    }
    if (strcmp(path, base) != 0) {
        sc_reply_error(&call->reply, 404, NULL, "this server's addresses begin with %s/", base);
        return false;
    }
    char headers[PATH_BYTES + 16];
    (void)snprintf(headers, sizeof headers, "Location: %s/\r\n", base);
    struct sc_answer answer = {.status = 308, .headers = headers};
    sc_exchange_answer(call->reply.x, &answer);
    return false;
}

void sc_web_handle(struct sc_exchange *x, const struct sc_request *request, void *self)
{
    struct sc_lane *lane = self;
    struct sc_call call = {.web = lane->web, .lane = lane, .request = request};
    char path[PATH_BYTES], star[PATH_BYTES];
    struct match match;
    prepare_reply(lane->web, x, request, &call.reply);
    call.client = (struct sc_client){*sc_exchange_peer(x), sc_exchange_door(x)->tls};
    sc_forwarded_read(request, &lane->web->proxies, &call.client);
    if (!pass_host(&call))
        return;
    if (sc_exchange_door(x)->redirect_port) {
        sc_redirect(&call);
        return;
    }
    if (!pass_guards(&call))
        return;
    bool is_server_wide = request->path.len_bytes == 1 && request->path.data[0] == '*';
    int len = is_server_wide ? snprintf(path, sizeof path, "/")
                             : sc_url_decode_path(request->path.data, request->path.len_bytes, path,
                                                  sizeof path);
    if (len < 0) {
        sc_reply_error(&call.reply, len == -EMSGSIZE ? 414 : 400, NULL,
                       "the address cannot be understood: its path is %s",
                       len == -EMSGSIZE ? "too long" : "malformed or leads upwards");
        return;
    }
    if (!is_server_wide && !strip_base(&call, path))
        return;
    find(path, request, &match);
    if (!match.row) {
        reply_unmatched(&call, &match, path);
        return;
    }
    (void)snprintf(star, sizeof star, "%.*s", (int)match.star_len, path + match.star_at);
    call.star = star;
    if (is_name_fine(&call, &match) && sc_permit(&call, match.row))
        match.row->handle(&call);
    sc_permit_end(&call);
}
