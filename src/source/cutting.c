/* SPDX-License-Identifier: MIT */
#include "source/cutting.h"

#include <errno.h>

#include "base/own.h"

static int copy(const struct sc_source_ctx *ctx, const uint8_t *picture, size_t len_bytes,
                struct sc_draft **out_draft, struct sc_err *err)
{
    struct sc_draft *draft SC_AUTO(sc_draft_destroy) = NULL;
    int rc = sc_draft_create(ctx->pool, len_bytes, &draft);
    if (rc == 0)
        rc = sc_draft_append(draft, picture, len_bytes);
    if (rc < 0)
        return sc_err_set(err, rc, "no memory for a picture of %zu bytes", len_bytes);
    *out_draft = sc_steal(draft);
    return 0;
}

int sc_cutting_next(struct sc_cut *cut, const struct sc_source_ctx *ctx, const char *what,
                    struct sc_draft **out_draft, struct sc_err *err)
{
    const uint8_t *picture;
    size_t len_bytes;
    int rc = sc_cut_next(cut, &picture, &len_bytes);
    if (rc == 0)
        return copy(ctx, picture, len_bytes, out_draft, err);
    if (rc == -EBADMSG)
        return sc_err_set(err, rc,
                          "'%s': what is no whole picture was passed over: it takes JPEG and PNG, "
                          "one behind the other, or multipart",
                          what);
    if (rc == -EMSGSIZE)
        return sc_err_set(err, rc, "'%s': a picture is larger than the limit of %zu bytes", what,
                          sc_pool_frame_max_bytes(ctx->pool));
    return rc;
}
