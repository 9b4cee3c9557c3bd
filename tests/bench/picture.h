/* SPDX-License-Identifier: MIT */
/* The picture that the benchmarks send around: a JPEG with a stamp, a COM segment right behind its
 * SOI that says which number it has, when it was stamped and how long it is. Servers that hand on
 * the bytes they got hand on the stamp, so a viewer knows how old each picture is, whoever sent it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** SOI and stamp: what a reader needs of the start of a picture. */
#define BENCH_START_BYTES 48

struct bench_picture {
    char *data;
    size_t len_bytes;
};

struct bench_stamp {
    uint64_t number;
    uint64_t time_us; /* CLOCK_REALTIME */
    size_t len_bytes; /* of the whole picture */
};

/** Reads a JPEG file and puts a stamp into it. Returns: 0; a negative errno. */
int bench_picture_load(const char *path, struct bench_picture *out_picture);

/** Stamps the picture at data, which bench_picture_load() made or which is a copy of it, with a
 * number and the time of now. */
void bench_picture_stamp(char *data, uint64_t number);

/** Returns: whether a picture that begins so, with BENCH_START_BYTES, has a stamp. */
bool bench_stamp_read(const char *start, struct bench_stamp *out_stamp);

/** CLOCK_REALTIME. */
uint64_t bench_now_us(void);
