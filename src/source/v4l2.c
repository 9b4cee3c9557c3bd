/* SPDX-License-Identifier: MIT */
/* A webcam or capture card. Of the pictures that wait in the camera's buffers only the newest is
 * shown. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/own.h"
#include "media/stream.h"
#include "picture/raw.h"
#include "source/command/command.h"
#include "source/source.h"
#include "source/spec.h"
#include "source/v4l2/controls.h"
#include "source/v4l2/device.h"
#include "source/v4l2/holders.h"

#define QUALITY   85
#define CONTROL   "control."
#define SILENT_NS (10 * SC_NS_PER_S)
#define LOOK_NS   (2 * SC_NS_PER_S) /* for who else uses it */
#define VAIN_MAX  8                 /* times that a camera says it has a picture, and has none */

static const char *const ranges[] = {"full", "limited", NULL};
enum { AS_THE_DRIVER_SAYS = -1, FULL, LIMITED };

struct camera {
    const char *path;
    struct sc_v4l2_wish wish;
    int range; /* of ranges; AS_THE_DRIVER_SAYS */
    int quality;
    struct sc_controls *controls;
    struct sc_command *look; /* tells who else uses the camera; NULL: nobody can */

    struct sc_v4l2_device device; /* while open */
    struct sc_raw *raw;
};

static bool v4l2_claims(const char *target)
{
    return strncmp(target, "/dev/video", 10) == 0 || strncmp(target, "/dev/v4l/", 9) == 0;
}

static void v4l2_suggest_name(const struct sc_source_spec *spec, char *out_name, size_t name_bytes)
{
    const char *slash = strrchr(spec->targets[0], '/');
    (void)snprintf(out_name, name_bytes, "%s", slash ? slash + 1 : spec->targets[0]);
}

static int read_format(struct camera *camera, const struct sc_source_spec *spec, struct sc_err *err)
{
    const char *name = sc_spec_get(spec, "format");
    camera->wish.form = name ? sc_v4l2_form_named(name) : NULL;
    if (name && !camera->wish.form)
        return sc_err_set(err, -EINVAL,
                          "'#format=%s': mjpeg, jpeg, yuyv, uyvy, nv12, yu12, rgb24 and grey are "
                          "what we can read",
                          name);
    return 0;
}

static int read_control(struct camera *camera, const struct sc_source_setting *setting,
                        struct sc_err *err)
{
    char *end = NULL;
    long value = strtol(setting->value, &end, 10);
    bool is_yes = strcmp(setting->value, "yes") == 0;
    if (is_yes || strcmp(setting->value, "no") == 0)
        value = is_yes;
    else if (end == setting->value || *end || value < INT32_MIN || value > INT32_MAX)
        return sc_err_set(err, -EINVAL, "'#%s=%s': a control takes a whole number, yes or no",
                          setting->name, setting->value);
    return sc_controls_preset(camera->controls, setting->name + strlen(CONTROL), value, err);
}

static int read_controls(struct camera *camera, const struct sc_source_spec *spec,
                         struct sc_err *err)
{
    int rc = sc_controls_create(&camera->controls);
    if (rc < 0)
        return sc_err_set(err, rc, "out of memory");
    for (size_t i = 0; rc == 0 && i < spec->n_settings; i++)
        if (strncmp(spec->settings[i].name, CONTROL, strlen(CONTROL)) == 0)
            rc = read_control(camera, &spec->settings[i], err);
    return rc;
}

static void v4l2_teardown(void *state)
{
    struct camera *camera = state;
    sc_controls_unref(&camera->controls);
}

static void v4l2_meet(void *state, struct sc_stream *stream)
{
    struct camera *camera = state;
    sc_stream_set_controls(stream, camera->controls);
}

static int add_look(struct camera *camera, const struct sc_source_spec *spec, struct sc_err *err)
{
    char question[PATH_MAX + 32];
    const struct sc_command_config config = {
        .text = question, .run = sc_v4l2_print_holders, .stream = spec->name ? spec->name : ""};
    if (!spec->commands)
        return 0;
    (void)snprintf(question, sizeof question, "%d %s", getpid(), camera->path);
    return sc_command_add(spec->commands, &config, &camera->look, err);
}

