/* SPDX-License-Identifier: MIT */
#include "source/v4l2/devices.h"

#include <errno.h>
#include <glob.h>
#include <linux/videodev2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/own.h"
#include "source/v4l2/controls.h"
#include "source/v4l2/device.h"
#include "source/v4l2/holders.h"

#define SIZES_MAX 64 /* of one format; and so for rates of one size */

static json_t *list_rates(int fd, uint32_t fourcc, uint32_t width_px, uint32_t height_px)
{
    json_t *rates = json_array();
    for (unsigned i = 0; i < SIZES_MAX; i++) {
        struct v4l2_frmivalenum rate = {
            .index = i, .pixel_format = fourcc, .width = width_px, .height = height_px};
        if (sc_v4l2_ioctl(fd, VIDIOC_ENUM_FRAMEINTERVALS, &rate) < 0)
            break;
        /* Of any up to a fastest one that is told. */
        bool is_discrete = rate.type == V4L2_FRMIVAL_TYPE_DISCRETE;
        struct v4l2_fract interval = is_discrete ? rate.discrete : rate.stepwise.min;
        if (interval.numerator)
            json_array_append_new(rates,
                                  json_real((double)interval.denominator / interval.numerator));
        if (!is_discrete)
            break;
    }
    return rates;
}

static json_t *list_sizes(int fd, uint32_t fourcc)
{
    json_t *sizes = json_array();
    for (unsigned i = 0; i < SIZES_MAX; i++) {
        struct v4l2_frmsizeenum size = {.index = i, .pixel_format = fourcc};
        if (sc_v4l2_ioctl(fd, VIDIOC_ENUM_FRAMESIZES, &size) < 0)
            break;
        bool is_discrete = size.type == V4L2_FRMSIZE_TYPE_DISCRETE;
        uint32_t width_px = is_discrete ? size.discrete.width : size.stepwise.max_width;
        uint32_t height_px = is_discrete ? size.discrete.height : size.stepwise.max_height;
        json_t *o = json_pack("{s:i,s:i,s:o}", "width", (int)width_px, "height", (int)height_px,
                              "fps", list_rates(fd, fourcc, width_px, height_px));
        if (!is_discrete)
            json_object_set_new(
                o, "any_from",
                json_sprintf("%ux%u", size.stepwise.min_width, size.stepwise.min_height));
        json_array_append_new(sizes, o);
        if (!is_discrete)
            break;
    }
    return sizes;
}

static const char *our_name(uint32_t fourcc)
{
    for (const struct sc_v4l2_form *form = sc_v4l2_forms(); form->name; form++)
        if (form->fourcc == fourcc)
            return form->name;
    return NULL;
}

static json_t *list_formats(int fd)
{
    json_t *formats = json_array();
    struct v4l2_fmtdesc desc = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
    for (; sc_v4l2_ioctl(fd, VIDIOC_ENUM_FMT, &desc) == 0; desc.index++) {
        char code[5] = {0};
        const char *name = our_name(desc.pixelformat);
        for (int i = 0; i < 4; i++) {
            char c = (char)(desc.pixelformat >> 8 * i & 0x7f);
            code[i] = c > ' ' && c < 0x7f ? c : '?';
        }
        json_array_append_new(formats,
                              json_pack("{s:s,s:b,s:o}", "format", name ? name : code, "is_read",
                                        name != NULL, "sizes", list_sizes(fd, desc.pixelformat)));
    }
    return formats;
}

static json_t *list_controls(int fd)
{
    json_t *all = json_array();
    struct sc_control_list *list SC_AUTO(sc_own_free) = malloc(sizeof *list);
    if (list)
        sc_v4l2_list_controls(fd, list);
    for (size_t i = 0; list && i < list->n; i++)
        json_array_append_new(all, json_pack("{s:s,s:I,s:I,s:I}", "name", list->all[i].name, "min",
                                             (json_int_t)list->all[i].least, "max",
                                             (json_int_t)list->all[i].most, "value",
                                             (json_int_t)list->all[i].value));
    return all;
}

/* Names are the driver's, in any encoding. */
static json_t *text_of(const uint8_t *text, size_t most_bytes)
{
    json_t *o = json_stringn((const char *)text, strnlen((const char *)text, most_bytes));
    return o ? o : json_string("?");
}

static json_t *describe(const char *path, int fd)
{
    struct v4l2_capability cap = {0};
    (void)sc_v4l2_ioctl(fd, VIDIOC_QUERYCAP, &cap); /* it has answered when it was opened */
    json_t *card = text_of(cap.card, sizeof cap.card);
    json_t *driver = text_of(cap.driver, sizeof cap.driver);
    return json_pack("{s:s,s:n,s:o,s:o,s:o,s:o,s:o}", "path", path, "problem", "card", card,
                     "driver", driver, "formats", list_formats(fd), "controls", list_controls(fd),
                     "used_by", sc_v4l2_holders(path, getpid()));
}

static void add(json_t *all, const char *path, bool is_asked_for)
{
    struct sc_err err = {0};
    int fd SC_AUTO(sc_own_close) = sc_v4l2_open(path, &err);
    if (fd >= 0)
        json_array_append_new(all, describe(path, fd));
    else if (is_asked_for || err.code != -ENOTTY)
        json_array_append_new(all, json_pack("{s:s,s:s,s:o}", "path", path, "problem", err.text,
                                             "used_by", sc_v4l2_holders(path, getpid())));
}

int sc_v4l2_list_devices(char *const *paths, size_t n, json_t **out_all, struct sc_err *err)
{
    glob_t found = {0};
    json_t *all = json_array();
    if (!all)
        return sc_err_set(err, -ENOMEM, "out of memory");
    for (size_t i = 0; i < n; i++)
        add(all, paths[i], true);
    if (n == 0 && glob("/dev/video*", 0, NULL, &found) == 0)
        for (size_t i = 0; i < found.gl_pathc; i++)
            add(all, found.gl_pathv[i], false);
    globfree(&found);
    *out_all = all;
    return 0;
}
