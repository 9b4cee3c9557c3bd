/* SPDX-License-Identifier: MIT */
#include "source/v4l2/device.h"

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <linux/videodev2.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/own.h"
#include "source/v4l2/holders.h"

int sc_v4l2_ioctl(int fd, unsigned long request, void *argument)
{
    int rc;
    do
        rc = ioctl(fd, request, argument);
    while (rc < 0 && errno == EINTR);
    return rc < 0 ? -errno : 0;
}

/* --- what goes wrong --- */

static void list_cameras(char *out_text, size_t text_bytes)
{
    glob_t found;
    size_t at = 0;
    out_text[0] = '\0';
    if (glob("/dev/video*", 0, NULL, &found) != 0) {
        (void)snprintf(out_text, text_bytes, "none is plugged in");
        return;
    }
    for (size_t i = 0; i < found.gl_pathc && at < text_bytes; i++)
        at += (size_t)snprintf(out_text + at, text_bytes - at, "%s%s",
                               i ? ", " : "there are: ", found.gl_pathv[i]);
    globfree(&found);
}

static const char *group_of(const char *path)
{
    struct stat status;
    const struct group *group = stat(path, &status) == 0 ? getgrgid(status.st_gid) : NULL;
    return group ? group->gr_name : "video";
}

int sc_v4l2_err_busy(struct sc_err *err, const char *path, const char *holders)
{
    if (*holders)
        return sc_err_set(err, -EBUSY, "'%s': another program uses this camera: %s", path, holders);
    return sc_err_set(
        err, -EBUSY, "'%s': another program uses this camera; 'sudo stillcast devices' tells which",
        path);
}

int sc_v4l2_err(struct sc_err *err, int code, const char *path, const char *what)
{
    char cameras[200], holders[SC_V4L2_HOLDERS_BYTES];
    switch (code) {
    case -ENOENT:
        list_cameras(cameras, sizeof cameras);
        return sc_err_set(err, code, "'%s': there is no such camera; %s", path, cameras);
    case -EACCES:
    case -EPERM:
        return sc_err_set(err, code,
                          "'%s': permission denied; its group may use it: 'sudo usermod -aG %s "
                          "USER', then log in again",
                          path, group_of(path));
    case -EBUSY:
        sc_v4l2_tell_holders(path, getpid(), holders, sizeof holders);
        return sc_v4l2_err_busy(err, path, holders);
    case -ENODEV:
    case -ENXIO:
    case -EIO:
        return sc_err_set(err, code, "'%s': the camera is gone; is it plugged in?", path);
    case -ENOTTY:
        return sc_err_set(err, code, "'%s' is no camera", path);
    default:
        return sc_err_set(err, code, "'%s' %s: %s", path, what, strerror(-code));
    }
}

/* --- the beginning --- */

static int check_is_camera(int fd, const char *path, struct sc_err *err)
{
    struct v4l2_capability cap = {0};
    int rc = sc_v4l2_ioctl(fd, VIDIOC_QUERYCAP, &cap);
    if (rc < 0)
        return sc_v4l2_err(err, rc == -EINVAL ? -ENOTTY : rc, path, "does not tell what it is");
    uint32_t can = cap.capabilities & V4L2_CAP_DEVICE_CAPS ? cap.device_caps : cap.capabilities;
    if (!(can & V4L2_CAP_VIDEO_CAPTURE))
        return sc_err_set(err, -ENOTTY,
                          "'%s' (%s) gives no pictures: it is another part of the device, try the "
                          "number before or after it",
                          path, (const char *)cap.card);
    if (!(can & V4L2_CAP_STREAMING))
        return sc_err_set(err, -ENOTTY, "'%s' (%s) cannot stream by memory mapping", path,
                          (const char *)cap.card);
    return 0;
}

int sc_v4l2_open(const char *path, struct sc_err *err)
{
    int fd SC_AUTO(sc_own_close) = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return sc_v4l2_err(err, -errno, path, "cannot be opened");
    int rc = check_is_camera(fd, path, err);
    if (rc < 0)
        return rc;
    int opened = fd;
    fd = -1;
    return opened;
}

