/* SPDX-License-Identifier: MIT */
#include "faults.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

#define FDS 4096

static const int sending[] = {EINTR,      EAGAIN,   ENOMEM,   ENOBUFS,      EIO, EPIPE,
                              ECONNRESET, EMSGSIZE, ENOTCONN, FAULTS_SHORT, 0};
static const int receiving[] = {EINTR, EAGAIN, ENOMEM, EIO, ECONNRESET, ETIMEDOUT, FAULTS_SHORT, 0};
static const int making[] = {EINTR, ENOMEM, EMFILE, ENFILE, ENOBUFS, 0};
static const int accepting[] = {EINTR, EAGAIN, EMFILE, EPROTO, EIO, ECONNABORTED, 0};
static const int setting[] = {ENOMEM, EINVAL, ENOPROTOOPT, ENOBUFS, 0};
static const int asking[] = {ENOTCONN, ENOBUFS, EINVAL, 0};
static const int watching[] = {ENOMEM, ENOSPC, 0};
static const int waiting[] = {EINTR, ENOMEM, 0};
static const int opening[] = {EINTR, ENOMEM, EMFILE, ENFILE, ENOSPC, EIO, EACCES, ENOENT, 0};
static const int reading[] = {EINTR, EAGAIN, ENOMEM, EIO, ESTALE, FAULTS_SHORT, 0};
static const int writing[] = {EINTR, EAGAIN, ENOSPC, EDQUOT, EIO, EPIPE, EFBIG, FAULTS_SHORT, 0};
static const int looking[] = {ENOMEM, EIO, EACCES, ENOENT, 0};
static const int keeping[] = {EIO, ENOSPC, EROFS, EINTR, 0};
static const int moving[] = {ENOSPC, EIO, EACCES, EROFS, EXDEV, 0};
static const int closing[] = {EINTR, EIO, ENOSPC, 0};
static const int out_of_memory[] = {ENOMEM, 0};

/* clang-format off */
#define CALLS(ROW) \
    ROW(malloc, out_of_memory) ROW(calloc, out_of_memory) ROW(realloc, out_of_memory) \
    ROW(reallocarray, out_of_memory) \
    ROW(recv, receiving) ROW(recvmsg, receiving) ROW(send, sending) ROW(sendmsg, sending) \
    ROW(sendfile64, sending) ROW(accept4, accepting) ROW(socket, making) ROW(bind, making) \
    ROW(listen, making) ROW(getsockname, asking) ROW(getpeername, asking) ROW(getsockopt, asking) \
    ROW(setsockopt, setting) ROW(shutdown, asking) ROW(epoll_create1, making) \
    ROW(epoll_ctl, watching) ROW(epoll_wait, waiting) ROW(eventfd, making) \
    ROW(memfd_create, making) ROW(read, reading) ROW(write, writing) ROW(open64, opening) \
    ROW(openat64, opening) ROW(close, closing) ROW(fstat64, looking) ROW(stat64, looking) \
    ROW(lstat64, looking) ROW(rename, moving) ROW(unlink, moving) ROW(fsync, keeping) \
    ROW(fdatasync, keeping) ROW(ftruncate64, keeping) ROW(fchmod, moving) ROW(poll, waiting) \
    ROW(ppoll, waiting) ROW(timerfd_create, making) ROW(timerfd_settime, setting) \
    ROW(inotify_init1, making) ROW(inotify_add_watch, watching) ROW(opendir, opening) \
    ROW(getrandom, waiting)
/* clang-format on */

enum {
#define ROW(name, errors) CALL_##name,
    CALLS(ROW)
#undef ROW
        N_CALLS
};

static const struct faults_call calls[] = {
#define ROW(name, errors) {#name, errors},
    CALLS(ROW)
#undef ROW
};

static atomic_int armed_call = -1, armed_error, n_left, n_failing;
static atomic_bool has_failed;
static atomic_ulong n_failed_calls, n_failed_allocations;
static _Thread_local bool is_exempt;

/* How each descriptor is watched. */
static struct {
    atomic_int epoll_fd; /* 0: not */
    atomic_uint events;
    _Atomic(void *) data;
    atomic_bool is_eventfd;
} fds[FDS];

const struct faults_call *faults_calls(size_t *out_n)
{
    *out_n = N_CALLS;
    return calls;
}

void faults_arm(size_t i, int error, int nth, int n_more)
{
    atomic_store(&has_failed, false);
    atomic_store(&armed_error, error);
    atomic_store(&n_left, nth);
    atomic_store(&n_failing, 1 + n_more);
    atomic_store(&armed_call, (int)i);
}

bool faults_disarm(void)
{
    atomic_store(&armed_call, -1);
    return atomic_load(&has_failed);
}

void faults_exempt(bool is_exempt_now)
{
    is_exempt = is_exempt_now;
}

unsigned long faults_n_calls(void)
{
    return atomic_load(&n_failed_calls);
}

unsigned long faults_n_allocations(void)
{
    return atomic_load(&n_failed_allocations);
}

