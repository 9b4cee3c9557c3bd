/* SPDX-License-Identifier: MIT */
#include "picture.h"

#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct start {
    unsigned char soi[2], com[2], com_len[2];
    char magic[18];
    uint64_t number, time_us, len_bytes;
};

static const char magic[18] = "stillcast-bench 1";

_Static_assert(sizeof(struct start) == BENCH_START_BYTES, "a stamp has no padding");

uint64_t bench_now_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static long file_bytes(FILE *file)
{
    long len = fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
    rewind(file);
    return len;
}

/* Everything behind the SOI, which the stamp brings. */
static int read_rest(FILE *file, size_t len_bytes, struct bench_picture *out_picture)
{
    size_t total = BENCH_START_BYTES + len_bytes - 2;
    char *data = malloc(total);
    if (!data)
        return -ENOMEM;
    struct start start = {{0xff, 0xd8}, {0xff, 0xfe}, {0, BENCH_START_BYTES - 4}, {0}, 0, 0, 0};
    memcpy(start.magic, magic, sizeof magic);
    start.len_bytes = htobe64(total);
    memcpy(data, &start, sizeof start);
    if (fseek(file, 2, SEEK_SET) < 0 || fread(data + sizeof start, 1, len_bytes - 2, file) == 0) {
        free(data);
        return -EIO;
    }
    *out_picture = (struct bench_picture){data, total};
    return 0;
}

int bench_picture_load(const char *path, struct bench_picture *out_picture)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return -errno;
    long len_bytes = file_bytes(file);
    int rc = len_bytes > 4 ? read_rest(file, (size_t)len_bytes, out_picture) : -EBADMSG;
    (void)fclose(file); /* read-only */
    return rc;
}

void bench_picture_stamp(char *data, uint64_t number)
{
    number = htobe64(number);
    uint64_t time_us = htobe64(bench_now_us());
    memcpy(data + offsetof(struct start, number), &number, sizeof number);
    memcpy(data + offsetof(struct start, time_us), &time_us, sizeof time_us);
}

bool bench_stamp_read(const char *data, struct bench_stamp *out_stamp)
{
    struct start start;
    memcpy(&start, data, sizeof start);
    if (memcmp(start.magic, magic, sizeof magic) != 0)
        return false;
    out_stamp->number = be64toh(start.number);
    out_stamp->time_us = be64toh(start.time_us);
    out_stamp->len_bytes = be64toh(start.len_bytes);
    return true;
}
