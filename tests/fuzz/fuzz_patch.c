/* SPDX-License-Identifier: MIT */
/* What is laid over a JPEG, on any bytes. What is accepted has the size that the probe sees, and
 * comes out as a whole JPEG of that size. */
#include "picture/patch.h"
#include "picture/probe.h"

#include <assert.h>
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define AREA_MOST_PX (256 * 256)

static const struct sc_picture_limits limits = SC_PICTURE_LIMITS_DEFAULT;

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes);

static int look(const uint8_t *data, size_t len_bytes, uint32_t *out_width, uint32_t *out_height)
{
    int rc = sc_patch_look(data, len_bytes, out_width, out_height);
    assert(rc == 0 || rc == -EBADMSG || rc == -ENOTSUP);
#ifdef PLANT_BUG
    if (rc == 0 && *out_width % 4 == 3)
        ++*out_width;
#endif
    return rc;
}

static void lay(const uint8_t *data, size_t len_bytes, uint32_t width, uint32_t height)
{
    static const uint32_t pixels[16] = {0x80400000, 0xffffffff, 0, 0xff00ff00};
    const struct sc_patch_layer layers[] = {{pixels, 4, 4, 16, 6, 6, 1},
                                            {pixels, 4, 4, 16, (int)width - 2, -2, 1}};
    struct sc_patch *patch = NULL;
    const uint8_t *jpeg;
    size_t jpeg_len;
    struct sc_picture_info info;
    assert(sc_patch_create(&patch) == 0);
    int rc = sc_patch_jpeg(patch, data, len_bytes, layers, &jpeg, &jpeg_len);
    assert(rc == 0 || rc == -EBADMSG || rc == -ENOTSUP || rc == -ENOMEM);
    if (rc == 0) {
        assert(sc_picture_probe(jpeg, jpeg_len, &limits, &info, NULL) == 0);
        assert(info.kind == SC_KIND_JPEG && info.size_bytes == jpeg_len);
        assert(info.width_px == width && info.height_px == height);
    }
    sc_patch_destroy(&patch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len_bytes)
{
    uint32_t width, height;
    struct sc_picture_info info;
    uint8_t *own = malloc(len_bytes + !len_bytes);
    assert(own);
    memcpy(own, data, len_bytes);
    if (look(own, len_bytes, &width, &height) == 0) {
        assert(width > 0 && height > 0);
        if (sc_picture_probe(own, len_bytes, &limits, &info, NULL) == 0)
            assert(info.width_px == width && info.height_px == height);
        if ((uint64_t)width * height <= AREA_MOST_PX)
            lay(own, len_bytes, width, height);
    }
    free(own);
    return 0;
}
