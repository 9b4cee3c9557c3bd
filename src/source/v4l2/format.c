/* SPDX-License-Identifier: MIT */
#include "source/v4l2/format.h"

#include <errno.h>
#include <linux/videodev2.h>
#include <stdio.h>
#include <string.h>

#include "source/v4l2/device.h"

#define GOOD_WIDTH_PX  1280
#define GOOD_HEIGHT_PX 720
#define SIZES_TOLD     12

static const struct sc_v4l2_form forms[] = {
    {"mjpeg", V4L2_PIX_FMT_MJPEG, true, 0},
    {"jpeg", V4L2_PIX_FMT_JPEG, true, 0},
    {"yuyv", V4L2_PIX_FMT_YUYV, false, SC_RAW_YUYV},
    {"uyvy", V4L2_PIX_FMT_UYVY, false, SC_RAW_UYVY},
    {"nv12", V4L2_PIX_FMT_NV12, false, SC_RAW_NV12},
    {"yu12", V4L2_PIX_FMT_YUV420, false, SC_RAW_YU12},
    {"rgb24", V4L2_PIX_FMT_RGB24, false, SC_RAW_RGB24},
    {"grey", V4L2_PIX_FMT_GREY, false, SC_RAW_GREY},
    {0},
};

const struct sc_v4l2_form *sc_v4l2_forms(void)
{
    return forms;
}

const struct sc_v4l2_form *sc_v4l2_form_named(const char *name)
{
    for (const struct sc_v4l2_form *form = forms; form->name; form++)
        if (strcmp(form->name, name) == 0)
            return form;
    return NULL;
}

static bool has_format(int fd, uint32_t fourcc)
{
    struct v4l2_fmtdesc desc = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
    for (; sc_v4l2_ioctl(fd, VIDIOC_ENUM_FMT, &desc) == 0; desc.index++)
        if (desc.pixelformat == fourcc)
            return true;
    return false;
}

/* --- sizes --- */

struct size {
    uint32_t width_px, height_px;
};

static bool size_at(int fd, uint32_t fourcc, unsigned index, struct size *out_size)
{
    struct v4l2_frmsizeenum desc = {.index = index, .pixel_format = fourcc};
    if (sc_v4l2_ioctl(fd, VIDIOC_ENUM_FRAMESIZES, &desc) < 0)
        return false;
    if (desc.type == V4L2_FRMSIZE_TYPE_DISCRETE)
        *out_size = (struct size){desc.discrete.width, desc.discrete.height};
    else if (index == 0) /* any size up to a largest one */
        *out_size = (struct size){desc.stepwise.max_width, desc.stepwise.max_height};
    else
        return false;
    return true;
}

static bool is_good(struct size size)
{
    return size.width_px <= GOOD_WIDTH_PX && size.height_px <= GOOD_HEIGHT_PX;
}

static uint64_t area(struct size size)
{
    return (uint64_t)size.width_px * size.height_px;
}

static bool is_better(struct size size, struct size than)
{
    if (is_good(size) != is_good(than))
        return is_good(size);
    return is_good(size) ? area(size) > area(than) : area(size) < area(than);
}

/* Of cameras with any size up to a largest one the driver brings ours into its steps. */
static struct size good_size(int fd, uint32_t fourcc)
{
    struct v4l2_frmsizeenum first = {.pixel_format = fourcc};
    struct size best = {GOOD_WIDTH_PX, GOOD_HEIGHT_PX}, size;
    if (sc_v4l2_ioctl(fd, VIDIOC_ENUM_FRAMESIZES, &first) < 0 ||
        first.type != V4L2_FRMSIZE_TYPE_DISCRETE)
        return best;
    best = (struct size){first.discrete.width, first.discrete.height};
    for (unsigned i = 1; size_at(fd, fourcc, i, &size); i++)
        if (is_better(size, best))
            best = size;
    return best;
}

static void tell_sizes(int fd, uint32_t fourcc, FILE *out)
{
    struct size size;
    for (unsigned i = 0; i < SIZES_TOLD && size_at(fd, fourcc, i, &size); i++)
        (void)fprintf(out, "%s%ux%u", i ? " " : "", size.width_px, size.height_px);
}