static int count_down(atomic_int *n)
{
    int left = atomic_load(n);
    while (left > 0 && !atomic_compare_exchange_weak(n, &left, left - 1)) {
    }
    return left;
}

/* Returns: 0, the call goes on; else what it fails with, errno set. */
static int fault_of(int call)
{
    if (is_exempt || atomic_load(&armed_call) != call || count_down(&n_left) > 0 ||
        count_down(&n_failing) == 0)
        return 0;
    int error = atomic_load(&armed_error);
    atomic_store(&has_failed, true);
    (void)atomic_fetch_add(call <= CALL_reallocarray ? &n_failed_allocations : &n_failed_calls, 1);
    if (error > 0)
        errno = error;
    return error;
}

int __real_epoll_ctl(int epoll_fd, int op, int fd, struct epoll_event *event);

/* A socket that says "not now", or gives less than it was asked for, tells when there is more: an
 * edge. Here it does at once. */
static int fault_of_watched(int call, int fd)
{
    int error = fault_of(call);
    int before = errno;
    if ((error == EAGAIN || error == FAULTS_SHORT) && fd >= 0 && fd < FDS && fds[fd].epoll_fd) {
        struct epoll_event event = {.events = fds[fd].events, .data.ptr = fds[fd].data};
        (void)__real_epoll_ctl(fds[fd].epoll_fd, EPOLL_CTL_MOD, fd, &event);
    }
    errno = before;
    return error;
}

static size_t half(size_t bytes)
{
    return bytes > 1 ? bytes / 2 : bytes;
}

/* Declares the real function and the one that stands before it. */
#define WRAP(type, name, ...)                                                                      \
    type __real_##name(__VA_ARGS__);                                                               \
    type __wrap_##name(__VA_ARGS__);                                                               \
    type __wrap_##name(__VA_ARGS__)
