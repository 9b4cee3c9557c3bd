/* SPDX-License-Identifier: MIT */
/* Preloaded into a server under test: counts its allocations, where the test can read on, in the
 * file $COUNT_ALLOCATIONS (one native 64-bit number). */
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

void *__libc_malloc(size_t len_bytes);
void *__libc_calloc(size_t n, size_t len_bytes);
void *__libc_realloc(void *old, size_t len_bytes);

static _Atomic uint64_t unseen;
static _Atomic uint64_t *count = &unseen;

__attribute__((constructor)) static void start(void)
{
    const char *path = getenv("COUNT_ALLOCATIONS");
    int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *map = file < 0 || ftruncate(file, sizeof *count) < 0
                    ? MAP_FAILED
                    : mmap(NULL, sizeof *count, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (map != MAP_FAILED)
        count = map;
}

static void note(void)
{
    atomic_fetch_add_explicit(count, 1, memory_order_relaxed);
}

EXPORT void *malloc(size_t len_bytes)
{
    note();
    return __libc_malloc(len_bytes);
}

EXPORT void *calloc(size_t n, size_t len_bytes)
{
    note();
    return __libc_calloc(n, len_bytes);
}

EXPORT void *realloc(void *old, size_t len_bytes)
{
    note();
    return __libc_realloc(old, len_bytes);
}
