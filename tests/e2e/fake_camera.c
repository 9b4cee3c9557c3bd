/* SPDX-License-Identifier: MIT */
/* A library to preload: a camera that no kernel knows of. It is at $FAKE_CAMERA while that file is
 * there; $FAKE_CAMERA.busy, .forbidden, .damaged (every second picture), .silent and .stuck (sets
 * no control) are switches, files that are there or not. It delivers 25 pictures a second, left
 * half red, right half blue, in any of the formats named in $FAKE_CAMERA_FORMATS ("MJPG YUYV");
 * JPEGs are $FAKE_CAMERA_JPEG. The descriptor is a timer, so poll needs no help. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define INSTEAD_OF(name) __asm__(name) __attribute__((visibility("default")))
#define N_BUFFERS        4
#define BUFFER_BYTES     (1 << 20)
#define FDS_MAX          4096

int on_open(const char *path, int flags, ...) INSTEAD_OF("open");
int on_open64(const char *path, int flags, ...) INSTEAD_OF("open64");
int on_ioctl(int fd, unsigned long request, ...) INSTEAD_OF("ioctl");
int on_close(int fd) INSTEAD_OF("close");
void *on_mmap(void *at, size_t len, int prot, int flags, int fd, off_t offset) INSTEAD_OF("mmap");
void *on_mmap64(void *at, size_t len, int prot, int flags, int fd, off_t offset)
    INSTEAD_OF("mmap64");

static const char *path_, *formats;
static bool is_camera[FDS_MAX];
static int memory_fd = -1;
static uint8_t *memory;
static uint8_t jpeg[BUFFER_BYTES];
static size_t jpeg_bytes;
static struct v4l2_pix_format now;
static unsigned n_taken, n_queued, next_index;
static const struct {
    unsigned width, height;
} sizes[] = {{64, 48}, {128, 96}};

static bool has_switch(const char *name)
{
    char file[4096];
    (void)snprintf(file, sizeof file, "%s%s", path_, name);
    return access(file, F_OK) == 0;
}

__attribute__((constructor)) static void set_up(void)
{
    const char *picture = getenv("FAKE_CAMERA_JPEG");
    path_ = getenv("FAKE_CAMERA");
    formats = getenv("FAKE_CAMERA_FORMATS");
    FILE *in = picture ? fopen(picture, "rb") : NULL;
    if (in) {
        jpeg_bytes = fread(jpeg, 1, sizeof jpeg, in);
        (void)fclose(in);
    }
    memory_fd = memfd_create("camera", MFD_CLOEXEC);
    if (memory_fd < 0 || ftruncate(memory_fd, N_BUFFERS * BUFFER_BYTES) < 0)
        abort();
    void *at =
        on_mmap(NULL, N_BUFFERS * BUFFER_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, memory_fd, 0);
    memory = at == MAP_FAILED ? NULL : at;
}

/* --- pixels: BT.601, as libjpeg takes them --- */

static const uint8_t yuv_red[3] = {76, 85, 255}, yuv_blue[3] = {29, 255, 107};

static const uint8_t *yuv_at(unsigned x)
{
    return x < now.width / 2 ? yuv_red : yuv_blue;
}

static void draw_packed(uint8_t *out, unsigned y_at, unsigned u_at)
{
    for (unsigned row = 0; row < now.height; row++)
        for (unsigned x = 0; x < now.width; x += 2) {
            uint8_t *four = out + row * now.bytesperline + 2 * x;
            four[y_at] = four[y_at + 2] = yuv_at(x)[0];
            four[u_at] = yuv_at(x)[1];
            four[u_at + 2] = yuv_at(x)[2];
        }
}

static void draw_luma(uint8_t *out)
{
    for (unsigned row = 0; row < now.height; row++)
        for (unsigned x = 0; x < now.width; x++)
            out[row * now.bytesperline + x] = yuv_at(x)[0];
}

static void draw_nv12(uint8_t *out)
{
    draw_luma(out);
    uint8_t *uv = out + now.height * now.bytesperline;
    for (unsigned row = 0; row < now.height / 2; row++)
        for (unsigned x = 0; x < now.width; x++)
            uv[row * now.bytesperline + x] = yuv_at(x)[1 + x % 2];
}