static int v4l2_setup(void *state, const struct sc_source_spec *spec, struct sc_err *err)
{
    struct camera *camera = state;
    double quality = QUALITY;
    *camera =
        (struct camera){.path = spec->targets[0], .range = AS_THE_DRIVER_SAYS, .device.fd = -1};
    int rc = read_format(camera, spec, err);
    if (rc == 0)
        rc = sc_spec_get_size(spec, "size", &camera->wish.width_px, &camera->wish.height_px, err);
    if (rc == 0)
        rc = sc_spec_get_number(spec, "fps", 0, 1000, &camera->wish.fps, err);
    if (rc == 0)
        rc = sc_spec_get_choice(spec, "range", ranges, &camera->range, err);
    if (rc == 0)
        rc = sc_spec_get_number(spec, "quality", 1, 100, &quality, err);
    camera->quality = (int)quality;
    if (rc == 0)
        rc = read_controls(camera, spec, err);
    if (rc == 0)
        rc = add_look(camera, spec, err);
    if (rc < 0)
        v4l2_teardown(camera);
    return rc;
}

static int set_controls(struct camera *camera, bool is_fresh, struct sc_err *err)
{
    struct sc_err reason = {0};
    int rc = sc_v4l2_set_controls(camera->device.fd, camera->controls, is_fresh, &reason);
    return rc < 0 ? sc_err_set(err, rc, "'%s': %s", camera->path, reason.text) : 0;
}

static void v4l2_close(void *state)
{
    struct camera *camera = state;
    sc_controls_show(camera->controls, NULL);
    sc_v4l2_stop(&camera->device);
    sc_raw_destroy(&camera->raw);
}

/* Who has it can be seen from outside of the sandbox only. */
static void look_for_holders(struct camera *camera, const struct sc_source_ctx *ctx, char *out_text)
{
    uint64_t until_ns = sc_clock_ns() + LOOK_NS;
    struct sc_err err;
    size_t n = 0;
    int rc = camera->look ? sc_command_start(camera->look, &err) : -ENOENT;
    bool is_running = rc == 0;
    while (rc == 0 && n < SC_V4L2_HOLDERS_BYTES - 1) {
        ssize_t got = sc_command_read(camera->look, out_text + n, SC_V4L2_HOLDERS_BYTES - 1 - n);
        n += got > 0 ? (size_t)got : 0;
        if (got == -EAGAIN)
            rc = sc_source_wait(ctx, sc_command_fd(camera->look), POLLIN, until_ns);
        else if (got < 0)
            rc = (int)got;
    }
    out_text[n] = '\0';
    if (is_running)
        sc_command_stop(camera->look);
}

static int v4l2_open(void *state, const struct sc_source_ctx *ctx, struct sc_err *err)
{
    struct camera *camera = state;
    int rc = sc_v4l2_start(&camera->device, camera->path, &camera->wish, err);
    char holders[SC_V4L2_HOLDERS_BYTES];
    if (rc == -EBUSY) {
        look_for_holders(camera, ctx, holders);
        if (*holders)
            rc = sc_v4l2_err_busy(err, camera->path, holders);
    }
    if (rc == 0 && !camera->device.choice.form->is_jpeg && sc_raw_create(&camera->raw) < 0)
        rc = sc_err_set(err, -ENOMEM, "out of memory");
    if (rc == 0)
        rc = set_controls(camera, true, err);
    if (rc < 0)
        v4l2_close(camera);
    return rc;
}

/* Returns: 0; -EAGAIN; a negative errno of the camera. */
static int take_newest(struct camera *camera, struct sc_v4l2_buffer *out_buffer)
{
    struct sc_v4l2_buffer newer;
    int rc = sc_v4l2_take(&camera->device, out_buffer);
    while (rc == 0) {
        int more = sc_v4l2_take(&camera->device, &newer);
        if (more == -EAGAIN)
            return 0;
        rc = more < 0 ? more : sc_v4l2_give(&camera->device, out_buffer->index);
        *out_buffer = newer;
    }
    return rc;
}

/* Returns: 0; -EBADMSG, -EMSGSIZE, -ENOMEM, -EINVAL. */
static int fill(struct camera *camera, const struct sc_v4l2_buffer *buffer, struct sc_pool *pool,
                struct sc_draft **out_draft)
{
    const struct sc_v4l2_choice *choice = &camera->device.choice;
    const uint8_t *jpeg = buffer->data;
    size_t bytes = buffer->len_bytes;
    int rc = buffer->is_damaged ? -EBADMSG : 0;
    if (rc == 0 && !choice->form->is_jpeg) {
        struct sc_raw_picture picture = {
            .form = choice->form->raw,
            .is_limited = camera->range == LIMITED ||
                          (camera->range == AS_THE_DRIVER_SAYS && choice->is_limited),
            .width_px = choice->width_px,
            .height_px = choice->height_px,
            .stride_bytes = choice->stride_bytes,
            .data = buffer->data,
            .len_bytes = buffer->len_bytes};
        rc = sc_raw_encode(camera->raw, &picture, camera->quality, &jpeg, &bytes);
    }
    SC_AUTO(sc_draft_destroy) struct sc_draft *draft = NULL;
    if (rc == 0)
        rc = sc_draft_create(pool, bytes, &draft);
    if (rc == 0)
        rc = sc_draft_append(draft, jpeg, bytes);
    if (rc == 0)
        *out_draft = sc_steal(draft);
    return rc;
}