/* For those that just fail, or do not. */
#define PLAIN(type, failure, name, args, ...)                                                      \
    WRAP(type, name, __VA_ARGS__)                                                                  \
    {                                                                                              \
        return fault_of(CALL_##name) ? (failure) : __real_##name args;                             \
    }

PLAIN(void *, NULL, malloc, (bytes), size_t bytes)
PLAIN(void *, NULL, calloc, (n, bytes), size_t n, size_t bytes)
PLAIN(void *, NULL, realloc, (old, bytes), void *old, size_t bytes)
PLAIN(void *, NULL, reallocarray, (old, n, bytes), void *old, size_t n, size_t bytes)
PLAIN(int, -1, accept4, (fd, address, len, flags), int fd, struct sockaddr *address, socklen_t *len,
      int flags)
PLAIN(int, -1, socket, (domain, type, protocol), int domain, int type, int protocol)
PLAIN(int, -1, bind, (fd, address, len), int fd, const struct sockaddr *address, socklen_t len)
PLAIN(int, -1, listen, (fd, backlog), int fd, int backlog)
PLAIN(int, -1, getsockname, (fd, address, len), int fd, struct sockaddr *address, socklen_t *len)
PLAIN(int, -1, getpeername, (fd, address, len), int fd, struct sockaddr *address, socklen_t *len)
PLAIN(int, -1, getsockopt, (fd, level, name, value, len), int fd, int level, int name, void *value,
      socklen_t *len)
PLAIN(int, -1, setsockopt, (fd, level, name, value, len), int fd, int level, int name,
      const void *value, socklen_t len)
PLAIN(int, -1, shutdown, (fd, how), int fd, int how)
PLAIN(int, -1, epoll_create1, (flags), int flags)
PLAIN(int, -1, epoll_wait, (fd, events, n, timeout), int fd, struct epoll_event *events, int n,
      int timeout)
PLAIN(int, -1, memfd_create, (name, flags), const char *name, unsigned flags)
PLAIN(int, -1, fstat64, (fd, status), int fd, struct stat *status)
PLAIN(int, -1, stat64, (path, status), const char *path, struct stat *status)
PLAIN(int, -1, lstat64, (path, status), const char *path, struct stat *status)
PLAIN(int, -1, rename, (from, to), const char *from, const char *to)
PLAIN(int, -1, unlink, (path), const char *path)
PLAIN(int, -1, fsync, (fd), int fd)
PLAIN(int, -1, fdatasync, (fd), int fd)
PLAIN(int, -1, ftruncate64, (fd, bytes), int fd, off_t bytes)
PLAIN(int, -1, fchmod, (fd, mode), int fd, mode_t mode)
PLAIN(int, -1, poll, (some, n, timeout), struct pollfd *some, nfds_t n, int timeout)
PLAIN(int, -1, ppoll, (some, n, timeout, mask), struct pollfd *some, nfds_t n,
      const struct timespec *timeout, const sigset_t *mask)
PLAIN(int, -1, timerfd_create, (clock, flags), int clock, int flags)
PLAIN(int, -1, timerfd_settime, (fd, flags, wanted, old), int fd, int flags,
      const struct itimerspec *wanted, struct itimerspec *old)
PLAIN(int, -1, inotify_init1, (flags), int flags)
PLAIN(int, -1, inotify_add_watch, (fd, path, mask), int fd, const char *path, uint32_t mask)
PLAIN(DIR *, NULL, opendir, (path), const char *path)
PLAIN(ssize_t, -1, getrandom, (data, bytes, flags), void *data, size_t bytes, unsigned flags)

WRAP(int, epoll_ctl, int epoll_fd, int op, int fd, struct epoll_event *event)
{
    if (op != EPOLL_CTL_DEL && fault_of(CALL_epoll_ctl))
        return -1;
    if (fd >= 0 && fd < FDS) {
        fds[fd].epoll_fd = op == EPOLL_CTL_DEL ? 0 : epoll_fd;
        fds[fd].events = event ? event->events : 0;
        fds[fd].data = event ? event->data.ptr : NULL;
    }
    return __real_epoll_ctl(epoll_fd, op, fd, event);
}

WRAP(int, eventfd, unsigned first, int flags)
{
    int fd = fault_of(CALL_eventfd) ? -1 : __real_eventfd(first, flags);
    if (fd >= 0 && fd < FDS)
        fds[fd].is_eventfd = true;
    return fd;
}

/* The kernel never refuses these two, but for what is always ready. */
static bool never_fails(int fd)
{
    return fd >= 0 && fd < FDS && fds[fd].is_eventfd;
}

WRAP(ssize_t, read, int fd, void *data, size_t bytes)
{
    int error = never_fails(fd) ? 0 : fault_of_watched(CALL_read, fd);
    return error > 0 ? -1 : __real_read(fd, data, error ? half(bytes) : bytes);
}

WRAP(ssize_t, write, int fd, const void *data, size_t bytes)
{
    int error = never_fails(fd) ? 0 : fault_of_watched(CALL_write, fd);
    return error > 0 ? -1 : __real_write(fd, data, error ? half(bytes) : bytes);
}

/* It is closed whatever it says. */
WRAP(int, close, int fd)
{
    int error = fault_of(CALL_close), before = errno;
    if (fd >= 0 && fd < FDS) {
        fds[fd].epoll_fd = 0;
        fds[fd].is_eventfd = false;
    }
    int rc = __real_close(fd);
    errno = error ? before : errno;
    return error ? -1 : rc;
}

WRAP(ssize_t, recv, int fd, void *data, size_t bytes, int flags)
{
    int error = fault_of_watched(CALL_recv, fd);
    return error > 0 ? -1 : __real_recv(fd, data, error ? half(bytes) : bytes, flags);
}

ssize_t __wrap___recv_chk(int fd, void *data, size_t bytes, size_t room_bytes, int flags);
ssize_t __wrap___recv_chk(int fd, void *data, size_t bytes, size_t room_bytes, int flags)
{
    (void)room_bytes;
    return __wrap_recv(fd, data, bytes, flags);
}

WRAP(ssize_t, recvmsg, int fd, struct msghdr *message, int flags)
{
    int error = fault_of_watched(CALL_recvmsg, fd);
    if (error == FAULTS_SHORT && message->msg_iovlen > 0) {
        message->msg_iovlen = 1;
        message->msg_iov->iov_len = half(message->msg_iov->iov_len);
    }
    return error > 0 ? -1 : __real_recvmsg(fd, message, flags);
}

WRAP(ssize_t, send, int fd, const void *data, size_t bytes, int flags)
{
    int error = fault_of_watched(CALL_send, fd);
    return error > 0 ? -1 : __real_send(fd, data, error ? half(bytes) : bytes, flags);
}

WRAP(ssize_t, sendmsg, int fd, const struct msghdr *message, int flags)
{
    int error = fault_of_watched(CALL_sendmsg, fd);
    struct msghdr less = *message;
    struct iovec part;
    if (error == FAULTS_SHORT && message->msg_iovlen > 0) {
        part = message->msg_iov[0];
        part.iov_len = half(part.iov_len);
        less.msg_iov = &part;
        less.msg_iovlen = 1;
    }
    return error > 0 ? -1 : __real_sendmsg(fd, &less, flags);
}

WRAP(ssize_t, sendfile64, int to, int from, off_t *at, size_t bytes)
{
    int error = fault_of_watched(CALL_sendfile64, to);
    return error > 0 ? -1 : __real_sendfile64(to, from, at, error ? half(bytes) : bytes);
}

int __real_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...);
int __wrap_open64(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return fault_of(CALL_open64) ? -1 : __real_open64(path, flags, mode);
}

int __real_openat64(int folder, const char *path, int flags, ...);
int __wrap_openat64(int folder, const char *path, int flags, ...);
int __wrap_openat64(int folder, const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return fault_of(CALL_openat64) ? -1 : __real_openat64(folder, path, flags, mode);
}

int faults_n_descriptors(void)
{
    int n = 0;
    DIR *folder = opendir("/proc/self/fd");
    if (!folder)
        return -1;
    while (readdir(folder))
        n++;
    (void)closedir(folder);
    return n;
}