static void draw_yu12(uint8_t *out)
{
    draw_luma(out);
    uint8_t *plane = out + now.height * now.bytesperline;
    for (int p = 1; p <= 2; p++, plane += now.height / 2 * (now.bytesperline / 2))
        for (unsigned row = 0; row < now.height / 2; row++)
            for (unsigned x = 0; x < now.width / 2; x++)
                plane[row * (now.bytesperline / 2) + x] = yuv_at(2 * x)[p];
}

static void draw_rgb(uint8_t *out)
{
    for (unsigned row = 0; row < now.height; row++)
        for (unsigned x = 0; x < now.width; x++) {
            uint8_t *three = out + row * now.bytesperline + 3 * x;
            memset(three, 0, 3);
            three[x < now.width / 2 ? 0 : 2] = 255;
        }
}

/* Returns: bytes. */
static uint32_t draw(uint8_t *out)
{
    switch (now.pixelformat) {
    case V4L2_PIX_FMT_YUYV:
        draw_packed(out, 0, 1);
        break;
    case V4L2_PIX_FMT_UYVY:
        draw_packed(out, 1, 0);
        break;
    case V4L2_PIX_FMT_NV12:
        draw_nv12(out);
        break;
    case V4L2_PIX_FMT_YUV420:
        draw_yu12(out);
        break;
    case V4L2_PIX_FMT_RGB24:
        draw_rgb(out);
        break;
    case V4L2_PIX_FMT_GREY:
        draw_luma(out);
        break;
    default:
        memcpy(out, jpeg, jpeg_bytes);
        return (uint32_t)jpeg_bytes;
    }
    return now.sizeimage;
}

/* --- controls --- */

static struct {
    uint32_t id, type, flags;
    const char *name;
    int32_t least, most, step, fallback, value;
} controls[] = {
    {V4L2_CID_BRIGHTNESS, V4L2_CTRL_TYPE_INTEGER, 0, "Brightness", -64, 64, 2, 0, 0},
    {V4L2_CID_AUTO_WHITE_BALANCE, V4L2_CTRL_TYPE_BOOLEAN, 0, "White Balance, Automatic", 0, 1, 1, 1,
     1},
    {V4L2_CID_POWER_LINE_FREQUENCY, V4L2_CTRL_TYPE_MENU, 0, "Power Line Frequency", 0, 2, 1, 1, 1},
    {V4L2_CID_WHITE_BALANCE_TEMPERATURE, V4L2_CTRL_TYPE_INTEGER, V4L2_CTRL_FLAG_INACTIVE,
     "White Balance Temperature", 2800, 6500, 1, 4600, 4600},
    {V4L2_CID_AUTOBRIGHTNESS, V4L2_CTRL_TYPE_BUTTON, V4L2_CTRL_FLAG_WRITE_ONLY, "Reset", 0, 0, 0, 0,
     0},
    {V4L2_CID_FOCUS_ABSOLUTE, V4L2_CTRL_TYPE_INTEGER, V4L2_CTRL_FLAG_READ_ONLY, "Focus, Absolute",
     0, 9, 1, 0, 7},
};
#define N_CONTROLS (sizeof controls / sizeof controls[0])

static int control_behind(struct v4l2_queryctrl *query)
{
    uint32_t after = query->id & ~V4L2_CTRL_FLAG_NEXT_CTRL;
    size_t next = N_CONTROLS;
    for (size_t i = 0; i < N_CONTROLS; i++)
        if (controls[i].id > after && (next == N_CONTROLS || controls[i].id < controls[next].id))
            next = i;
    if (next == N_CONTROLS)
        return -EINVAL;
    *query = (struct v4l2_queryctrl){
        .id = controls[next].id,
        .type = controls[next].type,
        .minimum = controls[next].least,
        .maximum = controls[next].most,
        .step = controls[next].step,
        .default_value = controls[next].fallback,
        .flags = controls[next].flags,
    };
    (void)snprintf((char *)query->name, sizeof query->name, "%s", controls[next].name);
    return 0;
}

static int menu_item(struct v4l2_querymenu *menu)
{
    static const char *const names[] = {"Disabled", "50 Hz", "60 Hz"};
    if (menu->index > 2)
        return -EINVAL;
    (void)snprintf((char *)menu->name, sizeof menu->name, "%s", names[menu->index]);
    return 0;
}

