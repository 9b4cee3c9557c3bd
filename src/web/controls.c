/* SPDX-License-Identifier: MIT */
/* GET and POST /api/streams/NAME/controls: what can be set on the camera behind a stream. The
 * camera's own thread sets it, with its next picture. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/own.h"
#include "media/stream.h"
#include "web/endpoints.h"

#define BODY_BYTES 8192

struct setting {
    struct sc_web *web;
    struct sc_reply reply;
    struct sc_stream *stream;
    struct sc_controls *controls;
    size_t len_bytes;
    char body[BODY_BYTES + 1]; /* one more, to see that it is too long */
};

/* --- what there is --- */

static json_t *describe_menu(const struct sc_control_list *list, const struct sc_control *control)
{
    json_t *menu = json_array();
    for (size_t i = 0; i < control->n_items; i++) {
        const struct sc_control_item *item = &list->items[control->first_item + i];
        json_array_append_new(
            menu, json_pack("{s:I,s:s}", "value", (json_int_t)item->value, "text", item->text));
    }
    return menu;
}

static const struct sc_control_wish *wish_of(const struct sc_control_wishes *wishes,
                                             const char *name)
{
    for (size_t i = 0; i < wishes->n; i++)
        if (strcmp(wishes->all[i].name, name) == 0)
            return &wishes->all[i];
    return NULL;
}

static json_t *number(const struct sc_control *control, int64_t value)
{
    return control->type == SC_CONTROL_BOOLEAN ? json_boolean(value)
                                               : json_integer((json_int_t)value);
}

static json_t *describe(const struct sc_controls_view *view, const struct sc_control *control)
{
    static const char *const types[] = {"integer", "boolean", "menu"};
    const struct sc_control_wish *wish = wish_of(&view->wishes, control->name);
    json_t *o = json_object();
    json_object_set_new(o, "name", json_string(control->name));
    json_object_set_new(o, "type", json_string(types[control->type]));
    json_object_set_new(o, "value", number(control, control->value));
    json_object_set_new(o, "default", number(control, control->fallback));
    if (control->type == SC_CONTROL_INTEGER) {
        json_object_set_new(o, "min", json_integer((json_int_t)control->least));
        json_object_set_new(o, "max", json_integer((json_int_t)control->most));
        json_object_set_new(o, "step", json_integer((json_int_t)control->step));
    }
    if (control->type == SC_CONTROL_MENU)
        json_object_set_new(o, "menu", describe_menu(&view->list, control));
    json_object_set_new(o, "read_only", json_boolean(control->is_read_only));
    json_object_set_new(o, "inactive", json_boolean(control->is_inactive));
    json_object_set_new(o, "wanted", wish ? number(control, wish->value) : json_null());
    json_object_set_new(o, "problem",
                        wish && wish->problem[0] ? json_string(wish->problem) : json_null());
    return o;
}

/* Returns: the controls, a new reference; NULL after it has answered. */
static struct sc_controls *find(const struct sc_call *call, const struct sc_reply *reply,
                                struct sc_stream **out_stream)
{
    struct sc_stream *stream SC_AUTO(sc_stream_unref) =
        sc_registry_get(call->web->registry, call->star);
    struct sc_controls *controls = stream ? sc_stream_controls(stream) : NULL;
    if (!stream)
        sc_reply_error(reply, 404, NULL, "there is no stream '%s'", call->star);
    else if (!controls)
        sc_reply_error(reply, 404, NULL, "the stream '%s' is no camera: it has no controls",
                       call->star);
    else
        *out_stream = sc_steal(stream);
    return controls;
}

static void list(const struct sc_call *call)
{
    struct sc_reply reply = call->reply;
    reply.wants_json = true;
    struct sc_stream *stream SC_AUTO(sc_stream_unref) = NULL;
    struct sc_controls *controls SC_AUTO(sc_controls_unref) = find(call, &reply, &stream);
    struct sc_controls_view *view SC_AUTO(sc_own_free) = malloc(sizeof *view);
    if (!controls)
        return;
    if (!view) {
        sc_reply_error(&reply, 503, "Retry-After: 5\r\n", "the server is out of memory");
        return;
    }
    sc_controls_look(controls, view);
    json_t *all = json_array();
    for (size_t i = 0; i < view->list.n; i++)
        json_array_append_new(all, describe(view, &view->list.all[i]));
    sc_reply_json(&reply, 200,
                  json_pack("{s:s,s:b,s:o}", "name", sc_stream_name(stream), "open",
                            view->is_open ? 1 : 0, "controls", all));
}

/* --- what is wanted --- */

static bool find_item(const struct sc_control_list *list, const char *name, const char *text,
                      int64_t *out_value)
{
    const struct sc_control *control = sc_control_find(list, name);
    for (size_t i = 0; control && i < control->n_items; i++) {
        const struct sc_control_item *item = &list->items[control->first_item + i];
        if (strcasecmp(item->text, text) == 0) {
            *out_value = item->value;
            return true;
        }
    }
    return false;
}