void sc_v4l2_tell_formats(int fd, char *out_text, size_t text_bytes)
{
    FILE *out = fmemopen(out_text, text_bytes, "w");
    bool is_first = true;
    out_text[0] = '\0';
    if (!out)
        return;
    for (const struct sc_v4l2_form *form = forms; form->name; form++) {
        if (!has_format(fd, form->fourcc))
            continue;
        (void)fprintf(out, "%s%s (", is_first ? "" : ", ", form->name);
        tell_sizes(fd, form->fourcc, out);
        (void)fputs(")", out);
        is_first = false;
    }
    if (is_first)
        (void)fputs("nothing that we can read", out);
    (void)fclose(out);
    out_text[text_bytes - 1] = '\0';
}

/* --- the choice --- */

static int refuse(int fd, const char *path, const char *what, struct sc_err *err)
{
    char formats[300];
    sc_v4l2_tell_formats(fd, formats, sizeof formats);
    return sc_err_set(err, -EINVAL, "'%s': this camera does not do %s; it has: %s", path, what,
                      formats);
}

static const struct sc_v4l2_form *choose_form(int fd, const struct sc_v4l2_wish *wish)
{
    if (wish->form)
        return has_format(fd, wish->form->fourcc) ? wish->form : NULL;
    for (const struct sc_v4l2_form *form = forms; form->name; form++)
        if (has_format(fd, form->fourcc))
            return form;
    return NULL;
}

/* The nearest rate that the camera has; what it has is what it then says. */
static double set_rate(int fd, double fps)
{
    struct v4l2_streamparm parm = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
    if (sc_v4l2_ioctl(fd, VIDIOC_G_PARM, &parm) < 0)
        return 0;
    struct v4l2_fract *interval = &parm.parm.capture.timeperframe;
    if (fps > 0 && parm.parm.capture.capability & V4L2_CAP_TIMEPERFRAME) {
        *interval = (struct v4l2_fract){1000, (uint32_t)(fps * 1000 + 0.5)};
        (void)sc_v4l2_ioctl(fd, VIDIOC_S_PARM, &parm); /* else it stays as it was */
    }
    return interval->numerator ? (double)interval->denominator / interval->numerator : 0;
}

/* What a driver leaves open follows from its colour space; grey is full then, as sensors and vivid
 * have it, whatever the documents say. */
static bool is_limited(const struct v4l2_pix_format *pix, const struct sc_v4l2_form *form)
{
    bool is_full = form->raw == SC_RAW_RGB24 || form->raw == SC_RAW_GREY;
    enum v4l2_quantization said = pix->quantization;
    if (said == V4L2_QUANTIZATION_DEFAULT)
        said = V4L2_MAP_QUANTIZATION_DEFAULT(is_full, pix->colorspace, pix->ycbcr_enc);
    return !form->is_jpeg && said == V4L2_QUANTIZATION_LIM_RANGE;
}

int sc_v4l2_choose(int fd, const char *path, const struct sc_v4l2_wish *wish,
                   struct sc_v4l2_choice *out_choice, struct sc_err *err)
{
    char what[40];
    const struct sc_v4l2_form *form = choose_form(fd, wish);
    if (!form)
        return refuse(fd, path, wish->form ? wish->form->name : "any format of ours", err);
    struct size size = {wish->width_px, wish->height_px};
    if (size.width_px == 0)
        size = good_size(fd, form->fourcc);
    struct v4l2_format format = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE};
    format.fmt.pix.width = size.width_px;
    format.fmt.pix.height = size.height_px;
    format.fmt.pix.pixelformat = form->fourcc;
    format.fmt.pix.field = V4L2_FIELD_ANY;
    int rc = sc_v4l2_ioctl(fd, VIDIOC_S_FMT, &format);
    if (rc < 0)
        return sc_v4l2_err(err, rc, path, "sets no format");
    const struct v4l2_pix_format *pix = &format.fmt.pix;
    (void)snprintf(what, sizeof what, "%ux%u as %s", size.width_px, size.height_px, form->name);
    bool is_other_size =
        wish->width_px && (pix->width != size.width_px || pix->height != size.height_px);
    if (pix->pixelformat != form->fourcc || is_other_size)
        return refuse(fd, path, what, err);
    *out_choice = (struct sc_v4l2_choice){.form = form,
                                          .width_px = pix->width,
                                          .height_px = pix->height,
                                          .stride_bytes = pix->bytesperline,
                                          .is_limited = is_limited(pix, form)};
    out_choice->fps = set_rate(fd, wish->fps);
    return 0;
}
