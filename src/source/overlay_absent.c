/* SPDX-License-Identifier: MIT */
/* Stands in for overlay.c in a build without cairo and pango. */
#include "source/overlay.h"

#include <errno.h>

#include "source/spec.h"

int sc_overlay_create(const struct sc_source_spec *spec, struct sc_overlay **out_overlay,
                      struct sc_err *err)
{
    if (sc_spec_get(spec, "overlay") || sc_spec_get(spec, "logo"))
        return sc_err_set(err, -ENOTSUP,
                          "'#overlay' and '#logo' need drawing: this build is without cairo and "
                          "pango");
    *out_overlay = NULL;
    return 0;
}

void sc_overlay_destroy(struct sc_overlay **overlay)
{
    *overlay = NULL;
}

int sc_overlay_lay(struct sc_overlay *overlay, const struct sc_source_ctx *ctx,
                   struct sc_draft **draft)
{
    return -ENOTSUP;
}