static void note_captured(struct sc_draft *draft, uint64_t captured_ns)
{
    uint64_t now = sc_clock_ns();
    if (captured_ns && captured_ns <= now)
        sc_draft_set_captured(draft, sc_clock_unix_us() - (now - captured_ns) / 1000);
}

static int explain(const struct camera *camera, int rc, struct sc_err *err)
{
    if (rc == -EBADMSG)
        return sc_err_set(err, rc, "'%s': half a picture came", camera->path);
    if (rc == -EMSGSIZE)
        return sc_err_set(err, rc, "'%s': a picture is above the largest that is taken",
                          camera->path);
    if (rc == -ENOMEM)
        return sc_err_set(err, rc, "'%s': out of memory", camera->path);
    return sc_v4l2_err(err, rc, camera->path, "gives no pictures");
}

static int show(struct camera *camera, const struct sc_v4l2_buffer *buffer,
                const struct sc_source_ctx *ctx, struct sc_draft **out_draft, struct sc_err *err)
{
    int rc = fill(camera, buffer, ctx->pool, out_draft);
    int given = sc_v4l2_give(&camera->device, buffer->index);
    if (rc == 0)
        note_captured(*out_draft, buffer->captured_ns);
    if (rc == 0 && given < 0) {
        sc_draft_destroy(out_draft);
        rc = given;
    }
    return rc < 0 ? explain(camera, rc, err) : 0;
}

static int v4l2_read(void *state, const struct sc_source_ctx *ctx, struct sc_draft **out_draft,
                     struct sc_err *err)
{
    struct camera *camera = state;
    struct sc_v4l2_buffer buffer;
    uint64_t until_ns = sc_clock_ns() + SILENT_NS;
    int rc = sc_controls_are_due(camera->controls) ? set_controls(camera, false, err) : 0;
    if (rc < 0)
        return rc;
    for (int n_vain = 0; n_vain < VAIN_MAX; n_vain++) {
        rc = sc_source_wait(ctx, camera->device.fd, POLLIN, until_ns);
        if (rc == -ETIMEDOUT)
            return sc_err_set(err, rc, "'%s': no picture came for 10 s", camera->path);
        if (rc < 0)
            return rc;
        rc = take_newest(camera, &buffer);
        if (rc == 0)
            return show(camera, &buffer, ctx, out_draft, err);
        if (rc != -EAGAIN)
            return explain(camera, rc, err);
    }
    return explain(camera, -EIO, err);
}

static const struct sc_source_option v4l2_options[] = {
    {"size", "WxH", "of the pictures (default: the largest up to 1280x720 that the camera has)"},
    {"format", "NAME",
     "mjpeg, jpeg, yuyv, uyvy, nv12, yu12, rgb24 or grey (default: the first of these that the "
     "camera has; JPEGs are passed on as they are)"},
    {"range", "full|limited",
     "of the brightness in raw pictures (default: as the driver says): 'full' where pictures have "
     "too much contrast, 'limited' where black is grey"},
    {"control.NAME", "N",
     "sets what the camera lets one set, as in #control.brightness=120; yes or no for switches ('stillcast devices' lists them)"},
    {"quality", "N", "of JPEGs that are made of raw pictures, 1 to 100 (default 85)"},
    {0},
};

const struct sc_source_ops sc_source_v4l2 = {
    .name = "v4l2",
    .usage = "v4l2:PATH",
    .help = "a webcam or capture card, /dev/video0; \"v4l2:\" may be left out in front of "
            "/dev/video; it may be unplugged and plugged in again",
    .options = v4l2_options,
    .state_size = sizeof(struct camera),
    .is_on_demand = true,
    .claims = v4l2_claims,
    .suggest_name = v4l2_suggest_name,
    .setup = v4l2_setup,
    .meet = v4l2_meet,
    .open = v4l2_open,
    .read = v4l2_read,
    .close = v4l2_close,
    .teardown = v4l2_teardown,
};