static int get_or_set(struct v4l2_control *wanted, bool is_set)
{
    for (size_t i = 0; i < N_CONTROLS; i++) {
        if (controls[i].id != wanted->id)
            continue;
        if (is_set && has_switch(".stuck"))
            return -EIO;
        if (is_set)
            controls[i].value = wanted->value;
        wanted->value = controls[i].value;
        return 0;
    }
    return -EINVAL;
}

/* It forgets everything without power. */
static void reset_controls(void)
{
    for (size_t i = 0; i < N_CONTROLS; i++)
        controls[i].value = controls[i].id == V4L2_CID_FOCUS_ABSOLUTE ? 7 : controls[i].fallback;
}

/* --- what is asked --- */

static bool has_format(uint32_t fourcc)
{
    char name[5] = {(char)fourcc, (char)(fourcc >> 8), (char)(fourcc >> 16), (char)(fourcc >> 24)};
    return strstr(formats, name) != NULL;
}

static int format_at(struct v4l2_fmtdesc *desc)
{
    if (5 * desc->index >= strlen(formats))
        return -EINVAL;
    const char *name = formats + 5 * desc->index;
    desc->pixelformat = v4l2_fourcc(name[0], name[1], name[2], name[3]);
    return 0;
}

static int size_at(struct v4l2_frmsizeenum *desc)
{
    if (desc->index >= sizeof sizes / sizeof sizes[0])
        return -EINVAL;
    desc->type = V4L2_FRMSIZE_TYPE_DISCRETE;
    desc->discrete.width = sizes[desc->index].width;
    desc->discrete.height = sizes[desc->index].height;
    return 0;
}

static int rate_at(struct v4l2_frmivalenum *rate)
{
    static const struct v4l2_fract rates[] = {{1, 25}, {2, 25}};
    if (rate->index >= sizeof rates / sizeof rates[0])
        return -EINVAL;
    rate->type = V4L2_FRMIVAL_TYPE_DISCRETE;
    rate->discrete = rates[rate->index];
    return 0;
}

/* Rows are longer than they must be, as those of real cameras sometimes are. */
static int set_format(struct v4l2_format *format)
{
    struct v4l2_pix_format *pix = &format->fmt.pix;
    unsigned which = pix->width > 64;
    bool is_planar =
        pix->pixelformat == V4L2_PIX_FMT_NV12 || pix->pixelformat == V4L2_PIX_FMT_YUV420;
    unsigned per_px = pix->pixelformat == V4L2_PIX_FMT_RGB24               ? 3
                      : is_planar || pix->pixelformat == V4L2_PIX_FMT_GREY ? 1
                                                                           : 2;
    if (!has_format(pix->pixelformat))
        pix->pixelformat = V4L2_PIX_FMT_MJPEG;
    pix->width = sizes[which].width;
    pix->height = sizes[which].height;
    pix->bytesperline = pix->width * per_px + 32;
    pix->quantization = V4L2_QUANTIZATION_FULL_RANGE;
    pix->sizeimage = pix->bytesperline * pix->height * (is_planar ? 3 : 2) / 2;
    now = *pix;
    return 0;
}

static int take(int fd, struct v4l2_buffer *buffer)
{
    uint64_t n_ticks;
    struct timespec time;
    if (!has_switch(""))
        return -ENODEV;
    if (read(fd, &n_ticks, sizeof n_ticks) < 0)
        return -errno;
    if (has_switch(".silent") || n_queued == 0)
        return -EAGAIN;
    (void)clock_gettime(CLOCK_MONOTONIC, &time);
    n_queued--;
    buffer->index = next_index++ % N_BUFFERS;
    buffer->bytesused = draw(memory + buffer->index * BUFFER_BYTES);
    buffer->flags = V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC;
    buffer->timestamp.tv_sec = time.tv_sec - 1; /* a slow camera */
    buffer->timestamp.tv_usec = time.tv_nsec / 1000;
    if (has_switch(".damaged") && n_taken++ % 2)
        buffer->flags |= V4L2_BUF_FLAG_ERROR;
    return 0;
}

