/* SPDX-License-Identifier: MIT */
#include "rig.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/own.h"
#include "picture/encode.h"
#include "source/command/command.h"
#include "source/spec.h"

#define FIRST_WIDTH_PX 16
#define STORE_BYTES    (4 * RIG_FRAME_MAX_BYTES)

int rig_setup(void **state)
{
    struct rig *rig = calloc(1, sizeof *rig);
    assert_non_null(rig);
    (void)snprintf(rig->folder, sizeof rig->folder, "/tmp/stillcast-test-XXXXXX");
    assert_non_null(mkdtemp(rig->folder));
    assert_int_equal(chdir(rig->folder), 0);
    assert_int_equal(sc_pool_create(STORE_BYTES, RIG_FRAME_MAX_BYTES, &rig->pool), 0);
    rig->ctx = (struct sc_source_ctx){.pool = rig->pool, .stats = &rig->stats, .is_watched = true};
    rig->ctx.wake_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    assert_true(rig->ctx.wake_fd >= 0);
    *state = rig;
    return 0;
}

static int remove_one(const char *path, const struct stat *status, int type, struct FTW *ftw)
{
    (void)status;
    (void)type;
    (void)ftw;
    return remove(path);
}

int rig_teardown(void **state)
{
    struct rig *rig = *state;
    rig_stop(rig);
    assert_int_equal(sc_pool_used_bytes(rig->pool), 0);
    sc_pool_unref(&rig->pool);
    sc_own_close(&rig->ctx.wake_fd);
    assert_int_equal(chdir("/"), 0);
    (void)nftw(rig->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
    free(rig);
    return 0;
}

int rig_make(struct rig *rig, const char *argument)
{
    char *args[] = {(char *)(uintptr_t)argument};
    rig_stop(rig);
    rig->err = (struct sc_err){0};
    int rc = sc_spec_parse(args, 1, &rig->specs, &rig->n_specs, &rig->err);
    if (rc < 0)
        return rc;
    rig->state = calloc(1, rig->specs->ops->state_size);
    assert_non_null(rig->state);
    assert_int_equal(sc_commands_create(&rig->commands), 0);
    rig->specs->commands = rig->commands;
    rc = rig->specs->ops->setup(rig->state, rig->specs, &rig->err);
    rig->is_set_up = rc == 0;
    if (rc == 0)
        rc = sc_commands_begin(rig->commands, &rig->err);
    return rc;
}

void rig_start(struct rig *rig, const char *argument)
{
    if (rig_make(rig, argument) < 0 || rig->specs->ops->open(rig->state, &rig->ctx, &rig->err) < 0)
        fail_msg("%s", rig->err.text);
    rig->is_open = true;
}

void rig_stop(struct rig *rig)
{
    if (rig->is_open)
        rig->specs->ops->close(rig->state);
    if (rig->is_set_up && rig->specs->ops->teardown)
        rig->specs->ops->teardown(rig->state);
    rig->is_open = rig->is_set_up = false;
    sc_own_free(&rig->state);
    sc_commands_destroy(&rig->commands);
    sc_spec_free(&rig->specs, rig->n_specs);
}

int rig_read(struct rig *rig, int patience_ms)
{
    struct itimerspec patience = {.it_value = {patience_ms / 1000, patience_ms % 1000 * 1000000L}};
    struct sc_draft *draft = NULL;
    const struct sc_frame *frame = NULL;
    struct sc_seal how = {.is_svg_allowed = true};
    assert_int_equal(timerfd_settime(rig->ctx.wake_fd, 0, &patience, NULL), 0);
    rig->err = (struct sc_err){0};
    int rc = rig->specs->ops->read(rig->state, &rig->ctx, &draft, &rig->err);
    if (rc < 0)
        return rc;
    assert_int_equal(sc_draft_seal(&draft, &how, &frame, NULL), 0);
    int n = (int)sc_frame_width_px(frame) - FIRST_WIDTH_PX;
    sc_frame_unref(&frame);
    return n;
}

uint8_t *rig_picture(int n, size_t *out_len_bytes)
{
    struct sc_encode_pixels pixels = {.width_px = (uint32_t)(FIRST_WIDTH_PX + n), .height_px = 16};
    size_t room = sc_encode_bound_bytes(pixels.width_px, pixels.height_px);
    pixels.stride_bytes = pixels.width_px * 4UL;
    void *black SC_AUTO(sc_own_free) = calloc(pixels.height_px, pixels.stride_bytes);
    uint8_t *jpeg = malloc(room);
    struct sc_encode *encode SC_AUTO(sc_encode_destroy) = NULL;
    pixels.data = black;
    assert_true(black && jpeg && sc_encode_create(&encode) == 0);
    assert_int_equal(sc_encode_jpeg(encode, &pixels, 80, jpeg, room, out_len_bytes), 0);
    return jpeg;
}

void rig_pour(int fd, const void *data, size_t len_bytes)
{
    assert_int_equal(write(fd, data, len_bytes), len_bytes);
}

void rig_write(const char *path, int n)
{
    size_t len_bytes;
    void *jpeg SC_AUTO(sc_own_free) = rig_picture(n, &len_bytes);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    assert_true(fd >= 0);
    rig_pour(fd, jpeg, len_bytes);
    assert_int_equal(close(fd), 0);
}

void rig_replace(const char *path, int n)
{
    char fresh[256];
    (void)snprintf(fresh, sizeof fresh, "%s.part", path);
    rig_write(fresh, n);
    assert_int_equal(rename(fresh, path), 0);
}
