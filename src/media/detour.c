/* SPDX-License-Identifier: MIT */
#include "media/detour.h"

#include <fcntl.h>

#include "base/own.h"

void sc_detour_init(struct sc_detour *detour)
{
    *detour = (struct sc_detour){.bell_fd = -1};
}

void sc_detour_fini(struct sc_detour *detour)
{
    sc_frame_unref(&detour->waiting);
    sc_own_close(&detour->bell_fd);
}

void sc_detour_open(struct sc_detour *detour, int bell_fd)
{
    sc_own_close(&detour->bell_fd);
    detour->bell_fd = fcntl(bell_fd, F_DUPFD_CLOEXEC, 0);
}

bool sc_detour_is_for(const struct sc_detour *detour, const struct sc_frame *frame)
{
    return detour->bell_fd >= 0 && !sc_frame_is_placeholder(frame) &&
           sc_frame_kind(frame) != SC_KIND_SVG;
}

void sc_detour_put(struct sc_detour *detour, const struct sc_frame **frame)
{
    const struct sc_frame *old = detour->waiting;
    detour->waiting = *frame;
    *frame = old;
}

void sc_detour_ring(const struct sc_detour *detour)
{
    uint64_t one = 1;
    (void)!write(detour->bell_fd, &one, sizeof one); /* full: it is readable already */
}

const struct sc_frame *sc_detour_take(struct sc_detour *detour)
{
    const struct sc_frame *frame = sc_steal(detour->waiting);
    detour->is_at_work = frame;
    return frame;
}

bool sc_detour_is_busy(const struct sc_detour *detour)
{
    return detour->waiting || detour->is_at_work;
}