static int answer(int fd, unsigned long request, void *data)
{
    switch (request) {
    case VIDIOC_QUERYCAP: {
        struct v4l2_capability *cap = data;
        cap->capabilities = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
        (void)snprintf((char *)cap->card, sizeof cap->card, "A camera of paper");
        (void)snprintf((char *)cap->driver, sizeof cap->driver, "paper");
        return 0;
    }
    case VIDIOC_ENUM_FMT:
        return format_at(data);
    case VIDIOC_ENUM_FRAMESIZES:
        return size_at(data);
    case VIDIOC_ENUM_FRAMEINTERVALS:
        return rate_at(data);
    case VIDIOC_S_FMT:
        return set_format(data);
    case VIDIOC_G_PARM:
        ((struct v4l2_streamparm *)data)->parm.capture.timeperframe = (struct v4l2_fract){1, 25};
        return 0;
    case VIDIOC_QUERYCTRL:
        return control_behind(data);
    case VIDIOC_QUERYMENU:
        return menu_item(data);
    case VIDIOC_G_CTRL:
        return get_or_set(data, false);
    case VIDIOC_S_CTRL:
        return get_or_set(data, true);
    case VIDIOC_REQBUFS:
        n_queued = next_index = 0;
        return 0;
    case VIDIOC_QUERYBUF:
        ((struct v4l2_buffer *)data)->length = BUFFER_BYTES;
        ((struct v4l2_buffer *)data)->m.offset = ((struct v4l2_buffer *)data)->index * BUFFER_BYTES;
        return 0;
    case VIDIOC_QBUF:
        n_queued++;
        return 0;
    case VIDIOC_DQBUF:
        return take(fd, data);
    case VIDIOC_STREAMON:
    case VIDIOC_STREAMOFF:
        return 0;
    default:
        return -ENOTTY;
    }
}

/* --- instead of the C library --- */

static int open_camera(void)
{
    static const struct itimerspec each = {{0, 40000000}, {0, 40000000}};
    errno = has_switch(".forbidden") ? EACCES : has_switch(".busy") ? EBUSY : ENOENT;
    if (errno != ENOENT || !has_switch(""))
        return -1;
    reset_controls();
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
    if (fd >= 0 && fd < FDS_MAX && timerfd_settime(fd, 0, &each, NULL) == 0)
        is_camera[fd] = true;
    return fd;
}

static int open_any(const char *name, const char *path, int flags, mode_t mode)
{
    int (*real)(const char *, int, ...);
    *(void **)&real = dlsym(RTLD_NEXT, name);
    if (path_ && path && strcmp(path, path_) == 0)
        return open_camera();
    return real(path, flags, mode);
}

int on_open(const char *path, int flags, ...)
{
    va_list more;
    va_start(more, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;
    va_end(more);
    return open_any("open", path, flags, mode);
}

int on_open64(const char *path, int flags, ...)
{
    va_list more;
    va_start(more, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;
    va_end(more);
    return open_any("open64", path, flags, mode);
}

int on_close(int fd)
{
    int (*real)(int);
    *(void **)&real = dlsym(RTLD_NEXT, "close");
    if (fd >= 0 && fd < FDS_MAX)
        is_camera[fd] = false;
    return real(fd);
}

int on_ioctl(int fd, unsigned long request, ...)
{
    int (*real)(int, unsigned long, ...);
    *(void **)&real = dlsym(RTLD_NEXT, "ioctl");
    va_list more;
    va_start(more, request);
    void *data = va_arg(more, void *);
    va_end(more);
    if (fd < 0 || fd >= FDS_MAX || !is_camera[fd])
        return real(fd, request, data);
    int rc = answer(fd, request, data);
    errno = rc < 0 ? -rc : errno;
    return rc < 0 ? -1 : 0;
}

void *on_mmap(void *at, size_t len, int prot, int flags, int fd, off_t offset)
{
    void *(*real)(void *, size_t, int, int, int, off_t);
    *(void **)&real = dlsym(RTLD_NEXT, "mmap");
    bool is_ours = fd >= 0 && fd < FDS_MAX && is_camera[fd];
    return real(at, len, prot, flags, is_ours ? memory_fd : fd, offset);
}

void *on_mmap64(void *at, size_t len, int prot, int flags, int fd, off_t offset)
{
    return on_mmap(at, len, prot, flags, fd, offset);
}
