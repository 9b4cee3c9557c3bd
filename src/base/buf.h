/* SPDX-License-Identifier: MIT */
/* Bytes that grow up to a maximum named at the start. Embedded; not thread-safe. */
#pragma once

#include <stddef.h>

struct sc_buf {
    char *data; /* NULL while empty and never grown */
    size_t len_bytes, cap_bytes, max_bytes;
};

/** max_bytes  the most it will ever hold. No memory is taken yet. */
void sc_buf_init(struct sc_buf *buf, size_t max_bytes);

/** Gives the memory back; the buffer may be used again. */
void sc_buf_fini(struct sc_buf *buf);

/**
 * Makes room for bytes more behind what is there.
 *
 * Returns: 0; -EMSGSIZE above the maximum; -ENOMEM. The content is untouched on failure.
 */
int sc_buf_reserve(struct sc_buf *buf, size_t bytes);

/** Returns: as sc_buf_reserve. */
int sc_buf_append(struct sc_buf *buf, const void *data, size_t len_bytes);

/** Returns: as sc_buf_reserve. Nothing is appended on failure. */
int sc_buf_printf(struct sc_buf *buf, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Drops bytes from the front. */
void sc_buf_consume(struct sc_buf *buf, size_t bytes);
