/* SPDX-License-Identifier: MIT */
#include "source/v4l2/controls.h"

#include <ctype.h>
#include <errno.h>
#include <linux/videodev2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "source/v4l2/device.h"

/* "White Balance, Automatic" is white_balance_automatic, as v4l2-ctl has it. */
static void write_name(const char *text, char *out_name, size_t name_bytes)
{
    size_t n = 0;
    for (bool is_gap = false; *text && n + 2 < name_bytes; text++) {
        if (!isalnum((unsigned char)*text)) {
            is_gap = n > 0;
            continue;
        }
        if (is_gap)
            out_name[n++] = '_';
        out_name[n++] = (char)tolower((unsigned char)*text);
        is_gap = false;
    }
    out_name[n] = '\0';
}

static void list_items(int fd, const struct v4l2_queryctrl *query, struct sc_control_list *list,
                       struct sc_control *control)
{
    control->first_item = list->n_items;
    for (int64_t i = query->minimum; i <= query->maximum && i >= 0; i++) {
        struct v4l2_querymenu menu = {.id = query->id, .index = (uint32_t)i};
        if (list->n_items == SC_CONTROL_ITEMS_MAX)
            return;
        if (sc_v4l2_ioctl(fd, VIDIOC_QUERYMENU, &menu) < 0)
            continue;
        struct sc_control_item *item = &list->items[list->n_items++];
        item->value = i;
        if (query->type == V4L2_CTRL_TYPE_INTEGER_MENU)
            (void)snprintf(item->text, sizeof item->text, "%lld", (long long)menu.value);
        else
            (void)snprintf(item->text, sizeof item->text, "%.32s", (const char *)menu.name);
        control->n_items++;
    }
}

static bool type_of(uint32_t type, enum sc_control_type *out_type)
{
    bool is_menu = type == V4L2_CTRL_TYPE_MENU || type == V4L2_CTRL_TYPE_INTEGER_MENU;
    *out_type = is_menu                          ? SC_CONTROL_MENU
                : type == V4L2_CTRL_TYPE_BOOLEAN ? SC_CONTROL_BOOLEAN
                                                 : SC_CONTROL_INTEGER;
    return is_menu || type == V4L2_CTRL_TYPE_BOOLEAN || type == V4L2_CTRL_TYPE_INTEGER;
}

/* One whose value cannot be read is not worth telling of. */
static void add(int fd, const struct v4l2_queryctrl *query, struct sc_control_list *list)
{
    struct sc_control control = {
        .id = query->id,
        .least = query->minimum,
        .most = query->maximum,
        .step = query->step > 0 ? query->step : 1,
        .fallback = query->default_value,
        .is_read_only = query->flags & V4L2_CTRL_FLAG_READ_ONLY,
        .is_inactive = query->flags & (V4L2_CTRL_FLAG_INACTIVE | V4L2_CTRL_FLAG_GRABBED),
    };
    struct v4l2_control value = {.id = query->id};
    bool is_hidden = query->flags & (V4L2_CTRL_FLAG_DISABLED | V4L2_CTRL_FLAG_WRITE_ONLY);
    if (list->n == SC_CONTROLS_MAX || is_hidden || !type_of(query->type, &control.type) ||
        sc_v4l2_ioctl(fd, VIDIOC_G_CTRL, &value) < 0)
        return;
    control.value = value.value;
    write_name((const char *)query->name, control.name, sizeof control.name);
    if (control.type == SC_CONTROL_MENU)
        list_items(fd, query, list, &control);
    list->all[list->n++] = control;
}

void sc_v4l2_list_controls(int fd, struct sc_control_list *out_list)
{
    struct v4l2_queryctrl query = {.id = V4L2_CTRL_FLAG_NEXT_CTRL};
    *out_list = (struct sc_control_list){0};
    while (sc_v4l2_ioctl(fd, VIDIOC_QUERYCTRL, &query) == 0) {
        uint32_t id = query.id;
        add(fd, &query, out_list);
        query = (struct v4l2_queryctrl){.id = id | V4L2_CTRL_FLAG_NEXT_CTRL};
    }
}

static void set(int fd, const struct sc_control_list *list, struct sc_control_wish *wish)
{
    const struct sc_control *control = sc_control_find(list, wish->name);
    struct v4l2_control value = {.id = control ? control->id : 0, .value = (int32_t)wish->value};
    int rc = control ? sc_v4l2_ioctl(fd, VIDIOC_S_CTRL, &value) : -ENOENT;
    (void)snprintf(wish->problem, sizeof wish->problem, "%s",
                   rc == 0         ? ""
                   : rc == -ENOENT ? "the camera has no such control"
                                   : strerror(-rc));
}

static int check_presets(const struct sc_control_list *list, const struct sc_control_wishes *wishes,
                         struct sc_err *err)
{
    struct sc_err reason = {0};
    for (size_t i = 0; i < wishes->n; i++)
        if (wishes->all[i].is_preset &&
            sc_control_check(list, wishes->all[i].name, wishes->all[i].value, &reason) < 0)
            return sc_err_set(err, -EINVAL, "#control.%s: %s", wishes->all[i].name, reason.text);
    return 0;
}

int sc_v4l2_set_controls(int fd, struct sc_controls *controls, bool is_fresh, struct sc_err *err)
{
    struct sc_control_list *list SC_AUTO(sc_own_free) = malloc(sizeof *list);
    struct sc_control_wishes wishes;
    if (!list)
        return sc_err_set(err, -ENOMEM, "out of memory");
    sc_v4l2_list_controls(fd, list);
    sc_controls_take(controls, &wishes);
    int rc = is_fresh ? check_presets(list, &wishes, err) : 0;
    if (rc < 0)
        return rc;
    for (size_t i = 0; i < wishes.n; i++)
        if (is_fresh || wishes.all[i].is_due)
            set(fd, list, &wishes.all[i]);
    if (wishes.n)
        sc_v4l2_list_controls(fd, list);
    sc_controls_tell(controls, &wishes);
    sc_controls_show(controls, list);
    return 0;
}
