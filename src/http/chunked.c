/* SPDX-License-Identifier: MIT */
/* SIZE -> SIZE_LF -> DATA -> DATA_CR -> DATA_LF -> SIZE, and from a size of 0: LINE, then either
 * NAME -> VALUE -> VALUE_LF -> LINE (a trailer) or END_LF -> DONE. FAILED is for good. */
#include "http/request.h"

#include <errno.h>

#include "base/hex.h"

#define SIZE_DIGITS_MAX    8
#define TRAILERS_MAX_BYTES 1024

enum state {
    STATE_SIZE, /* a zeroed one begins here */
    STATE_SIZE_LF,
    STATE_DATA,
    STATE_DATA_CR,
    STATE_DATA_LF,
    STATE_LINE,
    STATE_NAME,
    STATE_VALUE,
    STATE_VALUE_LF,
    STATE_END_LF,
    STATE_DONE,
    STATE_FAILED,
};

static enum state on_size(struct sc_chunked *chunked, char byte)
{
    int digit = sc_hex_value(byte);
    if (byte == '\r' && chunked->n_digits)
        return STATE_SIZE_LF;
    if (digit < 0 || chunked->n_digits == SIZE_DIGITS_MAX)
        return STATE_FAILED;
    chunked->n_digits++;
    chunked->left_bytes = chunked->left_bytes * 16 + (unsigned)digit;
    return STATE_SIZE;
}

static enum state on_name(char byte)
{
    if (byte == ':')
        return STATE_VALUE;
    return sc_text_is_token_byte(byte) ? STATE_NAME : STATE_FAILED;
}

static enum state on_value(char byte)
{
    if (byte == '\r')
        return STATE_VALUE_LF;
    return sc_text_is_value_byte(byte) ? STATE_VALUE : STATE_FAILED;
}

static enum state on_trailer(struct sc_chunked *chunked, char byte)
{
    if (++chunked->n_trailer_bytes > TRAILERS_MAX_BYTES)
        return STATE_FAILED;
    switch (chunked->state) {
    case STATE_LINE:
        return byte == ':' ? STATE_FAILED : on_name(byte);
    case STATE_NAME:
        return on_name(byte);
    case STATE_VALUE:
        return on_value(byte);
    default:
        return byte == '\n' ? STATE_LINE : STATE_FAILED;
    }
}

static enum state on_byte(struct sc_chunked *chunked, char byte)
{
    switch (chunked->state) {
    case STATE_SIZE:
        return on_size(chunked, byte);
    case STATE_SIZE_LF:
        if (byte != '\n')
            return STATE_FAILED;
        return chunked->left_bytes ? STATE_DATA : STATE_LINE;
    case STATE_DATA_CR:
        return byte == '\r' ? STATE_DATA_LF : STATE_FAILED;
    case STATE_DATA_LF:
        chunked->n_digits = 0;
        return byte == '\n' ? STATE_SIZE : STATE_FAILED;
    case STATE_END_LF:
        return byte == '\n' ? STATE_DONE : STATE_FAILED;
    case STATE_LINE:
        return byte == '\r' ? STATE_END_LF : on_trailer(chunked, byte);
    default:
        return on_trailer(chunked, byte);
    }
}

static int result_of(const struct sc_chunked *chunked)
{
    switch (chunked->state) {
    case STATE_DATA:
        return 0;
    case STATE_DONE:
        return -ENODATA;
    case STATE_FAILED:
        return -EPROTO;
    default:
        return -EAGAIN;
    }
}

int sc_chunked_parse(struct sc_chunked *chunked, const char *data, size_t len_bytes,
                     size_t *out_used_bytes)
{
    size_t used = 0;
    if (chunked->state == STATE_DATA && chunked->left_bytes == 0)
        chunked->state = STATE_DATA_CR;
    int rc = result_of(chunked);
    while (rc == -EAGAIN && used < len_bytes) {
        chunked->state = on_byte(chunked, data[used++]);
        rc = result_of(chunked);
    }
    *out_used_bytes = used;
    return rc;
}
