/* SPDX-License-Identifier: MIT */
/* What Linux tells of the machine in /proc, as numbers of a graph. Each function takes the text of
 * one of its files. */
#pragma once

#include "source/graph/numbers.h"

#define SC_PROC_CPUS_MAX 512

/* How long a processor was at work and how long it was there, in ticks. */
struct sc_proc_ticks {
    uint64_t busy, all;
};

/* What was told the last time. Zero it to begin. */
struct sc_proc_cpus {
    struct sc_proc_ticks total, each[SC_PROC_CPUS_MAX];
};

/** /proc/stat: percent of each processor as "cpu0" and so on; or, when is_total, of all as "cpu".
 */
void sc_proc_cpu(struct sc_proc_cpus *before, const char *stat, bool is_total,
                 struct sc_numbers_text *text);

/** /proc/loadavg: "1 min", "5 min", "15 min". */
void sc_proc_load(const char *loadavg, struct sc_numbers_text *text);

/** /proc/meminfo: "used", "cache" and "swap" in bytes. */
void sc_proc_memory(const char *meminfo, struct sc_numbers_text *text);

/** /proc/meminfo: "memory" that is not available and "swap", in percent. */
void sc_proc_memory_share(const char *meminfo, struct sc_numbers_text *text);

/** /proc/net/dev: bytes a second, "eth0 in" and "eth0 out". */
void sc_proc_network(const char *dev, struct sc_numbers_text *text);

/** /proc/diskstats: bytes a second, "sda read" and "sda write". */
void sc_proc_disk(const char *diskstats, struct sc_numbers_text *text);

/** /proc/diskstats: percent of the time in which the busiest disk was at work, as "disk". */
void sc_proc_disk_share(const char *diskstats, struct sc_numbers_text *text);
