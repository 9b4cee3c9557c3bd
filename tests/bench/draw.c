/* SPDX-License-Identifier: MIT */
/* Test patterns that one core draws, encodes and seals in a second of its time.
 *
 *   ninja -C build tests/bench/bench_draw && build/tests/bench/bench_draw 640x360 1280x720 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "draw/pattern.h"

#define N_FRAMES 500
#define FRAME_US 40000
#define START_US 1700000000000000ULL

static double cpu_s(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int make_frame(struct sc_pattern *pattern, struct sc_pool *pool, unsigned number,
                      size_t *out_bytes)
{
    const struct sc_canvas_format format = {.kind = SC_KIND_JPEG, .quality = 80};
    const struct sc_seal how = {0};
    const struct sc_frame *frame = NULL;
    struct sc_draft *draft = NULL;
    int rc = sc_pattern_draw(pattern, number, START_US + (uint64_t)number * FRAME_US);
    if (rc == 0)
        rc = sc_canvas_to_draft(sc_pattern_canvas(pattern), pool, &format, &draft);
    if (rc == 0)
        rc = sc_draft_seal(&draft, &how, &frame, NULL);
    if (rc < 0)
        return rc;
    *out_bytes = sc_frame_picture(frame).len_bytes;
    sc_frame_unref(&frame);
    return 0;
}

static int measure(struct sc_pattern *pattern, struct sc_pool *pool, const char *size)
{
    size_t bytes = 0;
    int rc = make_frame(pattern, pool, 0, &bytes); /* the first one warms up */
    double began_s = cpu_s();
    for (unsigned i = 1; rc == 0 && i <= N_FRAMES; i++)
        rc = make_frame(pattern, pool, i, &bytes);
    double each_s = (cpu_s() - began_s) / N_FRAMES;
    if (rc == 0)
        printf("%-10s %6.0f frames/s per core, %.2f ms each, %zu bytes\n", size, 1 / each_s,
               each_s * 1e3, bytes);
    return rc;
}

int main(int argc, char **argv)
{
    struct sc_pool *pool = NULL;
    int rc = sc_pool_create(64 << 20, 32 << 20, &pool);
    for (int i = 1; rc == 0 && i < argc; i++) {
        struct sc_pattern *pattern = NULL;
        char *end;
        unsigned long width = strtoul(argv[i], &end, 10);
        unsigned long height = *end == 'x' ? strtoul(end + 1, &end, 10) : 0;
        rc = sc_pattern_create((uint32_t)width, (uint32_t)height, argv[i], &pattern);
        if (rc < 0)
            fprintf(stderr, "'%s' is no size, such as 640x360, that can be drawn\n", argv[i]);
        if (rc == 0)
            rc = measure(pattern, pool, argv[i]);
        sc_pattern_destroy(&pattern);
    }
    sc_pool_unref(&pool);
    return rc < 0;
}
