/* SPDX-License-Identifier: MIT */
/* A library to preload, by which a program finds an MJPEG camera at /dev/video-standin that no
 * kernel knows of. The descriptor it gets is the reading end of a pipe (camera.h), so poll, select,
 * read flags, dup and close need no help; open, stat, access, ioctl and mmap get it here.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "camera.h"

#define DEVICE "/dev/video-standin"

/* The names are the linker's, as those of the C headers may stand for other ones. */
#define INSTEAD_OF(name) __asm__(name) __attribute__((visibility("default")))

int on_open(const char *path, int flags, ...) INSTEAD_OF("open");
int on_open64(const char *path, int flags, ...) INSTEAD_OF("open64");
int on_open_2(const char *path, int flags) INSTEAD_OF("__open_2");
int on_open64_2(const char *path, int flags) INSTEAD_OF("__open64_2");
int on_stat(const char *path, struct stat *out_stat) INSTEAD_OF("stat");
int on_stat64(const char *path, struct stat *out_stat) INSTEAD_OF("stat64");
int on_access(const char *path, int mode) INSTEAD_OF("access");
int on_ioctl(int fd, unsigned long request, ...) INSTEAD_OF("ioctl");
void *on_mmap(void *at, size_t len, int prot, int flags, int fd, off_t offset) INSTEAD_OF("mmap");
void *on_mmap64(void *at, size_t len, int prot, int flags, int fd, off_t offset)
    INSTEAD_OF("mmap64");

static bool is_device(const char *path)
{
    return path && strcmp(path, DEVICE) == 0;
}

/* Told by what it leads to, so that copies of a descriptor count too. */
static bool is_device_fd(int fd)
{
    struct stat ours, asked;
    return fd >= 0 && fstat(fd, &asked) == 0 && S_ISFIFO(asked.st_mode) && camera_get() &&
           fstat(camera_get()->filled_fd, &ours) == 0 && ours.st_ino == asked.st_ino &&
           ours.st_dev == asked.st_dev;
}

static int answer_cap(void *data)
{
    struct v4l2_capability *cap = data;
    *cap = (struct v4l2_capability){
        .driver = "standin",
        .card = "No camera at all",
        .bus_info = "platform:standin",
        .version = 0x060100,
        .device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING,
    };
    cap->capabilities = cap->device_caps | V4L2_CAP_DEVICE_CAPS;
    return 0;
}

static int answer_input(void *data)
{
    struct v4l2_input *input = data;
    if (input->index > 0)
        return -EINVAL;
    *input = (struct v4l2_input){.name = "Camera", .type = V4L2_INPUT_TYPE_CAMERA};
    return 0;
}

static int answer_input_number(void *data)
{
    *(int *)data = 0;
    return 0;
}

static int choose_input(void *data)
{
    return *(int *)data == 0 ? 0 : -EINVAL;
}

static int answer_format_at(void *data)
{
    struct v4l2_fmtdesc *format = data;
    if (format->index > 0 || format->type != V4L2_BUF_TYPE_VIDEO_CAPTURE)
        return -EINVAL;
    format->flags = V4L2_FMT_FLAG_COMPRESSED;
    format->pixelformat = V4L2_PIX_FMT_MJPEG;
    memcpy(format->description, "Motion-JPEG", sizeof "Motion-JPEG");
    return 0;
}

static int answer_size_at(void *data)
{
    struct v4l2_frmsizeenum *size = data;
    if (size->index > 0 || size->pixel_format != V4L2_PIX_FMT_MJPEG)
        return -EINVAL;
    size->type = V4L2_FRMSIZE_TYPE_DISCRETE;
    size->discrete.width = camera_get()->width_px;
    size->discrete.height = camera_get()->height_px;
    return 0;
}

static int answer_interval_at(void *data)
{
    struct v4l2_frmivalenum *interval = data;
    if (interval->index > 0 || interval->pixel_format != V4L2_PIX_FMT_MJPEG)
        return -EINVAL;
    interval->type = V4L2_FRMIVAL_TYPE_DISCRETE;
    interval->discrete = (struct v4l2_fract){1, camera_get()->fps};
    return 0;
}

/* There is one format: whatever is asked for, this comes. */
static int answer_format(void *data)
{
    struct v4l2_format *format = data;
    if (format->type != V4L2_BUF_TYPE_VIDEO_CAPTURE)
        return -EINVAL;
    format->fmt.pix = (struct v4l2_pix_format){
        .width = camera_get()->width_px,
        .height = camera_get()->height_px,
        .pixelformat = V4L2_PIX_FMT_MJPEG,
        .field = V4L2_FIELD_NONE,
        .sizeimage = (unsigned)camera_get()->buffer_bytes,
        .colorspace = V4L2_COLORSPACE_JPEG,
    };
    return 0;
}

static int answer_rate(void *data)
{
    struct v4l2_streamparm *parm = data;
    if (parm->type != V4L2_BUF_TYPE_VIDEO_CAPTURE)
        return -EINVAL;
    parm->parm.capture = (struct v4l2_captureparm){
        .capability = V4L2_CAP_TIMEPERFRAME,
        .timeperframe = {1, camera_get()->fps},
    };
    return 0;
}

static int give_buffers(void *data)
{
    struct v4l2_requestbuffers *request = data;
    if (request->type != V4L2_BUF_TYPE_VIDEO_CAPTURE || request->memory != V4L2_MEMORY_MMAP)
        return -EINVAL;
    if (request->count > CAMERA_MAX_BUFFERS)
        request->count = CAMERA_MAX_BUFFERS;
    request->capabilities = V4L2_BUF_CAP_SUPPORTS_MMAP;
    return 0;
}

