/* SPDX-License-Identifier: MIT */
#include "base/buf.h"

#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_BYTES 512

void sc_buf_init(struct sc_buf *buf, size_t max_bytes)
{
    *buf = (struct sc_buf){.max_bytes = max_bytes};
}

void sc_buf_fini(struct sc_buf *buf)
{
    free(buf->data);
    sc_buf_init(buf, buf->max_bytes);
}

int sc_buf_reserve(struct sc_buf *buf, size_t bytes)
{
    if (bytes > buf->max_bytes - buf->len_bytes)
        return -EMSGSIZE;
    size_t need = buf->len_bytes + bytes;
    if (need <= buf->cap_bytes)
        return 0;
    size_t cap = buf->cap_bytes ? buf->cap_bytes * 2 : FIRST_BYTES;
    if (cap < need)
        cap = need;
    if (cap > buf->max_bytes)
        cap = buf->max_bytes;
    char *data = realloc(buf->data, cap);
    if (!data)
        return -ENOMEM;
    buf->data = data;
    buf->cap_bytes = cap;
    return 0;
}

int sc_buf_append(struct sc_buf *buf, const void *data, size_t len_bytes)
{
    int rc = sc_buf_reserve(buf, len_bytes);
    if (rc < 0)
        return rc;
    if (len_bytes)
        memcpy(buf->data + buf->len_bytes, data, len_bytes);
    buf->len_bytes += len_bytes;
    return 0;
}

int sc_buf_printf(struct sc_buf *buf, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    int rc = n < 0 ? -EINVAL : sc_buf_reserve(buf, (size_t)n + 1);
    if (rc == 0) {
        (void)vsnprintf(buf->data + buf->len_bytes, (size_t)n + 1, format, again);
        buf->len_bytes += (size_t)n;
    }
    va_end(again);
    return rc;
}

void sc_buf_consume(struct sc_buf *buf, size_t bytes)
{
    assert(bytes <= buf->len_bytes);
    buf->len_bytes -= bytes;
    if (buf->len_bytes)
        memmove(buf->data, buf->data + bytes, buf->len_bytes);
}
