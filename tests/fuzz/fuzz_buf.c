/* SPDX-License-Identifier: MIT */
/* sc_buf against the plainest buffer there is. Each input byte is one call: its upper two bits say
 * which, the lower six how much. */
#include "base/buf.h"

#include <assert.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define MAX_BYTES 200

#ifdef PLANT_BUG /* the last byte is dropped with the others */
#define PLANTED(n) ((n) == 61 ? (n) + 1 : (n))
#else
#define PLANTED(n) (n)
#endif

struct model {
    char data[MAX_BYTES];
    size_t len_bytes;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes);

static void append(struct sc_buf *buf, struct model *model, size_t n)
{
    char text[64];
    memset(text, (int)('a' + model->len_bytes % 26), sizeof(text));
    bool fits = model->len_bytes + n <= MAX_BYTES;
    assert(sc_buf_append(buf, text, n) == (fits ? 0 : -EMSGSIZE));
    if (!fits)
        return;
    memcpy(model->data + model->len_bytes, text, n);
    model->len_bytes += n;
}

static void consume(struct sc_buf *buf, struct model *model, size_t n)
{
    if (n > model->len_bytes)
        n = model->len_bytes;
    sc_buf_consume(buf, PLANTED(n) > buf->len_bytes ? n : PLANTED(n));
    model->len_bytes -= n;
    memmove(model->data, model->data + n, model->len_bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    struct sc_buf buf;
    struct model model = {.len_bytes = 0};
    sc_buf_init(&buf, MAX_BYTES);
    for (size_t i = 0; i < len_bytes; i++) {
        size_t n = data[i] & 63;
        if (data[i] >> 6 == 0)
            consume(&buf, &model, n);
        else if (data[i] >> 6 == 1)
            sc_buf_fini(&buf), model.len_bytes = 0;
        else
            append(&buf, &model, n);
        assert(buf.len_bytes == model.len_bytes);
        assert(buf.len_bytes == 0 || memcmp(buf.data, model.data, buf.len_bytes) == 0);
    }
    sc_buf_fini(&buf);
    return 0;
}