static void describe_buffer(struct v4l2_buffer *buffer, unsigned flags)
{
    const struct camera *camera = camera_get();
    const struct camera_buffer *filled = &camera->buffers[buffer->index];
    buffer->length = (unsigned)camera->buffer_bytes;
    buffer->bytesused = (unsigned)camera->picture_bytes;
    buffer->m.offset = (unsigned)(buffer->index * camera->buffer_bytes);
    buffer->flags = flags | V4L2_BUF_FLAG_MAPPED | V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
    buffer->field = V4L2_FIELD_NONE;
    buffer->sequence = (unsigned)filled->number;
    buffer->timestamp.tv_sec = (time_t)(filled->captured_ns / 1000000000);
    buffer->timestamp.tv_usec = (suseconds_t)(filled->captured_ns / 1000 % 1000000);
}

static int answer_buffer(void *data)
{
    struct v4l2_buffer *buffer = data;
    if (buffer->type != V4L2_BUF_TYPE_VIDEO_CAPTURE || buffer->index >= CAMERA_MAX_BUFFERS)
        return -EINVAL;
    describe_buffer(buffer, 0);
    return 0;
}

static int queue_buffer(void *data)
{
    struct v4l2_buffer *buffer = data;
    if (answer_buffer(buffer) < 0 || buffer->memory != V4L2_MEMORY_MMAP)
        return -EINVAL;
    buffer->flags |= V4L2_BUF_FLAG_QUEUED;
    return camera_queue(buffer->index);
}

static int take_buffer(void *data)
{
    struct v4l2_buffer *buffer = data;
    unsigned char index;
    ssize_t n = read(camera_get()->filled_fd, &index, 1);
    if (n != 1)
        return n < 0 ? -errno : -EIO;
    buffer->index = index;
    describe_buffer(buffer, V4L2_BUF_FLAG_DONE);
    return 0;
}

static int start(void *data)
{
    (void)data;
    camera_start();
    return 0;
}

static int stop(void *data)
{
    (void)data;
    camera_stop();
    return 0;
}

static const struct {
    unsigned long request;
    int (*answer)(void *data);
} answers[] = {
    {VIDIOC_QUERYCAP, answer_cap},
    {VIDIOC_ENUMINPUT, answer_input},
    {VIDIOC_G_INPUT, answer_input_number},
    {VIDIOC_S_INPUT, choose_input},
    {VIDIOC_ENUM_FMT, answer_format_at},
    {VIDIOC_ENUM_FRAMESIZES, answer_size_at},
    {VIDIOC_ENUM_FRAMEINTERVALS, answer_interval_at},
    {VIDIOC_G_FMT, answer_format},
    {VIDIOC_S_FMT, answer_format},
    {VIDIOC_TRY_FMT, answer_format},
    {VIDIOC_G_PARM, answer_rate},
    {VIDIOC_S_PARM, answer_rate},
    {VIDIOC_REQBUFS, give_buffers},
    {VIDIOC_QUERYBUF, answer_buffer},
    {VIDIOC_QBUF, queue_buffer},
    {VIDIOC_DQBUF, take_buffer},
    {VIDIOC_STREAMON, start},
    {VIDIOC_STREAMOFF, stop},
};

static int answer_ioctl(unsigned request, void *data)
{
    for (size_t i = 0; i < sizeof answers / sizeof answers[0]; i++)
        if ((unsigned)answers[i].request == request)
            return answers[i].answer(data);
    return -ENOTTY;
}

int on_ioctl(int fd, unsigned long request, ...)
{
    static int (*real)(int, unsigned long, ...);
    va_list args;
    va_start(args, request);
    void *data = va_arg(args, void *);
    va_end(args);
    if (is_device_fd(fd)) {
        int rc = answer_ioctl((unsigned)request, data);
        errno = rc < 0 ? -rc : errno;
        return rc < 0 ? -1 : 0;
    }
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "ioctl");
    return real(fd, request, data);
}

void *on_mmap64(void *at, size_t len, int prot, int flags, int fd, off_t offset)
{
    static void *(*real)(void *, size_t, int, int, int, off_t);
    if (!real)
        *(void **)&real = dlsym(RTLD_NEXT, "mmap64");
    return real(at, len, prot, flags, is_device_fd(fd) ? camera_get()->memory_fd : fd, offset);
}

void *on_mmap(void *at, size_t len, int prot, int flags, int fd, off_t offset)
{
    return on_mmap64(at, len, prot, flags, fd, offset);
}

static int open_device(int flags)
{
    const struct camera *camera = camera_get();
    if (!camera) {
        errno = ENODEV;
        return -1;
    }
    int command = flags & O_CLOEXEC ? F_DUPFD_CLOEXEC : F_DUPFD;
    int fd = fcntl(camera->filled_fd, command, 0);
    if (fd >= 0)
        (void)fcntl(fd, F_SETFL, flags & O_NONBLOCK);
    return fd;
}

int on_open64(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(args, mode_t) : 0;
    va_end(args);
    return is_device(path) ? open_device(flags) : openat(AT_FDCWD, path, flags, mode);
}

int on_open(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(args, mode_t) : 0;
    va_end(args);
    return on_open64(path, flags, mode);
}

int on_open_2(const char *path, int flags)
{
    return on_open64(path, flags);
}

int on_open64_2(const char *path, int flags)
{
    return on_open64(path, flags);
}

/* Some look first whether it is a character device. */
int on_stat64(const char *path, struct stat *out_stat)
{
    return fstatat(AT_FDCWD, is_device(path) ? "/dev/null" : path, out_stat, 0);
}

int on_stat(const char *path, struct stat *out_stat)
{
    return on_stat64(path, out_stat);
}

int on_access(const char *path, int mode)
{
    return faccessat(AT_FDCWD, is_device(path) ? "/dev/null" : path, mode, 0);
}
