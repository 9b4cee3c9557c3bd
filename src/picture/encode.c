/* SPDX-License-Identifier: MIT */
#include "picture/encode.h"

#include "base/own.h"

#include <endian.h>
#include <errno.h>
#include <stdlib.h>
#include <turbojpeg.h>

#define SIDE_MAX_PX 65500 /* libjpeg's JPEG_MAX_DIMENSION */

struct sc_encode {
    tjhandle turbo;
};

int sc_encode_create(struct sc_encode **out_encode)
{
    SC_AUTO(sc_encode_destroy) struct sc_encode *encode = calloc(1, sizeof(*encode));
    if (!encode)
        return -ENOMEM;
    encode->turbo = tjInitCompress();
    if (!encode->turbo)
        return -ENOMEM;
    *out_encode = sc_steal(encode);
    return 0;
}

void sc_encode_destroy(struct sc_encode **encode)
{
    if (!*encode)
        return;
    if ((*encode)->turbo)
        (void)tjDestroy((*encode)->turbo);
    free(*encode);
    *encode = NULL;
}

static int is_possible(uint32_t side_px)
{
    return side_px > 0 && side_px <= SIDE_MAX_PX;
}

size_t sc_encode_bound_bytes(uint32_t width_px, uint32_t height_px)
{
    if (!is_possible(width_px) || !is_possible(height_px))
        return 0;
    unsigned long bound = tjBufSize((int)width_px, (int)height_px, TJSAMP_420);
    return bound == (unsigned long)-1 ? 0 : bound;
}

int sc_encode_jpeg(struct sc_encode *encode, const struct sc_encode_pixels *pixels, int quality,
                   uint8_t *out, size_t capacity_bytes, size_t *out_len_bytes)
{
    const int format = BYTE_ORDER == LITTLE_ENDIAN ? TJPF_BGRX : TJPF_XRGB;
    const size_t bound = sc_encode_bound_bytes(pixels->width_px, pixels->height_px);
    if (bound == 0 || pixels->stride_bytes < (size_t)pixels->width_px * 4 ||
        pixels->stride_bytes > INT32_MAX)
        return -EINVAL;
    if (capacity_bytes < bound)
        return -EMSGSIZE;
    unsigned long len = capacity_bytes;
    quality = quality < 1 ? 1 : quality > 100 ? 100 : quality;
    /* The bound is known to hold, so the one failure left is memory. */
    if (tjCompress2(encode->turbo, pixels->data, (int)pixels->width_px, (int)pixels->stride_bytes,
                    (int)pixels->height_px, format, &out, &len, TJSAMP_420, quality,
                    TJFLAG_NOREALLOC) < 0)
        return -ENOMEM;
    *out_len_bytes = len;
    return 0;
}
