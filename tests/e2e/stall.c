/* SPDX-License-Identifier: MIT */
/* Preloaded by test_watchdog.py: whoever receives the word "stall-the-loop" does not come back, as
 * a mistake in a handler or a blocking call would have it. */
#include <dlfcn.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>

static const char word[] = "stall-the-loop";

static ssize_t receive(int fd, void *data, size_t len_bytes, int flags)
{
    ssize_t (*real)(int, void *, size_t, int);
    *(void **)&real = dlsym(RTLD_NEXT, "recv");
    ssize_t n = real(fd, data, len_bytes, flags);
    if (n > 0 && memmem(data, (size_t)n, word, sizeof word - 1))
        for (;;)
            (void)poll(NULL, 0, -1);
    return n;
}

__attribute__((visibility("default"))) ssize_t recv(int fd, void *data, size_t len_bytes, int flags)
{
    return receive(fd, data, len_bytes, flags);
}

ssize_t __recv_chk(int fd, void *data, size_t len_bytes, size_t room_bytes, int flags);

__attribute__((visibility("default"))) ssize_t __recv_chk(int fd, void *data, size_t len_bytes,
                                                          size_t room_bytes, int flags)
{
    (void)room_bytes;
    return receive(fd, data, len_bytes, flags);
}
