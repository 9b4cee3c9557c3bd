/* SPDX-License-Identifier: MIT */
#include "camera.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include "../picture.h"

#define SECOND_NS 1000000000ull

static struct camera camera;
static int empty_fds[2], filled_fds[2];
static char *memory;
static bool is_ready;

/* Guards is_on, and the way of a buffer from one pipe to the other. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static bool is_on;

static void fill_one(uint64_t number, uint64_t captured_ns)
{
    unsigned char index;
    if (!is_on || read(empty_fds[0], &index, 1) != 1)
        return;
    bench_picture_stamp(memory + index * camera.buffer_bytes, number);
    camera.buffers[index] = (struct camera_buffer){number, captured_ns};
    if (write(filled_fds[1], &index, 1) != 1)
        abort();
}

static uint64_t now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * SECOND_NS + (uint64_t)now.tv_nsec;
}

static void *run(void *timer)
{
    uint64_t number = 0;
    for (uint64_t n_ticks; read(*(int *)timer, &n_ticks, sizeof n_ticks) == sizeof n_ticks;) {
        number += n_ticks;
        (void)pthread_mutex_lock(&lock);
        fill_one(number, now_ns());
        (void)pthread_mutex_unlock(&lock);
    }
    return NULL;
}

static int start_thread(void)
{
    static int timer_fd;
    timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
    struct timespec each = {(time_t)(1 / camera.fps), (long)(SECOND_NS / camera.fps % SECOND_NS)};
    struct itimerspec spec = {each, each};
    if (timer_fd < 0 || timerfd_settime(timer_fd, 0, &spec, NULL) < 0)
        return -errno;
    pthread_t thread;
    return -pthread_create(&thread, NULL, run, &timer_fd);
}

/* Returns: the number; 0 when there is none, which is one too few of anything here. */
static unsigned setting(const char *name)
{
    const char *value = getenv(name);
    return value ? (unsigned)strtoul(value, NULL, 10) : 0;
}

static int read_settings(struct bench_picture *out_picture)
{
    const char *path = getenv("V4L2_STANDIN_PICTURE");
    camera.width_px = setting("V4L2_STANDIN_WIDTH");
    camera.height_px = setting("V4L2_STANDIN_HEIGHT");
    camera.fps = setting("V4L2_STANDIN_FPS");
    if (!path || !camera.width_px || !camera.height_px || !camera.fps)
        return -EINVAL;
    return bench_picture_load(path, out_picture);
}

/* A camera writes its pictures without help of the processor: here they are laid out once. */
static int lay_out(const struct bench_picture *picture)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    camera.picture_bytes = picture->len_bytes;
    camera.buffer_bytes = (picture->len_bytes + page - 1) / page * page;
    size_t total = camera.buffer_bytes * CAMERA_MAX_BUFFERS;
    camera.memory_fd = memfd_create("camera", MFD_CLOEXEC);
    if (camera.memory_fd < 0 || ftruncate(camera.memory_fd, (off_t)total) < 0)
        return -errno;
    memory = mmap(NULL, total, PROT_READ | PROT_WRITE, MAP_SHARED, camera.memory_fd, 0);
    if (memory == MAP_FAILED)
        return -errno;
    for (unsigned i = 0; i < CAMERA_MAX_BUFFERS; i++)
        memcpy(memory + i * camera.buffer_bytes, picture->data, picture->len_bytes);
    return 0;
}

static void set_up(void)
{
    struct bench_picture picture = {0};
    int rc = read_settings(&picture);
    if (rc == 0)
        rc = lay_out(&picture);
    free(picture.data);
    if (rc == 0 &&
        (pipe2(empty_fds, O_CLOEXEC | O_NONBLOCK) < 0 || pipe2(filled_fds, O_CLOEXEC) < 0))
        rc = -errno;
    if (rc == 0)
        rc = start_thread();
    if (rc < 0)
        fprintf(stderr, "v4l2 stand-in: %s\n", strerror(-rc));
    camera.filled_fd = filled_fds[0];
    is_ready = rc == 0;
}

struct camera *camera_get(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, set_up);
    return is_ready ? &camera : NULL;
}

int camera_queue(unsigned index)
{
    unsigned char byte = (unsigned char)index;
    return write(empty_fds[1], &byte, 1) == 1 ? 0 : -errno;
}

void camera_start(void)
{
    (void)pthread_mutex_lock(&lock);
    is_on = true;
    (void)pthread_mutex_unlock(&lock);
}

static void drain(int fd)
{
    char bytes[CAMERA_MAX_BUFFERS];
    int flags = fcntl(fd, F_GETFL);
    (void)fcntl(fd, F_SETFL, flags | O_NONBLOCK);
    while (read(fd, bytes, sizeof bytes) > 0)
        continue;
    (void)fcntl(fd, F_SETFL, flags);
}

void camera_stop(void)
{
    (void)pthread_mutex_lock(&lock);
    is_on = false;
    drain(empty_fds[0]);
    drain(filled_fds[0]);
    (void)pthread_mutex_unlock(&lock);
}