static int map_one(struct sc_v4l2_device *device, unsigned index)
{
    struct v4l2_buffer buffer = {
        .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP, .index = index};
    int rc = sc_v4l2_ioctl(device->fd, VIDIOC_QUERYBUF, &buffer);
    if (rc < 0)
        return rc;
    void *at = mmap(NULL, buffer.length, PROT_READ | PROT_WRITE, MAP_SHARED, device->fd,
                    (off_t)buffer.m.offset);
    if (at == MAP_FAILED)
        return -errno;
    device->maps[index].at = at;
    device->maps[index].bytes = buffer.length;
    device->n_maps = index + 1;
    return sc_v4l2_give(device, index);
}

static int turn_on(struct sc_v4l2_device *device)
{
    int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    struct v4l2_requestbuffers request = {
        .count = SC_V4L2_BUFFERS, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};
    int rc = sc_v4l2_ioctl(device->fd, VIDIOC_REQBUFS, &request);
    unsigned n = request.count < SC_V4L2_BUFFERS ? request.count : SC_V4L2_BUFFERS;
    if (rc == 0 && n < 2)
        return -ENOMEM;
    for (unsigned i = 0; rc == 0 && i < n; i++)
        rc = map_one(device, i);
    if (rc == 0)
        rc = sc_v4l2_ioctl(device->fd, VIDIOC_STREAMON, &type);
    device->is_on = rc == 0;
    return rc;
}

int sc_v4l2_start(struct sc_v4l2_device *device, const char *path, const struct sc_v4l2_wish *wish,
                  struct sc_err *err)
{
    *device = (struct sc_v4l2_device){.fd = sc_v4l2_open(path, err)};
    if (device->fd < 0)
        return device->fd;
    int rc = sc_v4l2_choose(device->fd, path, wish, &device->choice, err);
    if (rc == 0) {
        rc = turn_on(device);
        if (rc < 0)
            (void)sc_v4l2_err(err, rc, path, "does not start");
    }
    if (rc < 0)
        sc_v4l2_stop(device);
    return rc;
}

void sc_v4l2_stop(struct sc_v4l2_device *device)
{
    int type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
    if (device->is_on)
        (void)sc_v4l2_ioctl(device->fd, VIDIOC_STREAMOFF, &type); /* it may be gone */
    for (unsigned i = 0; i < device->n_maps; i++)
        (void)munmap(device->maps[i].at, device->maps[i].bytes);
    device->n_maps = 0;
    device->is_on = false;
    sc_own_close(&device->fd);
}

/* --- pictures --- */

static uint64_t captured_ns(const struct v4l2_buffer *buffer)
{
    if ((buffer->flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) != V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC)
        return 0;
    return (uint64_t)buffer->timestamp.tv_sec * SC_NS_PER_S +
           (uint64_t)buffer->timestamp.tv_usec * 1000;
}

int sc_v4l2_take(struct sc_v4l2_device *device, struct sc_v4l2_buffer *out_buffer)
{
    struct v4l2_buffer buffer = {.type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};
    int rc = sc_v4l2_ioctl(device->fd, VIDIOC_DQBUF, &buffer);
    if (rc < 0)
        return rc;
    if (buffer.index >= device->n_maps)
        return -EIO;
    size_t bytes = device->maps[buffer.index].bytes;
    *out_buffer = (struct sc_v4l2_buffer){
        .index = buffer.index,
        .data = device->maps[buffer.index].at,
        .len_bytes = buffer.bytesused < bytes ? buffer.bytesused : bytes,
        .captured_ns = captured_ns(&buffer),
        .is_damaged = buffer.flags & V4L2_BUF_FLAG_ERROR || buffer.bytesused == 0,
    };
    return 0;
}

int sc_v4l2_give(struct sc_v4l2_device *device, unsigned index)
{
    struct v4l2_buffer buffer = {
        .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP, .index = index};
    return sc_v4l2_ioctl(device->fd, VIDIOC_QBUF, &buffer);
}
