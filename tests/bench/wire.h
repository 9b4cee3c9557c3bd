/* SPDX-License-Identifier: MIT */
/* What the programs of the benchmark share about sockets. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/** As many descriptors as the system allows. Returns how many that are. */
size_t bench_raise_files(void);

/** rcvbuf_bytes: 0 for the system's choice. Returns: a connected socket; a negative errno. */
int bench_connect(const char *host_port, int rcvbuf_bytes);

/** Returns: 0 when all was sent; a negative errno. */
int bench_send_all(int fd, const void *data, size_t len_bytes);

/** Writes pattern with each '#' replaced by the number, ended by NUL, cut off at size_bytes. */
void bench_number_path(const char *pattern, unsigned number, char *path, size_t size_bytes);
