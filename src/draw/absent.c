/* SPDX-License-Identifier: MIT */
/* Stands in for this folder in a build without cairo and pango. */
#include "draw/placeholder.h"
#include "draw/slides.h"

#include <errno.h>

int sc_placeholder_draft(struct sc_pool *pool, const struct sc_placeholder *what,
                         struct sc_draft **out_draft)
{
    return -ENOTSUP;
}

int sc_slides_write(const char *directory, struct sc_err *err)
{
    return sc_err_set(err, -ENOTSUP,
                      "cannot draw slides into '%s': this build is without cairo and pango",
                      directory);
}