static int read_value(const struct sc_control_list *list, const char *name, const json_t *value,
                      struct sc_control_wish *out_wish, struct sc_err *err)
{
    if (json_is_boolean(value))
        out_wish->value = json_boolean_value(value);
    else if (json_is_integer(value))
        out_wish->value = json_integer_value(value);
    else if (!json_is_string(value) ||
             !find_item(list, name, json_string_value(value), &out_wish->value))
        return sc_err_set(err, -EINVAL,
                          "'%.32s' takes a whole number, true or false, or a text of its menu",
                          name);
    return 0;
}

static int read_all(const struct sc_control_list *list, json_t *all,
                    struct sc_control_wishes *out_wishes, struct sc_err *err)
{
    const char *name;
    json_t *value;
    int rc = 0;
    out_wishes->n = 0;
    json_object_foreach(all, name, value)
    {
        struct sc_control_wish wish = {0};
        if (rc < 0 || out_wishes->n == SC_CONTROLS_MAX)
            break;
        if (list->n && !sc_control_find(list, name))
            return sc_control_check(list, name, 0, err);
        memcpy(wish.name, name, strnlen(name, sizeof wish.name - 1));
        rc = read_value(list, name, value, &wish, err);
        out_wishes->all[out_wishes->n++] = wish;
    }
    return rc;
}

static int want(struct setting *setting, json_t *all, struct sc_err *err)
{
    struct sc_controls_view *view SC_AUTO(sc_own_free) = malloc(sizeof *view);
    struct sc_control_wishes wishes;
    if (!view)
        return sc_err_set(err, -ENOMEM, "the server is out of memory");
    sc_controls_look(setting->controls, view);
    int rc = read_all(&view->list, all, &wishes, err);
    return rc < 0 ? rc : sc_controls_want(setting->controls, &wishes, err);
}

static int status_of(int code)
{
    return code == -ENODATA ? 409 : code == -ENOMEM ? 503 : 400;
}

static void on_complete(void *self)
{
    struct setting *setting = self;
    struct sc_err err = {0};
    json_error_t wrong;
    json_t *all = json_loadb(setting->body, setting->len_bytes, JSON_REJECT_DUPLICATES, &wrong);
    if (!json_is_object(all) || json_object_size(all) == 0) {
        sc_reply_error(&setting->reply, 400, NULL,
                       "send a JSON object such as {\"brightness\": 120}%s%s", all ? "" : ": ",
                       all ? "" : wrong.text);
        json_decref(all);
        return;
    }
    int rc = want(setting, all, &err);
    if (rc < 0) {
        json_decref(all);
        sc_reply_error(&setting->reply, status_of(rc), NULL, "%s%s", err.text,
                       rc == -ENODATA ? ": it is opened for its first viewer" : "");
        return;
    }
    sc_reply_json(&setting->reply, 202,
                  json_pack("{s:s,s:o}", "name", sc_stream_name(setting->stream), "wanted", all));
}

static int on_room(void *self, uint8_t **out_room, size_t *out_room_bytes)
{
    struct setting *setting = self;
    *out_room = (uint8_t *)setting->body + setting->len_bytes;
    *out_room_bytes = sizeof setting->body - setting->len_bytes;
    return 0;
}

static int on_received(void *self, size_t bytes)
{
    struct setting *setting = self;
    setting->len_bytes += bytes;
    if (setting->len_bytes <= BODY_BYTES)
        return 0;
    sc_web_count(&setting->web->stats.n_body_too_large);
    sc_reply_error(&setting->reply, 413, NULL, "controls take at most %d bytes", BODY_BYTES);
    return -EMSGSIZE;
}

static void on_gone(void *self)
{
    struct setting *setting = self;
    sc_controls_unref(&setting->controls);
    sc_stream_unref(&setting->stream);
    free(setting);
}

static const struct sc_exchange_ops setting_ops = {
    .room = on_room,
    .received = on_received,
    .complete = on_complete,
    .gone = on_gone,
};

static void set(const struct sc_call *call)
{
    struct sc_reply reply = call->reply;
    reply.wants_json = true;
    if (!call->request->is_chunked && !call->request->has_length) {
        sc_reply_error(&reply, 411, NULL,
                       "send a JSON object as the body, with a Content-Length or chunked");
        return;
    }
    struct setting *setting = calloc(1, sizeof *setting);
    if (!setting) {
        sc_reply_error(&reply, 503, "Retry-After: 5\r\n", "the server is out of memory");
        return;
    }
    setting->web = call->web;
    setting->reply = reply;
    setting->controls = find(call, &reply, &setting->stream);
    if (!setting->controls) {
        on_gone(setting);
        return;
    }
    sc_exchange_take(reply.x, &setting_ops, setting);
    const struct sc_body_patience patience = {.whole_ns = call->web->config.publish_timeout_ns};
    sc_exchange_read_body(reply.x, &patience);
}

const struct sc_endpoint sc_endpoint_controls[] = {
    {.methods = SC_METHOD_GET,
     .right = SC_RIGHT_VIEW,
     .path = "/api/streams/*/controls",
     .handle = list},
    {.methods = SC_METHOD_POST,
     .right = SC_RIGHT_CONTROL,
     .path = "/api/streams/*/controls",
     .handle = set},
    {0},
};
