/* SPDX-License-Identifier: MIT */
#include "source/graph/proc.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECTOR_BYTES 512 /* in /proc/diskstats, whatever the disk's are */
#define NAME_BYTES   64

static const char *next_line(const char *at)
{
    const char *newline = strchr(at, '\n');
    return newline ? newline + 1 : at + strlen(at);
}

/* Returns: how many numbers follow each other in the line, n at the most. */
static size_t read_numbers(const char *at, double *out_numbers, size_t n)
{
    const char *end = strchrnul(at, '\n');
    for (size_t i = 0; i < n; i++) {
        char *behind;
        out_numbers[i] = strtod(at, &behind);
        if (behind == at || behind > end)
            return i;
        at = behind;
    }
    return n;
}

/* Returns: behind so many words of the line, and the blanks behind them. */
static const char *skip_words(const char *at, size_t n)
{
    at += strspn(at, " ");
    for (size_t i = 0; i < n; i++) {
        at += strcspn(at, " \n");
        at += strspn(at, " ");
    }
    return at;
}

/* --- processors --- */

static struct sc_proc_ticks read_ticks(const char *at)
{
    enum { IDLE = 3, IOWAIT = 4, STEAL = 7 };
    struct sc_proc_ticks ticks = {0};
    for (int i = 0; i <= STEAL; i++) {
        char *end;
        uint64_t n = strtoull(at, &end, 10);
        if (end == at)
            break;
        at = end;
        ticks.all += n;
        if (i != IDLE && i != IOWAIT)
            ticks.busy += n;
    }
    return ticks;
}

static void put_share(struct sc_proc_ticks *before, struct sc_proc_ticks now, const char *name,
                      struct sc_numbers_text *text)
{
    bool is_known = before->all > 0 && now.all > before->all && now.busy >= before->busy;
    double share = NAN; /* the first time: a gap, which gives the series its place */
    if (is_known)
        share = 100.0 * (double)(now.busy - before->busy) / (double)(now.all - before->all);
    sc_numbers_put(text, name, share);
    *before = now;
}

void sc_proc_cpu(struct sc_proc_cpus *before, const char *stat, bool is_total,
                 struct sc_numbers_text *text)
{
    for (const char *at = stat; strncmp(at, "cpu", 3) == 0; at = next_line(at)) {
        char name[16], *end = NULL;
        bool is_sum = at[3] == ' ';
        unsigned long i = is_sum ? 0 : strtoul(at + 3, &end, 10);
        if (is_sum && is_total)
            put_share(&before->total, read_ticks(at + 3), "cpu", text);
        if (is_sum || is_total || !end || i >= SC_PROC_CPUS_MAX)
            continue;
        (void)snprintf(name, sizeof name, "cpu%lu", i);
        put_share(&before->each[i], read_ticks(end), name, text);
    }
}

void sc_proc_load(const char *loadavg, struct sc_numbers_text *text)
{
    static const char *const names[] = {"1 min", "5 min", "15 min"};
    const char *at = loadavg;
    for (int i = 0; i < 3; i++) {
        char *end;
        double load = strtod(at, &end);
        if (end == at)
            return;
        sc_numbers_put(text, names[i], load);
        at = end;
    }
}

/* --- memory --- */

/* Returns: bytes; 0 when the kernel does not tell. */
static double memory_of(const char *meminfo, const char *word)
{
    size_t n = strlen(word);
    for (const char *at = meminfo; *at; at = next_line(at))
        if (strncmp(at, word, n) == 0 && at[n] == ':')
            return strtod(at + n + 1, NULL) * 1024;
    return 0;
}

void sc_proc_memory(const char *meminfo, struct sc_numbers_text *text)
{
    double cache = memory_of(meminfo, "Buffers") + memory_of(meminfo, "Cached") +
                   memory_of(meminfo, "SReclaimable") - memory_of(meminfo, "Shmem");
    double used = memory_of(meminfo, "MemTotal") - memory_of(meminfo, "MemFree") - cache;
    double swap = memory_of(meminfo, "SwapTotal");
    sc_numbers_put(text, "used", used);
    sc_numbers_put(text, "cache", cache);
    if (swap > 0)
        sc_numbers_put(text, "swap", swap - memory_of(meminfo, "SwapFree"));
}

