/* SPDX-License-Identifier: MIT */
/* What #overlay and #logo lay over each picture of a source before it is published: once per
 * picture, whoever watches. JPEGs only: of those just the blocks that are touched change
 * (picture/patch.h). */
#pragma once

#include "source/source.h"

struct sc_overlay;

/* overlay, overlay_at, overlay_letters, overlay_color, logo, logo_at: rows of sc_runner_options. */
#define SC_OVERLAY_OPTIONS                                                                         \
    {"overlay", "WORDS", "a text over each JPEG: strftime's %F %T, {stream.viewers}"},             \
        {"overlay_at", "CORNER",                                                                   \
         "top-left, top, top-right, bottom-left (default), bottom, "                               \
         "bottom-right"},                                                                          \
        {"overlay_letters", "N", "their size in pixels (default: 1/22 of the picture's height)"},  \
        {"overlay_color", "RRGGBB", "of its letters, or a name (default white)"},                  \
        {"logo", "PATH.png", "a picture over each JPEG"},                                          \
    {                                                                                              \
        "logo_at", "CORNER", "as overlay_at (default top-right)"                                   \
    }

/**
 * spec  borrowed until destroy.
 *
 * Returns: 0, with NULL when the spec asks for nothing; -EINVAL, -ENOENT, -ENOTSUP (a build without
 *          drawing) with a sentence; -ENOMEM.
 * Thread:  control.
 */
int sc_overlay_create(const struct sc_source_spec *spec, struct sc_overlay **out_overlay,
                      struct sc_err *err);
void sc_overlay_destroy(struct sc_overlay **overlay);

/**
 * Lays it over the picture in the draft, which becomes another one; unchanged on failure.
 *
 * Returns: 0; -ENOTSUP a kind of picture that it cannot be laid over; -EBADMSG damaged; -ENOMEM;
 *          -EMSGSIZE.
 * Thread:  source.
 */
int sc_overlay_lay(struct sc_overlay *overlay, const struct sc_source_ctx *ctx,
                   struct sc_draft **draft);
