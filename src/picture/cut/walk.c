/* SPDX-License-Identifier: MIT */
#include "picture/cut/form.h"
#include "picture/probe.h"

#include <errno.h>
#include <string.h>

/* Where a picture ends does not depend on its size: whoever gets it judges that. */
static const struct sc_picture_limits no_limits = {
    .side_px = UINT32_MAX, .area_px = UINT64_MAX, .meta_bytes = SIZE_MAX};

static int starts_with(const uint8_t *data, size_t len_bytes, const char *start, size_t start_bytes)
{
    size_t n = len_bytes < start_bytes ? len_bytes : start_bytes;
    if (memcmp(data, start, n) != 0)
        return 0;
    return n == start_bytes ? 1 : -EAGAIN;
}

int sc_cut_begins(const uint8_t *data, size_t len_bytes, bool is_ended)
{
    int jpeg = starts_with(data, len_bytes, "\xff\xd8\xff", 3);
    int png = starts_with(data, len_bytes, "\x89PNG\r\n\x1a\n", 8);
    if (jpeg > 0)
        return SC_KIND_JPEG;
    if (png > 0)
        return SC_KIND_PNG;
    return (jpeg < 0 || png < 0) && !is_ended ? -EAGAIN : SC_KIND_NONE;
}

void sc_cut_walk_start(struct sc_cut *cut, enum sc_kind kind)
{
    cut->walk.kind = kind;
    cut->walk.jpeg = (struct sc_jpeg_walk){0};
    cut->walk.png = (struct sc_png_walk){0};
}

static size_t walked(const struct sc_cut_walk *walk)
{
    return walk->kind == SC_KIND_JPEG ? walk->jpeg.at : walk->png.at;
}

int sc_cut_walk(struct sc_cut *cut, size_t limit_bytes, size_t *out_size_bytes)
{
    struct sc_cut_walk *walk = &cut->walk;
    const uint8_t *front = sc_cut_front(cut);
    bool is_limited = sc_cut_here(cut) > limit_bytes;
    size_t here = is_limited ? limit_bytes : sc_cut_here(cut);
    int rc = walk->kind == SC_KIND_JPEG ? sc_jpeg_walk(&walk->jpeg, front, here, &no_limits)
                                        : sc_png_walk(&walk->png, front, here, &no_limits);
    walk->tried_bytes = rc == -EAGAIN ? here : walked(walk);
    if (rc == 0)
        *out_size_bytes = walked(walk);
    if (rc == -EAGAIN && is_limited)
        return -EMSGSIZE;
    return rc == -EAGAIN && cut->is_ended ? -EBADMSG : rc;
}

bool sc_cut_walk_fail(struct sc_cut *cut)
{
    struct sc_cut_walk *walk = &cut->walk;
    size_t passed_at = walk->kind == SC_KIND_JPEG ? walk->jpeg.passed_at : walk->png.passed_at;
    size_t tried_bytes = walk->tried_bytes;
    bool is_told = walk->told_bytes > 0;
    if (walk->told_bytes < tried_bytes)
        walk->told_bytes = tried_bytes;
    cut->vain_bytes += tried_bytes;
    bool is_abuse = cut->vain_bytes > SC_CUT_VAIN_TIMES * walk->told_bytes;
    sc_cut_drop(cut, is_abuse && tried_bytes > passed_at ? tried_bytes : passed_at + 1);
    return !is_told;
}

int sc_cut_probe(const struct sc_cut *cut, size_t bytes, size_t *out_size_bytes)
{
    struct sc_picture_info info;
    if (sc_picture_probe(sc_cut_front(cut), bytes, &no_limits, &info, NULL) < 0)
        return -EBADMSG;
    *out_size_bytes = info.size_bytes;
    return 0;
}