void sc_proc_memory_share(const char *meminfo, struct sc_numbers_text *text)
{
    double total = memory_of(meminfo, "MemTotal"), swap = memory_of(meminfo, "SwapTotal");
    if (total > 0)
        sc_numbers_put(text, "memory", 100 * (total - memory_of(meminfo, "MemAvailable")) / total);
    if (swap > 0)
        sc_numbers_put(text, "swap", 100 * (swap - memory_of(meminfo, "SwapFree")) / swap);
}

/* --- network and disks --- */

void sc_proc_network(const char *dev, struct sc_numbers_text *text)
{
    for (const char *at = dev; *at; at = next_line(at)) {
        char device[NAME_BYTES / 2], name[NAME_BYTES];
        enum { IN = 0, OUT = 8, N };
        double n[N];
        const char *colon = strchr(at, ':');
        if (!colon || colon > strchrnul(at, '\n') || read_numbers(colon + 1, n, N) < N)
            continue;
        at += strspn(at, " ");
        (void)snprintf(device, sizeof device, "%.*s", (int)(colon - at), at);
        if (strcmp(device, "lo") == 0 || strncmp(device, "veth", 4) == 0)
            continue;
        (void)snprintf(name, sizeof name, "%s in", device);
        sc_numbers_put_rate(text, name, n[IN]);
        (void)snprintf(name, sizeof name, "%s out", device);
        sc_numbers_put_rate(text, name, n[OUT]);
    }
}

struct disk {
    char name[NAME_BYTES / 2];
    double read_sectors, written_sectors, busy_ms;
};

/* A partition's name is its disk's with a number; what is made of other disks would count twice. */
static bool is_part(const char *name, const char *disk)
{
    size_t n = strlen(disk);
    if (n == 0 || strncmp(name, disk, n) != 0 || !name[n])
        return false;
    const char *rest = name + n + (name[n] == 'p');
    return *rest && !rest[strspn(rest, "0123456789")];
}

static bool is_made_of_others(const char *name)
{
    static const char *const begins[] = {"loop", "ram", "zram", "dm-", "md", "sr", "fd", NULL};
    for (const char *const *begin = begins; *begin; begin++)
        if (strncmp(name, *begin, strlen(*begin)) == 0)
            return true;
    return false;
}

/* Returns: behind its line; NULL when there is no further disk. */
static const char *next_disk(const char *at, struct disk *disk)
{
    char last[sizeof disk->name];
    memcpy(last, disk->name, sizeof last);
    for (; *at; at = next_line(at)) {
        enum { READ = 2, WRITTEN = 6, BUSY = 9, N };
        double n[N];
        const char *name = skip_words(at, 2), *behind = skip_words(name, 1);
        if (read_numbers(behind, n, N) < N)
            continue;
        (void)snprintf(disk->name, sizeof disk->name, "%.*s", (int)strcspn(name, " \n"), name);
        disk->read_sectors = n[READ];
        disk->written_sectors = n[WRITTEN];
        disk->busy_ms = n[BUSY];
        if (!is_made_of_others(disk->name) && !is_part(disk->name, last))
            return next_line(at);
    }
    return NULL;
}

void sc_proc_disk(const char *diskstats, struct sc_numbers_text *text)
{
    struct disk disk = {.name = ""};
    for (const char *at = diskstats; (at = next_disk(at, &disk));) {
        char name[NAME_BYTES];
        (void)snprintf(name, sizeof name, "%s read", disk.name);
        sc_numbers_put_rate(text, name, disk.read_sectors * SECTOR_BYTES);
        (void)snprintf(name, sizeof name, "%s write", disk.name);
        sc_numbers_put_rate(text, name, disk.written_sectors * SECTOR_BYTES);
    }
}

void sc_proc_disk_share(const char *diskstats, struct sc_numbers_text *text)
{
    struct disk disk = {.name = ""};
    double busiest_ms = -1;
    for (const char *at = diskstats; (at = next_disk(at, &disk));)
        if (disk.busy_ms > busiest_ms)
            busiest_ms = disk.busy_ms;
    if (busiest_ms >= 0)
        sc_numbers_put_rate(text, "disk",
                            busiest_ms / 10); /* percent of a second: ms / 1000 * 100 */
}
