/* SPDX-License-Identifier: MIT */
#include "stillcast/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "base/clock.h"

#define LINE_BYTES 1024

static void to_stderr(enum sc_log_level level, const char *topic, const char *text, void *self)
{
    (void)self;
    static const char *const names[] = {"error", "warn", "info", "debug"};
    struct timespec now;
    struct tm local;
    char stamp[32];
    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)localtime_r(&now.tv_sec, &local);
    (void)strftime(stamp, sizeof stamp, "%H:%M:%S", &local);
    (void)fprintf(stderr, "%s.%03ld %s %s %s\n", stamp, now.tv_nsec / 1000000, names[level], topic,
                  text);
}

static struct {
    enum sc_log_level level;
    sc_log_sink *sink;
    void *self;
} the_log = {SC_INFO, to_stderr, NULL};

void sc_log_set(enum sc_log_level level, sc_log_sink *sink, void *self)
{
    the_log.level = level;
    the_log.sink = sink ? sink : to_stderr;
    the_log.self = self;
}

/* Of ASCII, or of Unicode's second half of controls, U+0080 to U+009F, in UTF-8. */
static size_t control_bytes(const char *in)
{
    unsigned char first = (unsigned char)in[0], second = first ? (unsigned char)in[1] : 0;
    if (first == 0xc2 && second >= 0x80 && second <= 0x9f)
        return 2;
    return first < 0x20 || first == 0x7f;
}

/* A peer's bytes in a line must not forge another line or drive a terminal. */
static void escape(const char *in, char *out, size_t out_bytes)
{
    char *end = out + out_bytes - 9;
    while (*in && out < end) {
        size_t n = control_bytes(in);
        if (n == 0)
            *out++ = *in++;
        for (; n > 0; n--)
            out += snprintf(out, 5, "\\x%02x", (unsigned char)*in++);
    }
    *out = '\0';
}

void sc_log_write(enum sc_log_level level, const char *topic, const char *format, ...)
{
    if (level > the_log.level)
        return;
    char raw[LINE_BYTES], line[LINE_BYTES];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(raw, sizeof raw, format, args);
    va_end(args);
    escape(raw, line, sizeof line);
    the_log.sink(level, topic, line, the_log.self);
}

int sc_log_limit_pass(struct sc_log_limit *limit, uint64_t interval_ns)
{
    uint64_t now = sc_clock_ns();
    if (now < limit->next_ns) {
        limit->n_swallowed++;
        return -1;
    }
    int n = (int)limit->n_swallowed;
    limit->next_ns = now + interval_ns;
    limit->n_swallowed = 0;
    return n;
}
